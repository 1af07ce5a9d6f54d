using System.Text.Json;
using Attribution.Data.Store;

namespace Attribution.Pipeline.Results;

/// <summary>The experiment's state folder: the results and requests of its stages.</summary>
internal sealed class StateFolder(string path)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public string ResultFile(string stage) => Path.Combine(path, $"{stage}.result.json");

    /// <summary>The list of files that must exist unchanged for a stage to be up to date; one path per line.</summary>
    public string FilesFile(string stage) => Path.Combine(path, $"{stage}.files");

    /// <summary>The result of the comparison with the snapshot.</summary>
    public string VerdictFile => Path.Combine(path, "VerifySnapshot.verdict.json");

    public string SummaryFile(string stage) => Path.Combine(path, $"{stage}.summary.json");

    /// <summary>The lines of <see cref="FilesFile"/> from the last run.</summary>
    public IReadOnlyList<string> Files(string stage) => File.Exists(FilesFile(stage)) ? File.ReadAllLines(FilesFile(stage)) : [];

    public void WriteSummary(StageSummary summary) => WholeFile.Write(SummaryFile(summary.Stage), JsonSerializer.Serialize(summary, Options) + "\n");

    /// <summary>The summary of the stage's last complete run; null if not known.</summary>
    public StageSummary? Summary(string stage)
    {
        try
        {
            return JsonSerializer.Deserialize<StageSummary>(File.ReadAllBytes(SummaryFile(stage)), Options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The last requests of a stage's jobs, in the order of their file names.</summary>
    public IEnumerable<LastRun> LastRuns(string stage) => Path.Combine(path, "last", stage) is var folder && Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*" + LastRun.FileSuffix).Order(StringComparer.Ordinal).Select(LastRun.TryRead).OfType<LastRun>()
        : [];

    /// <summary>The last request of a job; null if not known.</summary>
    public LastRun? Last(string stage, JobKey key) => LastRun.TryRead(LastFile(stage, key));

    /// <summary>Saves the requests of a stage's jobs, and removes those of jobs that no longer exist.</summary>
    public void SaveLast(string stage, IEnumerable<(JobKey Key, StageRequest Request, IReadOnlyList<ContentHash> Parts)> jobs)
    {
        var folder = Path.Combine(path, "last", stage);
        var kept = new HashSet<string>();
        foreach (var (key, request, parts) in jobs)
        {
            var file = LastFile(stage, key);
            kept.Add(Path.GetFileName(file));
            // An artifact from the store does not name its parts; those known from before stay.
            if (LastRun.TryRead(file)?.Fingerprint != request.Fingerprint || parts.Count > 0)
                (LastRun.Of(request) with { Parts = parts }).Save(file);
        }
        if (Directory.Exists(folder))
            foreach (var file in Directory.EnumerateFiles(folder, "*" + LastRun.FileSuffix).Where(f => !kept.Contains(Path.GetFileName(f))))
                File.Delete(file);
    }

    // Two keys may have the same text once joined, so the name also contains a hash of the key's parts.
    private string LastFile(string stage, JobKey key)
    {
        var (readable, hash) = (string.Concat(key.ToString().Take(100)), ContentHash.Of(JsonSerializer.Serialize(key)).Short);
        return Path.Combine(path, "last", stage, $"{readable}.{hash}{LastRun.FileSuffix}");
    }
}
