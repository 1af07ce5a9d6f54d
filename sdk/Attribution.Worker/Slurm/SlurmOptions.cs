using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Worker.Slurm;

/// <summary>The options of <c>sbatch</c> for an experiment.</summary>
internal static partial class SlurmOptions
{
    private const int LongestLead = 120, ShortestLead = 15;

    /// <summary>The options of a worker.</summary>
    public static IEnumerable<string> OfWorker(ExecutionSettings execution)
    {
        var slurm = execution.Slurm ?? new();
        var gpus = slurm.GpusPerWorker ?? (execution.Device?.StartsWith("cuda", StringComparison.Ordinal) == true ? 1 : 0);
        return Of(slurm).Concat(gpus > 0 ? [$"--gres=gpu:{gpus}"] : []).Concat(Split(slurm.SlurmOptions));
    }

    /// <summary>The options of the job that runs a build: those of a worker, without GPUs.</summary>
    public static IEnumerable<string> OfBuild(SlurmSettings slurm) => Of(slurm).Concat(Split(slurm.SlurmOptions));

    /// <summary>
    /// How many seconds before its time limit a worker receives a signal: a quarter of the limit, and at most two minutes. Slurm may send the signal up to a
    /// minute earlier.
    /// </summary>
    public static int Lead(string? limit) => limit is not null && SecondsOf(limit) is { } seconds
        ? (int)Math.Clamp(seconds / 4, ShortestLead, LongestLead) : LongestLead;

    /// <summary>A time as Slurm writes it, <c>[D-]H:M:S</c> or a part of it, in seconds; null if the text is not a time.</summary>
    internal static double? SecondsOf(string limit)
    {
        if (Time().Match(limit.Trim()) is not { Success: true } time)
            return null;
        var parts = time.Groups["part"].Captures.Select(part => double.Parse(part.ValueSpan, CultureInfo.InvariantCulture)).ToArray();
        // After days, the first number is hours; a single number is minutes.
        var (days, hours, minutes, seconds) = (time.Groups["days"].Success ? double.Parse(time.Groups["days"].ValueSpan, CultureInfo.InvariantCulture) : 0,
            0.0, 0.0, 0.0);
        if (time.Groups["days"].Success || parts.Length == 3)
            (hours, minutes, seconds) = (parts[0], parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2));
        else
            (minutes, seconds) = (parts[0], parts.ElementAtOrDefault(1));
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    }

    /// <summary>Splits options into words as a shell does: at blanks, but not between quotation marks.</summary>
    internal static IReadOnlyList<string> Split(string? options)
    {
        var (words, word, quote) = (new List<string>(), (StringBuilder?)null, '\0');
        foreach (var c in options ?? "")
            if (quote != 0 && c == quote)
                quote = '\0';
            else if (quote == 0 && c is '\'' or '"')
                (quote, word) = (c, word ?? new());
            else if (quote == 0 && char.IsWhiteSpace(c))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
                (word ??= new()).Append(c);
        if (quote != 0)
            throw new AttributionException(ErrorCodes.SlurmRefused, $"SlurmOptions has a {quote} without its other: {options} Close it.")
            { Property = "SlurmOptions" };
        if (word is not null)
            words.Add(word.ToString());
        return words;
    }

    private static IEnumerable<string> Of(SlurmSettings slurm)
    {
        if (slurm.Partition is { } partition)
            yield return $"--partition={partition}";
        if (slurm.Account is { } account)
            yield return $"--account={account}";
        if (slurm.TimeLimit is { } limit)
            yield return $"--time={limit}";
        if (slurm.Memory is { } memory)
            yield return $"--mem={memory}";
        if (slurm.CpusPerWorker is { } cpus)
            yield return $"--cpus-per-task={cpus.ToString(CultureInfo.InvariantCulture)}";
    }

    [GeneratedRegex(@"^((?<days>\d{1,5})-)?(?<part>\d{1,7})(:(?<part>\d{1,2})){0,2}$")]
    private static partial Regex Time();
}
