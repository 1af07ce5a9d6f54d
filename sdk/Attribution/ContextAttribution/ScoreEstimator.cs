using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>A linear estimator without bias: the score of a source is <c>sum_f weights[f] attention[f]</c>, |weights|_1 = 1.</summary>
public sealed class ScoreEstimator
{
    /// <summary>The weights' model.</summary>
    public required ModelIdentity Model { get; init; }

    /// <summary>[F], one per head of every block: <c>block * heads + head</c>.</summary>
    public required IReadOnlyList<float> Weights { get; init; }

    /// <summary>How it was trained; null where that is not known.</summary>
    public ScoreEstimatorTraining? Training { get; init; }

    /// <summary>All weights equal, 1 / F: the mean attention.</summary>
    public static ScoreEstimator MeanAttention(ModelConfig config) => throw new NotImplementedException();

    /// <summary>Writes <c>score_estimator.safetensors</c> and <c>score_estimator.json</c> into a folder.</summary>
    public void Save(string folder) => throw new NotImplementedException();

    /// <summary>Reads a folder that <see cref="Save"/> wrote, or a <c>score_estimator.pt</c> as the authors of AT2 publish them.</summary>
    /// <param name="path">The folder, or the <c>.pt</c> file.</param>
    /// <param name="config">The model that it is for.</param>
    public static ScoreEstimator Load(string path, ModelConfig config) => throw new NotImplementedException();
}
