using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Attribution.Torch.Provisioning;

/// <summary>
/// Finds this machine's fastest thread setting by a short measurement, once, and keeps it beside the shim. Each setting has a
/// process of its own, because the libraries read theirs while being loaded; the processes take turns, so that whatever else
/// the machine does meets all of them.
/// </summary>
/// <param name="child">
/// The command line of a program that calls <see cref="ThreadWorkload.Serve"/> with the setting and its standard streams.
/// </param>
public sealed class ThreadTuner(Func<ThreadSetting, (string Program, IEnumerable<string> Arguments)> child)
{
    private const int Rounds = 4;

    // The default wins unless another setting is clearly faster: a difference below this is noise.
    private const double ClearlyFaster = 0.96;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// What was measured earlier for this machine and this shim, the chosen one first; null if nothing was, or if it failed more
    /// than an hour ago, perhaps for the machine being too busy then.
    /// </summary>
    public static IReadOnlyList<ThreadMeasurement>? Kept(string shim)
    {
        try
        {
            var file = new FileInfo(PathFor(shim));
            return file.Exists && JsonSerializer.Deserialize<ThreadMeasurement[]>(File.ReadAllText(file.FullName)) is { Length: > 0 } kept
                && (kept[0].Milliseconds is not null || DateTime.UtcNow - file.LastWriteTimeUtc < RetryAfter) ? kept : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Measures and keeps the result, unless another process did by the time it is our turn.</summary>
    /// <returns>As <see cref="Kept"/>; null where it cannot be kept.</returns>
    public IReadOnlyList<ThreadMeasurement>? Tune(string shim)
    {
        try
        {
            using var turn = FileLock.Take($"{PathFor(shim)}.lock");
            if (Kept(shim) is { } kept)
                return kept;
            var measured = Choose(Measure(Candidates(Machine.Cores)));
            var partial = $"{PathFor(shim)}.partial";
            File.WriteAllText(partial, JsonSerializer.Serialize(measured, Indented));
            File.Move(partial, PathFor(shim), overwrite: true);
            return measured;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a shim on a read-only disk works without it
        }
    }

    /// <summary>The settings worth measuring, the default one first.</summary>
    internal static IReadOnlyList<ThreadSetting> Candidates(int cores) =>
    [
        new(cores, PassiveWait: true),
        .. cores > 1 ? [new(cores, PassiveWait: false), new ThreadSetting(1, PassiveWait: true)] : Array.Empty<ThreadSetting>(),
        .. cores >= 8 ? [new ThreadSetting(cores / 2, PassiveWait: true)] : Array.Empty<ThreadSetting>(),
    ];

    /// <summary>Orders measurements, given in the order of <see cref="Candidates"/>, so that the chosen one is first.</summary>
    internal static IReadOnlyList<ThreadMeasurement> Choose(IReadOnlyList<ThreadMeasurement> measured)
    {
        // Kept too: what could not be measured would cost its time again at every start.
        if (measured.Count == 0)
            return [new(ThreadSetting.Default, null)];
        var fastest = measured.MinBy(one => one.Milliseconds)!;
        var chosen = fastest.Milliseconds < ClearlyFaster * measured[0].Milliseconds ? fastest : measured[0];
        return [chosen, .. measured.Where(one => one != chosen)];
    }

    private List<ThreadMeasurement> Measure(IReadOnlyList<ThreadSetting> candidates)
    {
        var started = Stopwatch.GetTimestamp();
        var children = candidates.Select(setting => (Setting: setting, Process: Start(setting))).ToList();
        try
        {
            string? Line(Process process)
            {
                var left = Patience - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    return null;
                var line = process.StandardOutput.ReadLineAsync();
                return line.Wait(left) ? line.Result : null;
            }
            // A round counts only whole: on a machine so busy that patience ends, some settings would be judged by more tries.
            var best = new Dictionary<ThreadSetting, double>();
            var ready = children.Where(one => ThreadWorkload.IsReady(Line(one.Process))).ToList();
            for (var round = 0; round < Rounds; round++)
            {
                var times = new List<double>();
                foreach (var (_, process) in ready)
                {
                    process.StandardInput.WriteLine();
                    process.StandardInput.Flush();
                    if (!double.TryParse(Line(process), CultureInfo.InvariantCulture, out var milliseconds))
                        break;
                    times.Add(milliseconds);
                }
                if (times.Count < ready.Count)
                    break;
                foreach (var (setting, milliseconds) in ready.Select(one => one.Setting).Zip(times))
                    best[setting] = Math.Min(milliseconds, best.GetValueOrDefault(setting, double.MaxValue));
            }
            return [.. candidates.Where(best.ContainsKey).Select(setting => new ThreadMeasurement(setting, Math.Round(best[setting], 3)))];
        }
        finally
        {
            foreach (var (_, process) in children)
            {
                process.Kill();
                process.Dispose();
            }
        }
    }

    private Process Start(ThreadSetting setting)
    {
        var (program, arguments) = child(setting);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("OMP_WAIT_POLICY");
        return Process.Start(start)!;
    }

    // A store can be shared by machines that differ, so the machine is part of the name.
    private static string PathFor(string shim)
    {
        var machine = Encoding.UTF8.GetBytes($"{Machine.Processor}\n{Machine.Cores}");
        return Path.Combine(Path.GetDirectoryName(shim)!, $"threads-{Convert.ToHexStringLower(SHA256.HashData(machine))[..8]}.json");
    }
}
