using System.Runtime.InteropServices;
using Attribution.ContextAttribution.Sources;
using Attribution.Diagnostics;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>A linear estimator without bias: the score of a source is <c>sum_f weights[f] attention[f]</c> (arXiv 2504.13752).</summary>
public sealed class ScoreEstimator
{
    /// <summary>Creates an estimator from weights.</summary>
    /// <param name="model">The model that they belong to.</param>
    /// <param name="weights">[F], finite.</param>
    /// <param name="training">The facts of the training; null if not known.</param>
    /// <exception cref="AttributionException">ATTR1451: the number of weights is not F, or one is not finite.</exception>
    public ScoreEstimator(ModelIdentity model, IReadOnlyList<float> weights, ScoreEstimatorTraining? training = null)
    {
        if (weights.Count != model.FeatureCount)
            throw new AttributionException(ErrorCodes.EstimatorInvalid,
                $"The estimator has {weights.Count} weights; {model.LayerCount} layers of {model.HeadCount} heads need {model.FeatureCount}.");
        if (!weights.All(float.IsFinite))
            throw new AttributionException(ErrorCodes.EstimatorInvalid, "A weight of the estimator is not a finite number.");
        (Model, Weights, Training) = (model, [.. weights], training);
    }

    /// <summary>The model that the weights belong to.</summary>
    public ModelIdentity Model { get; }

    /// <summary>The weights, [F], one per head of every block, at <c>block * HeadCount + head</c>.</summary>
    public IReadOnlyList<float> Weights { get; }

    /// <summary>The facts of the training; null if not known.</summary>
    public ScoreEstimatorTraining? Training { get; }

    /// <summary>The attention rule that the weights were trained with.</summary>
    public AttentionRule Attention { get; init; }

    /// <summary>The sentence rule that the weights were trained with.</summary>
    public SentenceRule Sentences { get; init; }

    /// <summary>An estimator with equal weights, 1 / F: the mean attention, which training starts from.</summary>
    /// <param name="config">The model.</param>
    /// <param name="attention">The attention rule.</param>
    public static ScoreEstimator MeanAttention(ModelConfig config, AttentionRule attention = AttentionRule.True)
    {
        var model = ModelIdentity.Of(config);
        return new(model, [.. Enumerable.Repeat(1f / model.FeatureCount, model.FeatureCount)]) { Attention = attention };
    }

    /// <summary>The same weights with the rules of attention and sentences that they were trained with.</summary>
    internal ScoreEstimator TrainedOn(AttentionRule attention, SentenceRule sentences) =>
        new(Model, Weights, Training) { Attention = attention, Sentences = sentences };

    /// <summary>Writes <c>score_estimator.safetensors</c> and <c>score_estimator.json</c> into a folder.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Save(string folder) => ScoreEstimatorFiles.Write(this, folder);

    /// <summary>Reads a folder that <see cref="Save"/> wrote, or a <c>score_estimator.pt</c> in the form of AT2's authors.</summary>
    /// <param name="path">The folder, or the <c>.pt</c> file.</param>
    /// <param name="config">The configuration of the model to use it with.</param>
    /// <exception cref="AttributionException">The files are missing or damaged, or the estimator belongs to another model (ATTR1452).</exception>
    public static ScoreEstimator Load(string path, ModelConfig config)
    {
        var estimator = ScoreEstimatorFiles.Read(path);
        estimator.Model.RequireMatch(config, path);
        return estimator;
    }
}
