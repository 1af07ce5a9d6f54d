using System.Text;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting.Reading;

namespace Attribution.Reporting;

/// <summary>
/// Writes <c>report.html</c> from the results of the other stages, even if the snapshot differs. The report is written anew on every run, because the store
/// keeps none of it.
/// </summary>
internal sealed class ReportStage(StageContext context) : Stage<ReportSettings>(context)
{
    public const string Name = StageNames.Report;

    private IReadOnlyDictionary<string, string> _files = new Dictionary<string, string>();

    /// <summary>The current time in UTC.</summary>
    public Func<DateTime> Now { get; init; } = () => DateTime.UtcNow;

    public override string Noun => "report";

    public override IReadOnlyList<StageJob> Plan() => [];

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) => [];

    public override IEnumerable<ShownFile> Show() => _files.Select(file => ShownFile.Of(file.Key, file.Value));

    public override string Finish()
    {
        _files = ReportFiles.Of(Read());
        return $"{Settings.Out}/{ReportFiles.PageFile}, {Encoding.UTF8.GetByteCount(_files[ReportFiles.PageFile]) / 1000.0:#,0} KB";
    }

    private ExperimentReport Read()
    {
        var requests = new StageRequests(Context);
        var (runs, comparisons, rows, agreement) = new RunReader(Context, requests).Read();
        var stages = new StageReader(Context, requests);
        return new ExperimentReport
        {
            Experiment = new(Settings.Experiment, Settings.Command, requests.Describe()),
            Snapshot = SnapshotVerdictFile.TryRead(Context.State),
            Evaluations = new AnswerReader(Context).Evaluations(requests),
            Runs = runs,
            Comparisons = comparisons,
            Rows = rows,
            Agreement = agreement,
            GroundTruth = GroundTruthReader.Read(Context),
            Context = new ContextReader(Context).Read(),
            Stages = stages.Stages(),
            Provenance = stages.Provenance(),
            Build = stages.Build(Now()) with { Git = GitState.Of(Environment.CurrentDirectory) },
        };
    }
}
