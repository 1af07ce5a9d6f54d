using System.Diagnostics;
using System.Globalization;

namespace Attribution.Pipeline;

/// <summary>The processes that help with a stage. Disposing ends them.</summary>
internal interface IHelpers : IDisposable
{
    /// <summary>The number of helpers that were started.</summary>
    int Count { get; }

    /// <summary>The number of helpers that are still running.</summary>
    int Alive { get; }
}

/// <summary>The progress line of a stage, for example <c>412 of 780 blocks, 6 of 8 workers, 31 rows/s, 9 min left</c>.</summary>
/// <param name="context">The stage's context.</param>
internal sealed class StageProgress(StageContext context)
{
    // Earlier estimates would measure the start of the process.
    private static readonly TimeSpan LeastElapsed = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private (long Units, long Rows)? _start;

    /// <summary>The progress line.</summary>
    /// <param name="done">The number of finished units, whoever computed them.</param>
    /// <param name="total">The total number of units.</param>
    /// <param name="noun">The name of one unit.</param>
    /// <param name="rows">The number of rows in the finished units, if they are blocks of rows.</param>
    public string Tell(long done, long total, string noun, long? rows = null)
    {
        var text = $"{done} of {total} {noun}s";
        if (context.Helpers is { } helpers)
            text += helpers.Alive == helpers.Count ? $", {helpers.Count + 1} workers" : $", {helpers.Alive + 1} of {helpers.Count + 1} workers";
        var (units, firstRows) = _start ??= (done, rows ?? 0);
        if (_clock.Elapsed < LeastElapsed || done <= units)
            return text;
        var seconds = _clock.Elapsed.TotalSeconds;
        if (rows is { } read)
            text += string.Create(CultureInfo.InvariantCulture, $", {(read - firstRows) / seconds:0.#} rows/s");
        return $"{text}, {Readable.Duration((total - done) * seconds / (done - units))} left";
    }
}
