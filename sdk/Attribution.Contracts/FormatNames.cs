namespace Attribution.Contracts;

/// <summary>The number format that the model computes in.</summary>
public static class DTypeNames
{
    /// <summary>32-bit floating point.</summary>
    public const string Float32 = "float32";

    /// <summary>16-bit brain floating point.</summary>
    public const string BFloat16 = "bfloat16";
}

/// <summary>Who runs the workers of a stage.</summary>
public static class ExecutorNames
{
    /// <summary>The build: processes of its machine.</summary>
    public const string Local = "local";

    /// <summary>A Slurm cluster: an array of jobs.</summary>
    public const string Slurm = "slurm";
}

/// <summary>The answers of a multi-turn conversation that count in the loss.</summary>
public static class LossNames
{
    /// <summary>The last answer.</summary>
    public const string LastTurn = "last_turn";

    /// <summary>Every answer.</summary>
    public const string AllTurns = "all_turns";
}

/// <summary>The built-in chat templates, for models that have none.</summary>
public static class ChatTemplateNames
{
    /// <summary>The instruction and the response, each under a heading.</summary>
    public const string Alpaca = "alpaca";

    /// <summary>Each message between <c>&lt;|im_start|></c> and <c>&lt;|im_end|></c>.</summary>
    public const string ChatMl = "chatml";

    /// <summary>Each message after the name of its role.</summary>
    public const string Plain = "plain";
}

/// <summary>The ways to store conversations in a file.</summary>
public static class DatasetFormatNames
{
    /// <summary>The library's own columns, with treatments and controls.</summary>
    public const string Treatment = "treatment";

    /// <summary>A list of messages with <c>role</c> and <c>content</c>.</summary>
    public const string Messages = "messages";

    /// <summary>A list of messages with <c>from</c> and <c>value</c>.</summary>
    public const string ShareGpt = "sharegpt";

    /// <summary>A prompt and its completion.</summary>
    public const string PromptCompletion = "prompt_completion";

    /// <summary>An instruction, its input and the output.</summary>
    public const string Alpaca = "alpaca";

    /// <summary>A chosen answer and a rejected one.</summary>
    public const string Preference = "preference";
}

/// <summary>The file formats of vectors.</summary>
public static class VectorFormatNames
{
    /// <summary>Parquet, float32.</summary>
    public const string Parquet = "parquet";

    /// <summary>NumPy's <c>.npy</c>, float32.</summary>
    public const string Npy = "npy";

    /// <summary>NumPy's <c>.npy</c>, float16.</summary>
    public const string NpyFloat16 = "npy-float16";

    /// <summary>NumPy's <c>.npy</c>, 8-bit integers with a scale per row.</summary>
    public const string Int8 = "int8";
}

/// <summary>The random projections of weight gradients.</summary>
public static class ProjectionNames
{
    /// <summary>A matrix for each side of the gradient.</summary>
    public const string Kronecker = "kronecker";

    /// <summary>A sparse matrix for the whole gradient.</summary>
    public const string Sparse = "sparse";
}

/// <summary>The kinds of source, the pieces of a context that an answer is attributed to.</summary>
public static class SourceTypeNames
{
    /// <summary>Tokens.</summary>
    public const string Token = "token";

    /// <summary>Words.</summary>
    public const string Word = "word";

    /// <summary>Sentences.</summary>
    public const string Sentence = "sentence";

    /// <summary>Documents.</summary>
    public const string Document = "document";
}

/// <summary>Where sentences end, apart from full stops.</summary>
public static class SentenceRuleNames
{
    /// <summary>At blank lines, headings and items of lists.</summary>
    public const string Paragraph = "paragraph";

    /// <summary>At every line break, as in the code of AT2's authors.</summary>
    public const string Lines = "lines";
}

/// <summary>The attention that AT2's features are made of.</summary>
public static class AttentionFeatureNames
{
    /// <summary>The model's own.</summary>
    public const string True = "true";

    /// <summary>What the code of AT2's authors computes.</summary>
    public const string At2 = "at2";
}

/// <summary>Where an experiment's libtorch comes from.</summary>
public static class TorchBackendNames
{
    /// <summary>The CPU package for this system.</summary>
    public const string Cpu = "cpu";

    /// <summary>TorchSharp's CUDA packages.</summary>
    public const string Cuda = "cuda";

    /// <summary>No package: <c>LibTorchPath</c> or <c>LIBTORCH</c> names a libtorch.</summary>
    public const string None = "none";
}

/// <summary>Trackers that an experiment's results can be sent to.</summary>
public static class TrackingNames
{
    /// <summary>An MLflow server.</summary>
    public const string Mlflow = "mlflow";
}

/// <summary>The wall times of TensorBoard's points.</summary>
public static class TensorBoardTimesNames
{
    /// <summary>The time of day at which a step was trained.</summary>
    public const string Real = "real";

    /// <summary>One second per step from 1970 on: equal curves are equal bytes, whenever they were trained.</summary>
    public const string Step = "step";
}
