using System.Security.Cryptography;
using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>The model that an estimator's weights belong to: each weight belongs to one head of one block.</summary>
/// <param name="ModelType">The family, a <c>model_type</c>; null if not known.</param>
/// <param name="LayerCount">The number of blocks.</param>
/// <param name="HeadCount">The number of query heads per block.</param>
/// <param name="ConfigHash">SHA-256, in hexadecimal, of the configuration's values that a pass depends on; null if not known.</param>
public sealed record ModelIdentity(string? ModelType, int LayerCount, int HeadCount, string? ConfigHash)
{
    /// <summary>F, the number of attention features: one per block and head, at <c>block * HeadCount + head</c>.</summary>
    public int FeatureCount => LayerCount * HeadCount;

    /// <summary>The identity of a model.</summary>
    public static ModelIdentity Of(ModelConfig config)
    {
        object?[] values =
        [
            config.ModelType, config.VocabularySize, config.HiddenSize, config.IntermediateSize, config.BlockCount, config.HeadCount,
            config.KeyValueHeadCount, config.HeadSize, config.NormEpsilon, config.TieWordEmbeddings, config.Activation, config.QueryKeyValueBias,
            config.OutputBias, config.MlpBias, config.FusedProjections, config.QueryKeyNorm, config.UnitOffsetNorm, config.PostNorms,
            config.ScaledEmbeddings, config.QueryScalar, config.Rotary.Theta, config.Rotary.Dimensions, config.Rotary.Scaling,
            config.WindowRotary.Theta, config.WindowRotary.Dimensions, config.WindowRotary.Scaling, config.SlidingWindows,
        ];
        // For models without these, the hash is the same as before they existed.
        if (config is not
            {
                AttentionSoftCap: null, LogitSoftCap: null, EmbeddingMultiplier: 1, ResidualMultiplier: 1, LogitDivisor: 1, RotatedBlocks: null,
                PreNorms: true, WholeQueryKeyNorm: false, WideNorm: false,
            })
            values = [.. values, config.AttentionSoftCap, config.LogitSoftCap, config.EmbeddingMultiplier, config.ResidualMultiplier, config.LogitDivisor,
                config.RotatedBlocks, config.PreNorms, config.WholeQueryKeyNorm, config.WideNorm];
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(values)));
        return new(config.ModelType, config.BlockCount, config.HeadCount, hash);
    }

    /// <summary>Throws if a model is not this one, as far as that is known.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="file">The estimator's file, for the error message.</param>
    /// <exception cref="AttributionException">ATTR1452: it is another model.</exception>
    internal void RequireMatch(ModelConfig config, string? file = null)
    {
        var model = Of(config);
        string? difference =
            (LayerCount, HeadCount) != (model.LayerCount, model.HeadCount)
                ? $"{LayerCount} layers of {HeadCount} heads, and this model has {model.LayerCount} of {model.HeadCount}"
            : ModelType is not null && ModelType != model.ModelType ? $"the family {ModelType}, and this model is a {model.ModelType}"
            : ConfigHash is not null && ConfigHash != model.ConfigHash
                ? $"a {ModelType} model of other sizes or settings (config {ConfigHash[..Math.Min(8, ConfigHash.Length)]}, this "
                + $"model's {model.ConfigHash![..8]})"
            : null;
        if (difference is not null)
            throw new AttributionException(ErrorCodes.EstimatorOfAnotherModel,
                $"The score estimator belongs to another model: it was trained on {difference}. Train one for this model, or "
                + "name the model that it belongs to.")
            { File = file };
    }
}
