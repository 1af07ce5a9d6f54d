namespace Attribution.Sdk;

/// <summary>The codes of what can be wrong with an experiment's project (19xx; the library's own are in <c>Attribution.Diagnostics.ErrorCodes</c>).</summary>
public static class ProjectErrorCodes
{
    /// <summary>A property that has no default was not set.</summary>
    public const string PropertyMissing = "ATTR1901";

    /// <summary>There is no TrainDataset item.</summary>
    public const string NoTrainDataset = "ATTR1902";

    /// <summary>There is no EvalDataset item.</summary>
    public const string NoEvalDataset = "ATTR1903";

    /// <summary>A property or an item's metadata has a value that cannot be.</summary>
    public const string ValueInvalid = "ATTR1904";

    /// <summary>A dataset's file does not exist.</summary>
    public const string DatasetMissing = "ATTR1905";

    /// <summary>Two datasets have one name.</summary>
    public const string DatasetNameTaken = "ATTR1906";

    /// <summary>The base model is neither a folder that exists nor a Hugging Face id.</summary>
    public const string ModelMissing = "ATTR1907";

    /// <summary>A name in the project looks like one of ours misspelled.</summary>
    public const string NameMisspelled = "ATTR1908";

    /// <summary>There is no such baseline.</summary>
    public const string UnknownBaseline = "ATTR1909";

    /// <summary>The project asks for no run, or names methods for one side only.</summary>
    public const string NothingToRun = "ATTR1910";

    /// <summary>An evaluation set has prompts to be judged and no trait to judge.</summary>
    public const string TraitMissing = "ATTR1911";

    /// <summary>A setting comes from an environment variable that happens to have its name (a warning).</summary>
    public const string FromEnvironment = "ATTR1912";

    /// <summary>Several layers are computed and none is named to select by.</summary>
    public const string LayerAmbiguous = "ATTR1913";

    /// <summary>The build does not run on .NET.</summary>
    public const string WrongMSBuild = "ATTR1914";

    /// <summary>There is no prompt for a judging model.</summary>
    public const string JudgePromptMissing = "ATTR1915";

    /// <summary>A method of one side compares with none of the other's.</summary>
    public const string MethodsDoNotPair = "ATTR1917";

    /// <summary>There is no attribution or selection method of that name.</summary>
    public const string UnknownMethod = "ATTR1918";

    /// <summary>Answers are to be judged by rules, and there are none for the trait.</summary>
    public const string UnknownTrait = "ATTR1919";

    /// <summary>There is no such kind of experiment, or an item belongs to another kind.</summary>
    public const string WrongKind = "ATTR1931";

    /// <summary>An experiment in context attribution has no ContextDataset item.</summary>
    public const string NoContextDataset = "ATTR1932";

    /// <summary>The worker stopped without saying why.</summary>
    public const string WorkerCrashed = "ATTR1920";

    /// <summary>The worker's program is not there or does not start.</summary>
    public const string WorkerMissing = "ATTR1921";

    /// <summary>TorchBackend is none of its values, or asks for a libtorch that cannot be had for this system.</summary>
    public const string TorchBackendInvalid = "ATTR1922";

    /// <summary>The SDK of this repository did not build.</summary>
    public const string SdkNotBuilt = "ATTR1923";

    /// <summary>One build builds an experiment twice at once, with different properties.</summary>
    public const string BuiltTwice = "ATTR1924";

    /// <summary>A build that only asks (<c>-question</c>) found something to do.</summary>
    public const string NotUpToDate = "ATTR1930";
}
