using Attribution.ContextAttribution.Sources;
using Attribution.Models.Checkpoints;

namespace Attribution.ContextAttribution;

/// <summary>
/// Reads the <c>score_estimator.pt</c> that AT2's authors publish for their models: a dictionary of <c>class</c>, <c>state_dict</c> with <c>linear.weight</c>
/// [1, F], <c>feature_extractor</c> with <c>num_layers</c>, <c>num_heads</c> and <c>model_type</c>, and <c>kwargs</c>. These estimators were trained on the
/// attention and the sentences of the authors' code.
/// </summary>
internal static class PublishedEstimator
{
    private const string Class = "LinearScoreEstimator", Features = "AttentionFeatureExtractor", Weight = "linear.weight", Bias = "linear.bias";

    public static ScoreEstimator Read(string file)
    {
        if (TorchCheckpoint.Load(file) is not OrderedDictionary<object, object?> root)
            throw ScoreEstimatorFiles.Invalid("The checkpoint is not a dictionary, as a published score estimator is.", file);
        Require(root, "class", Class, file);
        var extractor = Section(root, "feature_extractor", file);
        Require(extractor, "class", Features, file);
        var kwargs = Section(extractor, "kwargs", file);
        var (layers, heads) = (Count(kwargs, "num_layers", file), Count(kwargs, "num_heads", file));
        var state = Section(root, "state_dict", file);
        if (state.ContainsKey(Bias))
            throw ScoreEstimatorFiles.Invalid("The estimator has a bias, which a sum over the tokens of a source has no place for.", file, Bias);
        if (state.GetValueOrDefault(Weight) is not CheckpointTensor weight || !weight.Shape.SequenceEqual([1, (long)layers * heads]))
            throw ScoreEstimatorFiles.Invalid($"'{Weight}' is not a tensor of [1, {(long)layers * heads}], for {layers} layers of {heads} heads.", file,
                Weight);
        var family = kwargs.GetValueOrDefault("model_type") as string;
        // Theirs is the name of the module in transformers, ours that in config.json.
        var model = new ModelIdentity(family == "gemma3" ? "gemma3_text" : family, layers, heads, null);
        return ScoreEstimatorFiles.Checked(file, () => new(model, weight.ToFloats()) { Attention = AttentionRule.At2, Sentences = SentenceRule.Lines });
    }

    private static OrderedDictionary<object, object?> Section(OrderedDictionary<object, object?> parent, string name, string file) =>
        parent.GetValueOrDefault(name) as OrderedDictionary<object, object?>
        ?? throw ScoreEstimatorFiles.Invalid($"The checkpoint has no dictionary '{name}', as a published score estimator has.", file, name);

    private static int Count(OrderedDictionary<object, object?> parent, string name, string file) =>
        parent.GetValueOrDefault(name) is long and > 0 and < 1 << 15 and var count
            ? (int)count : throw ScoreEstimatorFiles.Invalid($"'{name}' is not a number above 0.", file, name);

    private static void Require(OrderedDictionary<object, object?> parent, string name, string value, string file)
    {
        if (parent.GetValueOrDefault(name) as string != value)
            throw ScoreEstimatorFiles.Invalid($"'{name}' is not '{value}'; estimators of another kind are not supported.", file, name);
    }
}
