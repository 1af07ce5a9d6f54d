namespace Attribution.Reporting;

/// <summary>
/// Everything that an experiment's report shows. Each property is a file <c>out/report/NAME.json</c>, which the page holds as it is: the page has
/// nothing that is not in these.
/// </summary>
public sealed record ExperimentReport
{
    /// <summary>What was asked.</summary>
    public required ReportedExperiment Experiment { get; init; }

    /// <summary>How the metrics compare with those in git; null if nothing has compared them.</summary>
    public SnapshotVerdict? Snapshot { get; init; }

    /// <summary>The evaluation sets, in the experiment's order.</summary>
    public required IReadOnlyList<EvaluationSet> Evaluations { get; init; }

    /// <summary>The runs, in the experiment's order.</summary>
    public required IReadOnlyList<ReportedRun> Runs { get; init; }

    /// <summary>The training rows that some run shows, by training set and row.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<long, ReportedRow>> Rows { get; init; }

    /// <summary>How the selections and scores of runs agree, for each training and evaluation set.</summary>
    public required IReadOnlyList<MethodAgreement> Agreement { get; init; }

    /// <summary>The results of an experiment in context attribution; null for one that selects training data.</summary>
    public ContextResults? Context { get; init; }

    /// <summary>The stages, in the order they run.</summary>
    public required IReadOnlyList<ReportedStage> Stages { get; init; }

    /// <summary>What it was all made from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>When and how long: all that may differ between two builds of one experiment.</summary>
    public required BuildFacts Build { get; init; }

    /// <summary>How much of rows and answers is shown.</summary>
    public ReportLimits Limits { get; init; } = ReportLimits.Widest;
}
