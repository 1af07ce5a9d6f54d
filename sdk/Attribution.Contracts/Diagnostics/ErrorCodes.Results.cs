namespace Attribution.Diagnostics;

public static partial class ErrorCodes
{
    // 15xx: scores and selection

    /// <summary>There is no scoring method with the given name.</summary>
    public const string UnknownScoring = "ATTR1501";

    /// <summary>k is not positive, or larger than the number of rows that can be selected.</summary>
    public const string TopKInvalid = "ATTR1502";

    /// <summary>A scoring method reads control vectors that the evaluation set does not have.</summary>
    public const string ControlVectorsMissing = "ATTR1503";

    /// <summary>Training and evaluation vectors have different widths.</summary>
    public const string VectorWidths = "ATTR1504";

    /// <summary>There is no finite vector to compare with, or all are zero or cancel out.</summary>
    public const string NoVectors = "ATTR1505";

    /// <summary>A selected row is not in its dataset.</summary>
    public const string SelectionWithoutRow = "ATTR1506";

    /// <summary>A line in a file of selected rows is malformed.</summary>
    public const string SelectedRowInvalid = "ATTR1507";

    /// <summary>An evaluation set has too few pairs to train a probe.</summary>
    public const string ProbePairsTooFew = "ATTR1508";

    /// <summary>The training of a probe reached its limit of epochs while its validation loss was still falling (a warning).</summary>
    public const string ProbeNotConverged = "ATTR1511";

    /// <summary>A row is pre-tokenized where words are compared.</summary>
    public const string RowWithoutText = "ATTR1509";

    /// <summary>Second moments have no inverse, or one of their options is out of range.</summary>
    public const string WhiteningInvalid = "ATTR1510";

    /// <summary>Vectors have different projections, or only one side is projected.</summary>
    public const string ProjectionsDiffer = "ATTR1521";

    /// <summary>There are no system prompts for a trait's persona.</summary>
    public const string PersonaPromptsMissing = "ATTR1520";

    /// <summary>A row of an evaluation set has no prompt to answer under a persona.</summary>
    public const string PersonaPromptUnusable = "ATTR1524";

    /// <summary>A file of persona vectors is missing, or does not fit the model.</summary>
    public const string PersonaVectorInvalid = "ATTR1522";

    /// <summary>A persona vector is needed, but the evaluation set has no trait.</summary>
    public const string PersonaTraitMissing = "ATTR1523";

    // 16xx: fine-tuning, evaluation, judging

    /// <summary>An option of fine-tuning is out of range.</summary>
    public const string TrainingOptionInvalid = "ATTR1601";

    /// <summary>No row has an answer to train on.</summary>
    public const string NothingToTrain = "ATTR1602";

    /// <summary>No row of an evaluation set has a loss to compare with.</summary>
    public const string NothingToMeasure = "ATTR1604";

    /// <summary>A loss or a gradient became infinite or NaN.</summary>
    public const string LossNotFinite = "ATTR1603";

    /// <summary>Some of the rows that an adapter was to be trained on have nothing to train on.</summary>
    public const string RowsNotTrainedOn = "ATTR1605";

    /// <summary>A held-out prompt leaves no room for an answer.</summary>
    public const string PromptTooLong = "ATTR1621";

    /// <summary>There is no scale for the trait.</summary>
    public const string UnknownTrait = "ATTR1641";

    /// <summary>There is no rule judge for the trait.</summary>
    public const string NoRuleJudge = "ATTR1642";

    /// <summary>A judge gave a score outside its scale.</summary>
    public const string ScoreOffScale = "ATTR1643";

    /// <summary>There is no judge with the given name.</summary>
    public const string UnknownJudge = "ATTR1644";

    /// <summary>The address of a judging model's endpoint is invalid, or what answers there is not such an endpoint.</summary>
    public const string ChatEndpointInvalid = "ATTR1645";

    /// <summary>An endpoint needs a key, another key, or credit on its account (401, 402, 403, quota).</summary>
    public const string ChatAccess = "ATTR1646";

    /// <summary>An endpoint refused a call permanently: an unknown model, a conversation that is too long (400, 404, 413, 422).</summary>
    public const string ChatRefused = "ATTR1647";

    /// <summary>An endpoint could not be reached or kept failing, after every retry.</summary>
    public const string ChatUnreachable = "ATTR1648";

    /// <summary>Another call might exceed the budget of tokens.</summary>
    public const string ChatBudget = "ATTR1649";

    /// <summary>There is no judging prompt for a trait, or the file is not one.</summary>
    public const string JudgePromptInvalid = "ATTR1650";

    /// <summary>A judging prompt needs a reference that a held-out prompt does not have.</summary>
    public const string JudgeReferenceMissing = "ATTR1651";

    /// <summary>Too many answers got no score.</summary>
    public const string TooManyUnjudged = "ATTR1652";

    /// <summary>A file of labelled examples is malformed.</summary>
    public const string LabelledExamplesInvalid = "ATTR1653";

    /// <summary>A <c>.env</c> file is malformed.</summary>
    public const string EnvironmentFileInvalid = "ATTR1655";

    /// <summary>A line in a <c>.env</c> file does not have the form <c>NAME=value</c> and is skipped (a warning).</summary>
    public const string EnvironmentLineSkipped = "ATTR1656";

    /// <summary>A reply in the store is damaged and is asked for again (a warning).</summary>
    public const string ReplyDamaged = "ATTR1654";

    // 17xx: metrics and snapshots

    /// <summary>A metric differs from its snapshot by more than its tolerance.</summary>
    public const string SnapshotDiffers = "ATTR1701";

    /// <summary>A snapshot, or the file of its tolerances, is malformed.</summary>
    public const string SnapshotInvalid = "ATTR1702";

    /// <summary>An experiment to compare or query does not exist or has not been built yet.</summary>
    public const string MetricsMissing = "ATTR1711";

    /// <summary>A comparison with a revision is not possible: git is not installed, or the experiment is not in a repository.</summary>
    public const string GitUnusable = "ATTR1712";

    /// <summary>The git repository has no such revision.</summary>
    public const string RevisionUnknown = "ATTR1713";

    /// <summary>The revision has no snapshot of the experiment.</summary>
    public const string SnapshotNotInRevision = "ATTR1714";

    /// <summary>DuckDB rejects a query, or it failed.</summary>
    public const string QueryInvalid = "ATTR1731";

    /// <summary>A query would change something.</summary>
    public const string QueryNotReadOnly = "ATTR1732";

    /// <summary>A warning: a tracker did not receive results; they are kept and sent with the next build.</summary>
    public const string TrackerUnreachable = "ATTR1741";

    /// <summary>A file that the report reads is malformed.</summary>
    public const string ReportInputInvalid = "ATTR1721";

    // 18xx: the artifact store

    /// <summary>An artifact of the store is damaged; it was set aside (a warning) or cannot be used (an error).</summary>
    public const string StoreDamaged = "ATTR1801";

    /// <summary>The disk, or the quota, of the store is full.</summary>
    public const string StoreFull = "ATTR1802";

    /// <summary>The store, or a part of it, is not writable.</summary>
    public const string StoreNotWritable = "ATTR1803";

    /// <summary>A request has no canonical form: NaN, an infinity, a duplicate name, text that is not Unicode.</summary>
    public const string RequestNotCanonical = "ATTR1804";

    /// <summary>An input file of a stage is missing or cannot be read.</summary>
    public const string InputUnreadable = "ATTR1805";

    /// <summary>An input file changed while it was being read.</summary>
    public const string InputChanging = "ATTR1806";

    /// <summary>A build is using the store, so it cannot be collected.</summary>
    public const string StoreInUse = "ATTR1807";

    /// <summary>The file system of the store has no file locks (a warning).</summary>
    public const string StoreWithoutLocks = "ATTR1808";

    /// <summary>A stage's name is not a possible folder name of the store.</summary>
    public const string StageNameInvalid = "ATTR1809";

    /// <summary>A stage wrote no files, or files that the store cannot keep.</summary>
    public const string OutputInvalid = "ATTR1810";

    /// <summary>A collection of the store was requested without a limit.</summary>
    public const string CollectionUnbounded = "ATTR1811";

    /// <summary>Reading or writing the store failed for another reason in the file system.</summary>
    public const string StoreFailed = "ATTR1812";

    /// <summary>There is no artifact with the given fingerprint in the store.</summary>
    public const string ArtifactUnknown = "ATTR1813";

    /// <summary>The address of a remote store is none, or there are no credentials for it.</summary>
    public const string RemoteInvalid = "ATTR1814";

    /// <summary>A remote store cannot be read or written (a warning in a build, which then computes).</summary>
    public const string RemoteFailed = "ATTR1815";

    /// <summary>A remote store holds something damaged or foreign under an artifact's address, which is not taken (a warning).</summary>
    public const string RemoteDamaged = "ATTR1816";

    /// <summary>What was computed anew for a sample differs from what the store holds by more than is tolerated.</summary>
    public const string SampleDiffers = "ATTR1817";

    /// <summary>The store has no artifacts of the named stage.</summary>
    public const string StoreStageUnknown = "ATTR1819";
}
