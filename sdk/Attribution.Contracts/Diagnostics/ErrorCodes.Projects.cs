namespace Attribution.Diagnostics;

public static partial class ErrorCodes
{
    // 19xx: experiment projects: properties and items

    /// <summary>A required property is not set.</summary>
    public const string PropertyMissing = "ATTR1901";

    /// <summary>There is no TrainDataset item.</summary>
    public const string NoTrainDataset = "ATTR1902";

    /// <summary>There is no EvalDataset item.</summary>
    public const string NoEvalDataset = "ATTR1903";

    /// <summary>A property or an item's metadata has an invalid value.</summary>
    public const string ValueInvalid = "ATTR1904";

    /// <summary>A dataset's file does not exist.</summary>
    public const string DatasetMissing = "ATTR1905";

    /// <summary>Two datasets have the same name.</summary>
    public const string DatasetNameTaken = "ATTR1906";

    /// <summary>The base model is neither an existing folder nor a Hugging Face id.</summary>
    public const string ModelMissing = "ATTR1907";

    /// <summary>A name in the project looks like a misspelled name of the SDK.</summary>
    public const string NameMisspelled = "ATTR1908";

    /// <summary>There is no such baseline.</summary>
    public const string UnknownBaseline = "ATTR1909";

    /// <summary>The project asks for no runs, or names methods for one side only.</summary>
    public const string NothingToRun = "ATTR1910";

    /// <summary>An evaluation set has prompts whose answers are judged, but no trait.</summary>
    public const string TraitMissing = "ATTR1911";

    /// <summary>A setting comes from an environment variable that has the same name by accident (a warning).</summary>
    public const string FromEnvironment = "ATTR1912";

    /// <summary>Several layers are computed, and none is chosen for selection.</summary>
    public const string LayerAmbiguous = "ATTR1913";

    /// <summary>The build does not run on .NET.</summary>
    public const string WrongMSBuild = "ATTR1914";

    /// <summary>There is no prompt for a judging model.</summary>
    public const string JudgePromptMissing = "ATTR1915";

    /// <summary>A method can be compared with none of the other side.</summary>
    public const string MethodsDoNotPair = "ATTR1917";

    /// <summary>A project names an attribution or selection method that there is not, and has no code that could hold it.</summary>
    public const string MethodMisspelled = "ATTR1918";

    /// <summary>Answers are judged by rules, but there are none for the trait.</summary>
    public const string TraitWithoutRules = "ATTR1919";

    /// <summary>There is no such kind of experiment, or an item belongs to another kind.</summary>
    public const string WrongKind = "ATTR1931";

    /// <summary>An experiment in context attribution has no ContextDataset item.</summary>
    public const string NoContextDataset = "ATTR1932";

    /// <summary>The worker stopped without saying why.</summary>
    public const string WorkerCrashed = "ATTR1920";

    /// <summary>The worker's program is missing or does not start.</summary>
    public const string WorkerMissing = "ATTR1921";

    /// <summary>TorchBackend has an invalid value, or asks for a libtorch that does not exist for this system.</summary>
    public const string TorchBackendInvalid = "ATTR1922";

    /// <summary>The SDK in this repository did not build.</summary>
    public const string SdkNotBuilt = "ATTR1923";

    /// <summary>One build builds an experiment twice at the same time, with different properties.</summary>
    public const string BuiltTwice = "ATTR1924";

    /// <summary>A build that only asks (<c>-question</c>) found something to do.</summary>
    public const string NotUpToDate = "ATTR1930";

    /// <summary>A stage's request file is missing or malformed.</summary>
    public const string RequestInvalid = "ATTR1950";

    /// <summary>Two datasets have the same name, or a name is not a possible folder name.</summary>
    public const string DatasetNameInvalid = "ATTR1951";

    /// <summary>The result of an earlier stage is missing.</summary>
    public const string UpstreamMissing = "ATTR1952";

    /// <summary>An experiment's own assembly cannot be loaded, or one of its classes cannot be instantiated.</summary>
    public const string PluginInvalid = "ATTR1953";

    /// <summary>There is no recipe with the given name.</summary>
    public const string UnknownRecipe = "ATTR1954";

    /// <summary>An unexpected error: a fault of this program, to be reported.</summary>
    public const string Unexpected = "ATTR1999";
}
