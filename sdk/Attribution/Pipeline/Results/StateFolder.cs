using System.Text.Json;
using Attribution.Data.Store;

namespace Attribution.Pipeline.Results;

/// <summary>The experiment's folder of what its stages have made and were asked.</summary>
internal sealed class StateFolder(string path)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public string ResultFile(string stage) => Path.Combine(path, $"{stage}.result.json");

    /// <summary>The files that must be there, and be as they are, for a stage to be up to date; one path per line.</summary>
    public string FilesFile(string stage) => Path.Combine(path, $"{stage}.files");

    /// <summary>How the metrics compare with the snapshot.</summary>
    public string VerdictFile => Path.Combine(path, "VerifySnapshot.verdict.json");

    public string SummaryFile(string stage) => Path.Combine(path, $"{stage}.summary.json");

    /// <summary>The lines of <see cref="FilesFile"/> as the last run wrote them.</summary>
    public IReadOnlyList<string> Files(string stage) => File.Exists(FilesFile(stage)) ? File.ReadAllLines(FilesFile(stage)) : [];

    public void WriteSummary(StageSummary summary) => WholeFile.Write(SummaryFile(summary.Stage), JsonSerializer.Serialize(summary, Options) + "\n");

    /// <summary>What a stage did when it last came to its end; null if that is not known.</summary>
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

    /// <summary>What the jobs of a stage were asked the last time, in the order of their files' names.</summary>
    public IEnumerable<LastRun> LastRuns(string stage) => Path.Combine(path, "last", stage) is var folder && Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*" + LastRun.FileSuffix).Order(StringComparer.Ordinal).Select(LastRun.TryRead).OfType<LastRun>()
        : [];

    /// <summary>What a job was asked the last time, if that is known.</summary>
    public LastRun? Last(string stage, JobKey key) => LastRun.TryRead(LastFile(stage, key));

    /// <summary>Writes down what the jobs of a stage were asked, and forgets jobs that are no more.</summary>
    public void SaveLast(string stage, IEnumerable<(JobKey Key, StageRequest Request, IReadOnlyList<ContentHash> Parts)> jobs)
    {
        var folder = Path.Combine(path, "last", stage);
        var kept = new HashSet<string>();
        foreach (var (key, request, parts) in jobs)
        {
            var file = LastFile(stage, key);
            kept.Add(Path.GetFileName(file));
            // What came from the store tells nothing of its parts; what is known of them stays.
            if (LastRun.TryRead(file)?.Fingerprint != request.Fingerprint || parts.Count > 0)
                (LastRun.Of(request) with { Parts = parts }).Save(file);
        }
        if (Directory.Exists(folder))
            foreach (var file in Directory.EnumerateFiles(folder, "*" + LastRun.FileSuffix).Where(f => !kept.Contains(Path.GetFileName(f))))
                File.Delete(file);
    }

    // Two keys may read alike once joined, so the name carries a hash of the key's parts too.
    private string LastFile(string stage, JobKey key) =>
        Path.Combine(path, "last", stage, $"{string.Concat(key.ToString().Take(100))}.{ContentHash.Of(JsonSerializer.Serialize(key)).Short}{LastRun.FileSuffix}");
}
