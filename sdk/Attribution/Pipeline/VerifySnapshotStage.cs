using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Pipeline;

/// <summary>Compares the metrics with the snapshot in git. The stage has no artifact, so it compares on every run.</summary>
internal sealed class VerifySnapshotStage(StageContext context) : Stage<VerifySnapshotSettings>(context)
{
    public const string Name = StageNames.VerifySnapshot;

    private const string Verified = "metrics.verified.json", Received = "metrics.received.json", Accept = "-p:AcceptSnapshot=true";

    private const int MostErrors = 20;

    public override string Noun => "snapshot";

    public override IReadOnlyList<StageJob> Plan() => [];

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) => [];

    public override IEnumerable<string> OtherFiles => Snapshots.Append(Context.State.VerdictFile);

    private IEnumerable<string> Snapshots => Directory.Exists(Folder)
        ? Directory.EnumerateFiles(Folder, "*.json").Where(f => Path.GetFileName(f) != Received).Order(StringComparer.Ordinal) : [];

    private string Folder => Settings.Snapshots;

    /// <summary>Compares the metrics, and writes the received metrics if they differ.</summary>
    /// <exception cref="AttributionException">ATTR1701: the metrics differ. ATTR1702: the snapshot cannot be read.</exception>
    public override string Finish()
    {
        try
        {
            return Compare();
        }
        catch (AttributionException e) when (e.Code == ErrorCodes.SnapshotInvalid)
        {
            SnapshotVerdictFile.Write(Context.State, new(SnapshotVerdict.Invalid, 0, []) { Message = e.Message });
            throw;
        }
    }

    private string Compare()
    {
        var source = Context.Input(Context.Upstream(CollectMetricsStage.Name).Jobs.Single(), Metrics.File).Path;
        var (verified, received) = (Path.Combine(Folder, Verified), Path.Combine(Folder, Received));
        var got = Metrics.Read(source).ToSnapshot();
        var values = got.Runs.Sum(r => r.Value.Metrics.Count);
        if (Context.AcceptSnapshot)
        {
            WholeFile.Write(verified, got.Write());
            File.Delete(received);
            Tell(SnapshotVerdict.Accepted);
            return $"accepted {values} metrics as {verified}";
        }
        if (!File.Exists(verified))
        {
            Context.Reporter.Message($"There is no snapshot to compare with. To make these metrics the snapshot, build with {Accept} and commit {verified}.");
            Tell(SnapshotVerdict.None);
            return "no snapshot yet";
        }
        if (SnapshotDifference.Between(Metrics.Read(verified), got,
            new Tolerances(Settings.Tolerance, Path.Combine(Folder, Tolerances.File))) is { Count: > 0 } differences)
        {
            WholeFile.Write(received, got.Write());
            Tell(SnapshotVerdict.Differs, differences);
            throw Fail(differences, verified, received);
        }
        File.Delete(received);
        Tell(SnapshotVerdict.Equal);
        return $"{values} metrics equal the snapshot";

        void Tell(string outcome, IReadOnlyList<SnapshotDifference>? differences = null) => SnapshotVerdictFile.Write(Context.State,
            new(outcome, values, [.. (differences ?? []).Select(d => new MetricDifference(d.Run, d.Metric, d.Expected, d.Got, d.Tolerance))])
            { File = Shown(verified) });

        // Where this machine keeps things is no part of a report.
        string Shown(string file) => (Path.IsPathRooted(file) ? Path.Combine(Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder)), Verified) : file)
            .Replace('\\', '/');
    }

    // All differences but the last are reported here; the last is thrown with the instructions.
    private AttributionException Fail(IReadOnlyList<SnapshotDifference> differences, string verified, string received)
    {
        foreach (var difference in differences.Take(Math.Min(differences.Count, MostErrors) - 1))
            Context.Reporter.Error(Error(difference, ""));
        var more = differences.Count > MostErrors ? $" {differences.Count - MostErrors} more metrics differ." : "";
        return Error(differences[Math.Min(differences.Count, MostErrors) - 1],
            $"{more} The present metrics are in {received}; if they are right, accept them with {Accept}.");

        AttributionException Error(SnapshotDifference difference, string advice) =>
            new(ErrorCodes.SnapshotDiffers, $"{difference}.{advice}") { File = verified, Property = difference.Metric };
    }
}
