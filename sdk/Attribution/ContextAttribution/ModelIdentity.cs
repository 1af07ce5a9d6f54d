using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>What an estimator's weights belong to: a weight is of one head of one block of one model.</summary>
/// <param name="ModelType">The family, a <c>model_type</c>.</param>
/// <param name="LayerCount">The blocks.</param>
/// <param name="HeadCount">Query heads per block.</param>
/// <param name="ConfigHash">SHA-256 of the values of the configuration that the numbers depend on; null where that is not known.</param>
public sealed record ModelIdentity(string? ModelType, int LayerCount, int HeadCount, string? ConfigHash)
{
    /// <summary>F, the attention features: one per block and head, <c>block * HeadCount + head</c>.</summary>
    public int FeatureCount => LayerCount * HeadCount;

    /// <summary>The identity of a model.</summary>
    public static ModelIdentity Of(ModelConfig config)
    {
        throw new NotImplementedException();
    }
}
