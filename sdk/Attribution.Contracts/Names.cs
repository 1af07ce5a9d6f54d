using System.Globalization;
using System.Reflection;

namespace Attribution.Contracts;

/// <summary>The lists of names: each is a class of constants.</summary>
internal static class Names
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

    /// <summary>
    /// The mean of the last block's stream, later tokens counting for more; of no single layer, so its vectors compare with their like alone.
    /// </summary>
    public const string Rds = "rds";

    /// <summary>The gradients of the weights, projected at random; they compare with their like alone.</summary>
    public const string Trak = "trak";

    /// <summary>Those whose vectors are of the whole model and not of a layer: each pairs with itself alone.</summary>
    public static IReadOnlyList<string> OfWholeModel { get; } = [Rds, Trak];
}

/// <summary>The attribution methods that train before they compute a vector.</summary>
public static class TrainedMethodNames
{
    /// <summary>
    /// The gradients of an adapter over the checkpoints of a warm-up, projected, of training rows as Adam steps along them; they compare with their like alone.
    /// </summary>
    public const string Less = "less";
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

    /// <summary>The product with the mean of the evaluation vectors under the inverse of the training vectors' second moments.</summary>
    public const string TrakFull = "trak_full";

    /// <summary>The mean cosine with the evaluation vectors under the inverse of both sides' second moments.</summary>
    public const string TrackStar = "trackstar";

    /// <summary>The logit of a linear probe.</summary>
    public const string Linear = "linear";

    /// <summary>The logit of a probe with a hidden layer.</summary>
    public const string Mlp = "mlp";

    /// <summary>Whether the scores take out second moments, and so read ScoringDamping.</summary>
    public static bool Whitens(string name) => name is TrakFull or TrackStar;

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

/// <summary>What the methods of training data selection are measured by besides their runs.</summary>
public static class GroundTruthNames
{
    /// <summary>The linear datamodelling score.</summary>
    public const string Lds = "lds";

    /// <summary>Training on the first, the last and random rows at several k.</summary>
    public const string KCurve = "k_curve";
}

/// <summary>The ends of a ranking.</summary>
public static class RankingEndNames
{
    /// <summary>The highest scores.</summary>
    public const string Top = "top";

    /// <summary>The lowest scores.</summary>
    public const string Bottom = "bottom";
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

    /// <summary>The same score for every source: what is told by how many of them are kept.</summary>
    public const string Count = "count";

    /// <summary>Scores drawn at random, with a mean of zero.</summary>
    public const string Random = "random";

    /// <summary>The methods that an experiment compares with unless it names others.</summary>
    public static IReadOnlyList<string> Default { get; } = [MeanAttention, LeaveOneOut, $"{Surrogate}32", $"{Surrogate}64", $"{Surrogate}128", Count, Random];

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
