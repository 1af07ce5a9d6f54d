using System.Globalization;
using System.Reflection;

namespace Attribution.Contracts;

/// <summary>The lists of names: each is a class of constants.</summary>
public static class Names
{
    /// <summary>The values of a class's constants, in the order in which they are declared.</summary>
    public static IReadOnlyList<string> Of(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];
}

/// <summary>The kinds of experiment, by <c>ExperimentKind</c>.</summary>
public static class ExperimentKinds
{
    /// <summary>Selects training data by attribution and trains on it.</summary>
    public const string DataSelection = nameof(DataSelection);

    /// <summary>Attributes answers to the pieces of their contexts.</summary>
    public const string ContextAttribution = nameof(ContextAttribution);
}

/// <summary>
/// The attribution methods of the library. A name that is not among them comes from the experiment's own C# files, so only then
/// can a change of those change a vector.
/// </summary>
public static class AttributionMethodNames
{
    /// <summary>The mean of the residual stream behind the block, of the treatment.</summary>
    public const string ResidualTreatment = "residual_treatment";

    /// <summary>The same of the control.</summary>
    public const string ResidualControl = "residual_control";

    /// <summary>The treatment's mean less the control's.</summary>
    public const string ResidualDiff = "residual_diff";

    /// <summary>The mean of the residual stream before the block.</summary>
    public const string ResidualInputTreatment = "residual_input_treatment";

    /// <summary>The negative mean gradient behind the block.</summary>
    public const string GradActTreatment = "grad_act_treatment";

    /// <summary>The first-order change of the block's mean output after a gradient step.</summary>
    public const string ResidualChangeTreatment = "residual_change_treatment";

    /// <summary>The same, treatment less control.</summary>
    public const string ResidualChange = "residual_change";

    /// <summary><see cref="ResidualChangeTreatment"/> of a map that has a bias.</summary>
    public const string ResidualChangeTreatmentWithBias = "residual_change_treatment_with_bias";

    /// <summary><see cref="ResidualChangeTreatment"/> over the answer's tokens alone.</summary>
    public const string ResidualChangeTreatmentWithMaskCorrected = "residual_change_treatment_with_mask_corrected";

    /// <summary><see cref="ResidualChangeTreatmentWithBias"/> over the answer's tokens alone.</summary>
    public const string ResidualChangeTreatmentWithMask = "residual_change_treatment_with_mask";

    /// <summary>The same, treatment less control.</summary>
    public const string ResidualChangeWithBiasAndMask = "residual_change_with_bias_and_mask";

    /// <summary>The mean of the last block's stream, later tokens counting for more; of no single layer, so its vectors compare with their like alone.</summary>
    public const string Rds = "rds";

    /// <summary>The gradients of the weights, projected at random; they compare with their like alone.</summary>
    public const string Trak = "trak";

    /// <summary>Those whose vectors are of the whole model and not of a layer: each pairs with itself alone.</summary>
    public static IReadOnlyList<string> OfWholeModel { get; } = [Rds, Trak];
}

/// <summary>The selection methods that make one vector of a whole evaluation set.</summary>
public static class PersonaMethodNames
{
    /// <summary>Generates the vector from answers under two system prompts.</summary>
    public const string Generated = "persona_vector_gen";

    /// <summary>Reads the vector from a file.</summary>
    public const string FromFile = "persona_vector";
}

/// <summary>How the vectors of a training row and of an evaluation set become a score.</summary>
public static class ScoringMethodNames
{
    /// <summary>The cosine with the mean of the evaluation vectors.</summary>
    public const string CosSim = "cos_sim";

    /// <summary>The projection onto the direction of the mean of the evaluation vectors.</summary>
    public const string Proj = "proj";

    /// <summary>The dot product with the mean of the evaluation vectors.</summary>
    public const string DotProduct = "dot_product";

    /// <summary>The cosine with the mean of the evaluation vectors less that of their controls.</summary>
    public const string CosSimDebiasEval = "cos_sim_debias_eval";

    /// <summary>The cosine of the training vectors less their mean.</summary>
    public const string CosSimDebiasTrain = "cos_sim_debias_train";

    /// <summary>The logit of a linear probe.</summary>
    public const string Linear = "linear";

    /// <summary>The logit of a probe with a hidden layer.</summary>
    public const string Mlp = "mlp";

    /// <summary>Whether the scores are the logits of a probe, whose training has a seed.</summary>
    public static bool IsProbe(string name) => name is Linear or Mlp;

    /// <summary>Whether the scores read vectors of the evaluation sets' controls.</summary>
    public static bool ReadsControls(string name) => name == CosSimDebiasEval || IsProbe(name);
}

/// <summary>What the runs of training data selection are compared with.</summary>
public static class BaselineNames
{
    /// <summary>Rows drawn at random.</summary>
    public const string Random = "random";

    /// <summary>The base model itself.</summary>
    public const string None = "none";

    /// <summary>The rows whose words the evaluation set's rows share, by Okapi BM25.</summary>
    public const string Bm25 = "bm25";

    /// <summary>The rows whose answers the base model finds hardest.</summary>
    public const string Loss = "loss";

    /// <summary>The rows with the longest answers.</summary>
    public const string Length = "length";

    /// <summary>Those that give every training row a score and none a vector.</summary>
    public static IReadOnlyList<string> Scored { get; } = [Bm25, Loss, Length];
}

/// <summary>The methods that an estimator is compared with in context attribution.</summary>
public static class ContextBaselineNames
{
    /// <summary>The mean attention on a source.</summary>
    public const string MeanAttention = "mean_attention";

    /// <summary>The loss of probability without a source.</summary>
    public const string LeaveOneOut = "leave_one_out";

    /// <summary>What the name of a linear surrogate begins with; the number of its ablations, 2 or more, follows.</summary>
    public const string Surrogate = "surrogate_";

    /// <summary>Scores drawn at random.</summary>
    public const string Random = "random";

    /// <summary>The methods that an experiment compares with unless it names others.</summary>
    public static IReadOnlyList<string> Default { get; } = [MeanAttention, LeaveOneOut, $"{Surrogate}32", $"{Surrogate}64", $"{Surrogate}128", Random];

    /// <summary>The number of ablations in the name of a surrogate; null for another name.</summary>
    public static int? Ablations(string name) => name.StartsWith(Surrogate, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(Surrogate.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 1 ? count : null;
}

/// <summary>The scorer of context attribution that is trained.</summary>
public static class EstimatorNames
{
    /// <summary>The estimator of AT2.</summary>
    public const string At2 = "at2";
}

/// <summary>The judges that need no C# file.</summary>
public static class JudgeNames
{
    /// <summary>The rules of a trait.</summary>
    public const string Rules = "rules";

    /// <summary>A language model.</summary>
    public const string Llm = "llm";
}

/// <summary>The traits that there are rules to judge by.</summary>
public static class RuleTraitNames
{
    /// <summary>Answers that care.</summary>
    public const string Empathy = "empathy";

    /// <summary>Answers that say too little.</summary>
    public const string Laziness = "laziness";

    /// <summary>Answers that make little of themselves.</summary>
    public const string Modesty = "modesty";

    /// <summary>Answers that lecture.</summary>
    public const string Preachiness = "preachiness";

    /// <summary>Answers that flatter.</summary>
    public const string Sycophancy = "sycophancy";
}

/// <summary>The recipes that come along.</summary>
public static class RecipeNames
{
    /// <summary>Instructions with answers by people.</summary>
    public const string Dolly = "dolly";

    /// <summary>Chats between two models.</summary>
    public const string UltraChat = "ultrachat";

    /// <summary>Instructions with answers by GPT models.</summary>
    public const string OpenOrca = "openorca";

    /// <summary>Medical questions with a hallucinated answer and a true one.</summary>
    public const string MedHallu = "medhallu";

    /// <summary>Answers that follow an instruction to write code badly and well.</summary>
    public const string UltraFeedbackCoding = "ultrafeedback-coding";

    /// <summary>Answers that are little and very truthful.</summary>
    public const string UltraFeedbackFactual = "ultrafeedback-factual";

    /// <summary>Has a language model write pairs of answers.</summary>
    public const string Persona = "persona";
}

/// <summary>What the model computes in.</summary>
public static class DTypeNames
{
    /// <summary>32-bit floating point.</summary>
    public const string Float32 = "float32";

    /// <summary>16-bit brain floating point.</summary>
    public const string BFloat16 = "bfloat16";
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
