namespace Attribution.Worker.Querying;

/// <summary>What a file under an experiment's <c>out/</c> holds.</summary>
internal enum ExperimentFileKind
{
    Metrics,
    Selection,
    Scores,
    Loss,
    Answers,
    Verdicts,
    Attributions,
    Rows,
    Vectors,
}
