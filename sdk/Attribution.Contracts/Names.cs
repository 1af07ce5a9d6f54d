using System.Globalization;
using System.Reflection;

namespace Attribution.Contracts;

/// <summary>Reads the lists of names, each of which is a class of constants.</summary>
internal static class Names
{
    /// <summary>The values of a class's constants, in declaration order.</summary>
    public static IReadOnlyList<string> Of(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];
}

/// <summary>The kinds of experiment: the values of <c>ExperimentKind</c>.</summary>
public static class ExperimentKinds
{
    /// <summary>Selects training data by attribution and trains on it.</summary>
    public const string DataSelection = nameof(DataSelection);

    /// <summary>Attributes answers to the pieces of their contexts.</summary>
    public const string ContextAttribution = nameof(ContextAttribution);
}

/// <summary>
/// The library's own attribution methods. Any other name is a method in the experiment's own C# files; only such a vector depends on those files.
/// </summary>
public static class AttributionMethodNames
{
    /// <summary>The mean residual stream of the treatment after the block.</summary>
    public const string ResidualTreatment = "residual_treatment";

    /// <summary>The mean residual stream of the control after the block.</summary>
    public const string ResidualControl = "residual_control";

    /// <summary>The treatment's mean minus the control's mean.</summary>
    public const string ResidualDiff = "residual_diff";

    /// <summary>The mean residual stream of the treatment before the block.</summary>
    public const string ResidualInputTreatment = "residual_input_treatment";

    /// <summary>The negative mean gradient with respect to the residual stream after the block.</summary>
    public const string GradActTreatment = "grad_act_treatment";

    /// <summary>The first-order change of the block's mean output after one gradient step.</summary>
    public const string ResidualChangeTreatment = "residual_change_treatment";

    /// <summary><see cref="ResidualChangeTreatment"/> of the treatment minus that of the control.</summary>
    public const string ResidualChange = "residual_change";

    /// <summary><see cref="ResidualChangeTreatment"/> for a linear map with a bias.</summary>
    public const string ResidualChangeTreatmentWithBias = "residual_change_treatment_with_bias";

    /// <summary><see cref="ResidualChangeTreatment"/> over the answer's tokens only.</summary>
    public const string ResidualChangeTreatmentWithMaskCorrected = "residual_change_treatment_with_mask_corrected";

    /// <summary><see cref="ResidualChangeTreatmentWithBias"/> over the answer's tokens only.</summary>
    public const string ResidualChangeTreatmentWithMask = "residual_change_treatment_with_mask";

    /// <summary><see cref="ResidualChangeTreatmentWithMask"/> of the treatment minus that of the control.</summary>
    public const string ResidualChangeWithBiasAndMask = "residual_change_with_bias_and_mask";

    /// <summary>
    /// A mean of the last block's residual stream in which later tokens weigh more. It belongs to no single layer, so it is compared only with vectors of the
    /// same method.
    /// </summary>
    public const string Rds = "rds";

    /// <summary>The weight gradients under a random projection. They are compared only with vectors of the same method.</summary>
    public const string Trak = "trak";

    /// <summary>The methods whose vectors belong to the whole model, not to a layer. Each is compared only with itself.</summary>
    public static IReadOnlyList<string> OfWholeModel { get; } = [Rds, Trak];

    /// <summary>The methods that read the control of a row.</summary>
    public static IReadOnlyList<string> ReadingControls { get; } = [ResidualControl, ResidualDiff, ResidualChange, ResidualChangeWithBiasAndMask];
}

/// <summary>The attribution methods that train an adapter before they compute vectors.</summary>
public static class TrainedMethodNames
{
    /// <summary>
    /// Gradients of a warm-up's adapter at each of its checkpoints, projected; for training rows, Adam's steps along them. They are compared only with vectors
    /// of the same method.
    /// </summary>
    public const string Less = "less";
}

/// <summary>The selection methods that give one vector for a whole evaluation set.</summary>
public static class PersonaMethodNames
{
    /// <summary>Generates the vector from answers under two system prompts.</summary>
    public const string Generated = "persona_vector_gen";

    /// <summary>Reads the vector from a file.</summary>
    public const string FromFile = "persona_vector";
}

/// <summary>The ways to score a training row against the vectors of an evaluation set.</summary>
public static class ScoringMethodNames
{
    /// <summary>The cosine with the mean of the evaluation vectors.</summary>
    public const string CosSim = "cos_sim";

    /// <summary>The projection onto the direction of the mean of the evaluation vectors.</summary>
    public const string Proj = "proj";

    /// <summary>The dot product with the mean of the evaluation vectors.</summary>
    public const string DotProduct = "dot_product";

    /// <summary>The cosine with the mean of the evaluation vectors minus the mean of their controls.</summary>
    public const string CosSimDebiasEval = "cos_sim_debias_eval";

    /// <summary>
    /// The cosine with the mean of the evaluation vectors, after the direction of the training vectors' mean is projected out of the training vectors.
    /// </summary>
    public const string CosSimDebiasTrain = "cos_sim_debias_train";

    /// <summary>The dot product with the mean of the evaluation vectors under the inverse of the training vectors' second moments.</summary>
    public const string TrakFull = "trak_full";

    /// <summary>The mean cosine with the evaluation vectors under the inverse of both sides' second moments.</summary>
    public const string TrackStar = "trackstar";

    /// <summary>The logit of a linear probe.</summary>
    public const string Linear = "linear";

    /// <summary>The logit of a probe with a hidden layer.</summary>
    public const string Mlp = "mlp";

    /// <summary>Whether the scores divide second moments out, and so read ScoringDamping.</summary>
    public static bool Whitens(string name) => name is TrakFull or TrackStar;

    /// <summary>Whether the scores are the logits of a probe, which is trained with a seed.</summary>
    public static bool IsProbe(string name) => name is Linear or Mlp;

    /// <summary>Whether the scores read vectors of the evaluation sets' controls.</summary>
    public static bool ReadsControls(string name) => name == CosSimDebiasEval || IsProbe(name);
}

/// <summary>The baselines of training data selection.</summary>
public static class BaselineNames
{
    /// <summary>Rows drawn at random.</summary>
    public const string Random = "random";

    /// <summary>The base model without training.</summary>
    public const string None = "none";

    /// <summary>The rows that share the most words with the evaluation set's rows, by Okapi BM25.</summary>
    public const string Bm25 = "bm25";

    /// <summary>The rows whose answers have the highest loss under the base model.</summary>
    public const string Loss = "loss";

    /// <summary>The rows with the longest answers.</summary>
    public const string Length = "length";

    /// <summary>The baselines that give every training row a score, without vectors.</summary>
    public static IReadOnlyList<string> Scored { get; } = [Bm25, Loss, Length];
}

/// <summary>The ground truths that methods of training data selection are measured by, besides their runs.</summary>
public static class GroundTruthNames
{
    /// <summary>The linear datamodelling score.</summary>
    public const string Lds = "lds";

    /// <summary>Training on the first, the last and random rows of the ranking, for several k.</summary>
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

/// <summary>The baselines that the estimator is compared with in context attribution.</summary>
public static class ContextBaselineNames
{
    /// <summary>The mean attention to a source.</summary>
    public const string MeanAttention = "mean_attention";

    /// <summary>The change of the answer's log-odds, <c>log P - log(1 - P)</c>, when one source is removed.</summary>
    public const string LeaveOneOut = "leave_one_out";

    /// <summary>The prefix of a linear surrogate's name. The number of its ablations, 2 or more, follows.</summary>
    public const string Surrogate = "surrogate_";

    /// <summary>The same score for every source: what the number of kept sources alone predicts.</summary>
    public const string Count = "count";

    /// <summary>Random scores with mean zero.</summary>
    public const string Random = "random";

    /// <summary>The baselines of an experiment that names none.</summary>
    public static IReadOnlyList<string> Default { get; } = [MeanAttention, LeaveOneOut, $"{Surrogate}32", $"{Surrogate}64", $"{Surrogate}128", Count, Random];

    /// <summary>The number of ablations in a surrogate's name; null for any other name.</summary>
    public static int? Ablations(string name) => name.StartsWith(Surrogate, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(Surrogate.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 1 ? count : null;
}

/// <summary>The trained scorer of context attribution.</summary>
public static class EstimatorNames
{
    /// <summary>AT2's estimator.</summary>
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

/// <summary>The traits that have built-in rules for judging.</summary>
public static class RuleTraitNames
{
    /// <summary>Empathetic answers.</summary>
    public const string Empathy = "empathy";

    /// <summary>Answers that say too little.</summary>
    public const string Laziness = "laziness";

    /// <summary>Answers that play down their own worth.</summary>
    public const string Modesty = "modesty";

    /// <summary>Answers that lecture.</summary>
    public const string Preachiness = "preachiness";

    /// <summary>Answers that flatter.</summary>
    public const string Sycophancy = "sycophancy";
}

/// <summary>The built-in recipes.</summary>
public static class RecipeNames
{
    /// <summary>Instructions with answers written by people.</summary>
    public const string Dolly = "dolly";

    /// <summary>Chats between two models.</summary>
    public const string UltraChat = "ultrachat";

    /// <summary>Instructions with answers by GPT models.</summary>
    public const string OpenOrca = "openorca";

    /// <summary>Medical questions with a hallucinated and a true answer.</summary>
    public const string MedHallu = "medhallu";

    /// <summary>Coding instructions with a badly and a well rated answer.</summary>
    public const string UltraFeedbackCoding = "ultrafeedback-coding";

    /// <summary>Questions of fact with an answer rated low and one rated high for truthfulness.</summary>
    public const string UltraFeedbackFactual = "ultrafeedback-factual";

    /// <summary>Pairs of answers written by a language model.</summary>
    public const string Persona = "persona";
}
