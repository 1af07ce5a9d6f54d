using System.Diagnostics;
using System.Globalization;

namespace Attribution.Pipeline;

/// <summary>Processes that help with a stage; disposing ends them.</summary>
internal interface IHelpers : IDisposable
{
    /// <summary>How many were started.</summary>
    int Count { get; }

    /// <summary>How many still run.</summary>
    int Alive { get; }
}

/// <summary>How far a stage has come, as people who wait read it: such as <c>412 of 780 blocks, 6 of 8 workers, 31 rows/s, 9 min left</c>.</summary>
/// <param name="context">The stage's.</param>
internal sealed class StageProgress(StageContext context)
{
    // Before, a guess would be one of the start of the process.
    private static readonly TimeSpan LeastElapsed = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private (long Units, long Rows)? _start;

    /// <summary>The text.</summary>
    /// <param name="done">How many units are there, whoever computed them.</param>
    /// <param name="total">How many there will be.</param>
    /// <param name="noun">What one is.</param>
    /// <param name="rows">How many rows the done ones have, where they are blocks of rows.</param>
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
