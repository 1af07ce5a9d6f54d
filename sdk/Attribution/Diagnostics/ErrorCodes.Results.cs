namespace Attribution.Diagnostics;

public static partial class ErrorCodes
{
    // 15xx: scores and selection

    /// <summary>No scoring method has the name that was asked for.</summary>
    public const string UnknownScoring = "ATTR1501";

    /// <summary>k is not positive, or larger than the number of rows that can be selected.</summary>
    public const string TopKInvalid = "ATTR1502";

    /// <summary>A scoring method reads control vectors that the evaluation set does not have.</summary>
    public const string ControlVectorsMissing = "ATTR1503";

    /// <summary>Training and evaluation vectors have different widths.</summary>
    public const string VectorWidths = "ATTR1504";

    /// <summary>There is no vector with finite numbers to compare with.</summary>
    public const string NoVectors = "ATTR1505";

    /// <summary>A selected row is not in the dataset that it should be of.</summary>
    public const string SelectionWithoutRow = "ATTR1506";

    /// <summary>A line of a file of selected rows is malformed.</summary>
    public const string SelectedRowInvalid = "ATTR1507";

    /// <summary>An evaluation set has too few pairs to train a probe.</summary>
    public const string ProbePairsTooFew = "ATTR1508";

    /// <summary>A warning: the training of a probe was stopped by its most epochs while its validation loss still fell.</summary>
    public const string ProbeNotConverged = "ATTR1511";

    /// <summary>A row holds tokens where words are compared.</summary>
    public const string RowWithoutText = "ATTR1509";

    /// <summary>Second moments that have no inverse, or an option of theirs out of range.</summary>
    public const string WhiteningInvalid = "ATTR1510";

    /// <summary>Vectors that were projected differently, or one side of which was not projected at all.</summary>
    public const string ProjectionsDiffer = "ATTR1521";

    /// <summary>There are no system prompts to make a persona of a trait from.</summary>
    public const string PersonaPromptsMissing = "ATTR1520";

    /// <summary>A row of an evaluation set has no prompt that a persona could be asked.</summary>
    public const string PersonaPromptUnusable = "ATTR1524";

    /// <summary>A file of persona vectors is not there, or is none for the model.</summary>
    public const string PersonaVectorInvalid = "ATTR1522";

    /// <summary>A persona is asked for and the evaluation set has no trait.</summary>
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

    /// <summary>A held-out prompt leaves no room for an answer.</summary>
    public const string PromptTooLong = "ATTR1621";

    /// <summary>A trait that no scale is known for.</summary>
    public const string UnknownTrait = "ATTR1641";

    /// <summary>A trait without a rule judge.</summary>
    public const string NoRuleJudge = "ATTR1642";

    /// <summary>A judge gave a score outside its scale.</summary>
    public const string ScoreOffScale = "ATTR1643";

    /// <summary>No judge has the name that was asked for.</summary>
    public const string UnknownJudge = "ATTR1644";

    /// <summary>A judging model's endpoint is no address that can be used, or is not what its name says.</summary>
    public const string ChatEndpointInvalid = "ATTR1645";

    /// <summary>An endpoint wants a key, another key, or money on its account (401, 402, 403, quota).</summary>
    public const string ChatAccess = "ATTR1646";

    /// <summary>An endpoint refused a call for good: an unknown model, a conversation that is too long (400, 404, 413, 422).</summary>
    public const string ChatRefused = "ATTR1647";

    /// <summary>An endpoint could not be reached or kept failing, after every retry.</summary>
    public const string ChatUnreachable = "ATTR1648";

    /// <summary>Another call might pass the budget of tokens.</summary>
    public const string ChatBudget = "ATTR1649";

    /// <summary>There is no judging prompt for a trait, or it is not one.</summary>
    public const string JudgePromptInvalid = "ATTR1650";

    /// <summary>A judging prompt compares with a reference that a held-out prompt does not have.</summary>
    public const string JudgeReferenceMissing = "ATTR1651";

    /// <summary>Too many answers got no score.</summary>
    public const string TooManyUnjudged = "ATTR1652";

    /// <summary>A file of labelled examples is not one.</summary>
    public const string LabelledExamplesInvalid = "ATTR1653";

    /// <summary>A <c>.env</c> file is malformed.</summary>
    public const string EnvironmentFileInvalid = "ATTR1655";

    /// <summary>A line of a <c>.env</c> file is not of the form <c>NAME=value</c> (a warning): it is skipped.</summary>
    public const string EnvironmentLineSkipped = "ATTR1656";

    /// <summary>A reply in the store is damaged (a warning): it is asked for again.</summary>
    public const string ReplyDamaged = "ATTR1654";

    // 17xx: metrics and snapshots

    /// <summary>A metric differs from its snapshot by more than its tolerance.</summary>
    public const string SnapshotDiffers = "ATTR1701";

    /// <summary>A snapshot, or the file of its tolerances, is not one.</summary>
    public const string SnapshotInvalid = "ATTR1702";

    /// <summary>An experiment that is to be compared or asked about has not been built yet, or is not there.</summary>
    public const string MetricsMissing = "ATTR1711";

    /// <summary>A comparison with a revision, where git is not there or the experiment is not in a repository.</summary>
    public const string GitUnusable = "ATTR1712";

    /// <summary>The git repository has no revision of that name.</summary>
    public const string RevisionUnknown = "ATTR1713";

    /// <summary>The revision has no snapshot of the experiment.</summary>
    public const string SnapshotNotInRevision = "ATTR1714";

    /// <summary>A query that DuckDB does not take, or that failed.</summary>
    public const string QueryInvalid = "ATTR1731";

    /// <summary>A query that is no question: it would change something.</summary>
    public const string QueryNotReadOnly = "ATTR1732";

    /// <summary>A file that the report is made of is not what it should be.</summary>
    public const string ReportInputInvalid = "ATTR1721";

    // 18xx: the artifact store

    /// <summary>An artifact of the store is damaged; it was set aside (a warning) or cannot be used (an error).</summary>
    public const string StoreDamaged = "ATTR1801";

    /// <summary>The disk, or the quota, of the store is full.</summary>
    public const string StoreFull = "ATTR1802";

    /// <summary>The store, or a part of it, may not be written.</summary>
    public const string StoreNotWritable = "ATTR1803";

    /// <summary>A request has no canonical form: NaN, an infinity, a name twice, text that is not Unicode.</summary>
    public const string RequestNotCanonical = "ATTR1804";

    /// <summary>An input file of a stage is missing or cannot be read.</summary>
    public const string InputUnreadable = "ATTR1805";

    /// <summary>An input file changed while it was being read.</summary>
    public const string InputChanging = "ATTR1806";

    /// <summary>The store is in use by a build and so cannot be collected.</summary>
    public const string StoreInUse = "ATTR1807";

    /// <summary>The file system of the store has no file locks (a warning).</summary>
    public const string StoreWithoutLocks = "ATTR1808";

    /// <summary>A stage's name cannot be a folder of the store.</summary>
    public const string StageNameInvalid = "ATTR1809";

    /// <summary>A stage wrote nothing, or something that the store does not keep.</summary>
    public const string OutputInvalid = "ATTR1810";

    /// <summary>A collection of the store was asked for without saying what may go.</summary>
    public const string CollectionUnbounded = "ATTR1811";

    /// <summary>Reading or writing the store failed for another reason of the file system.</summary>
    public const string StoreFailed = "ATTR1812";

    /// <summary>An artifact that was asked for by its fingerprint is not in the store.</summary>
    public const string ArtifactUnknown = "ATTR1813";

    /// <summary>The address of a remote store is none, or there are no credentials for it.</summary>
    public const string RemoteInvalid = "ATTR1814";

    /// <summary>A remote store cannot be read or written (a warning in a build, which then computes).</summary>
    public const string RemoteFailed = "ATTR1815";

    /// <summary>A remote store holds something damaged or foreign under an artifact's address, which is not taken (a warning).</summary>
    public const string RemoteDamaged = "ATTR1816";

    /// <summary>What was computed anew for a sample differs from what the store holds by more than is tolerated.</summary>
    public const string SampleDiffers = "ATTR1817";

    // 19xx: experiment projects: properties and items
    // (Attribution.Sdk.ProjectErrorCodes: the build side does not load this library)

    /// <summary>A stage's request file is missing or malformed.</summary>
    public const string RequestInvalid = "ATTR1950";

    /// <summary>Two datasets have one name, or a name is none that a folder can have.</summary>
    public const string DatasetNameInvalid = "ATTR1951";

    /// <summary>A stage reads what a stage before it writes, which is not there.</summary>
    public const string UpstreamMissing = "ATTR1952";

    /// <summary>An experiment's own assembly cannot be loaded, or a class in it cannot be made.</summary>
    public const string PluginInvalid = "ATTR1953";

    /// <summary>No recipe has the name that was asked for.</summary>
    public const string UnknownRecipe = "ATTR1954";

    /// <summary>Something that nobody foresaw: a fault of this program, to be reported.</summary>
    public const string Unexpected = "ATTR1999";
}
