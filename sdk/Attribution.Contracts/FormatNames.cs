namespace Attribution.Contracts;

/// <summary>What the model computes in.</summary>
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

/// <summary>Whose loss counts in a conversation of several answers.</summary>
public static class LossNames
{
    /// <summary>The last answer's.</summary>
    public const string LastTurn = "last_turn";

    /// <summary>That of every answer.</summary>
    public const string AllTurns = "all_turns";
}

/// <summary>The chat templates that come along, for models without one.</summary>
public static class ChatTemplateNames
{
    /// <summary>The instruction and the response under headings.</summary>
    public const string Alpaca = "alpaca";

    /// <summary>Each message between <c>&lt;|im_start|></c> and <c>&lt;|im_end|></c>.</summary>
    public const string ChatMl = "chatml";

    /// <summary>Each message behind the name of its role.</summary>
    public const string Plain = "plain";
}

/// <summary>The ways to keep conversations in a file.</summary>
public static class DatasetFormatNames
{
    /// <summary>The library's own columns, those of treatments and of controls.</summary>
    public const string Treatment = "treatment";

    /// <summary>A list of messages with role and content.</summary>
    public const string Messages = "messages";

    /// <summary>A list of messages with from and value.</summary>
    public const string ShareGpt = "sharegpt";

    /// <summary>A prompt and its completion.</summary>
    public const string PromptCompletion = "prompt_completion";

    /// <summary>An instruction, its input and the output.</summary>
    public const string Alpaca = "alpaca";

    /// <summary>A chosen answer and a rejected one.</summary>
    public const string Preference = "preference";
}

/// <summary>How vectors are kept.</summary>
public static class VectorFormatNames
{
    /// <summary>Parquet, float32.</summary>
    public const string Parquet = "parquet";

    /// <summary>NumPy's format, float32.</summary>
    public const string Npy = "npy";

    /// <summary>NumPy's format, float16.</summary>
    public const string NpyFloat16 = "npy-float16";

    /// <summary>NumPy's format, 8-bit integers with a scale per row.</summary>
    public const string Int8 = "int8";
}

/// <summary>How gradients of weights are projected.</summary>
public static class ProjectionNames
{
    /// <summary>Both sides of a gradient by matrices of their own.</summary>
    public const string Kronecker = "kronecker";

    /// <summary>The whole gradient by a sparse matrix.</summary>
    public const string Sparse = "sparse";
}

/// <summary>The pieces of a context that an answer is attributed to.</summary>
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

/// <summary>Where sentences end besides at their full stops.</summary>
public static class SentenceRuleNames
{
    /// <summary>At blank lines, headings and items of lists.</summary>
    public const string Paragraph = "paragraph";

    /// <summary>At every line break, as in the code of AT2's authors.</summary>
    public const string Lines = "lines";
}

/// <summary>Which attention the features of AT2 are.</summary>
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
    /// <summary>The package for this system's CPU.</summary>
    public const string Cpu = "cpu";

    /// <summary>TorchSharp's packages with CUDA.</summary>
    public const string Cuda = "cuda";

    /// <summary>Nothing is restored: <c>LibTorchPath</c> or <c>LIBTORCH</c> names one.</summary>
    public const string None = "none";
}
