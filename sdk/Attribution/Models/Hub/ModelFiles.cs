using Attribution.Diagnostics;
using Attribution.Models.Safetensors;
using Attribution.Tokenization.ChatTemplates;

namespace Attribution.Models.Hub;

/// <summary>Selects the files of a folder or repository that make up a model.</summary>
internal static class ModelFiles
{
    public const string Config = "config.json";
    public const string Tokenizer = "tokenizer.json";

    /// <summary>Throws if a file that the model needs is missing.</summary>
    /// <param name="names">The names of the existing files.</param>
    /// <param name="contents">The part of the model that is needed.</param>
    /// <param name="where">The folder or repository, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1121, with the missing file as its property.</exception>
    public static void Check(IReadOnlySet<string> names, ModelContents contents, string where)
    {
        if (contents == ModelContents.Text)
        {
            if (!names.Contains(Tokenizer))
                throw Incomplete(names.Contains("tokenizer.model")
                    ? $"There is a tokenizer.model but no {Tokenizer}. Convert it: load it with transformers' AutoTokenizer and save it with save_pretrained."
                    : $"There is no {Tokenizer}.", Tokenizer);
            return;
        }
        if (!names.Contains(Config))
            throw Incomplete($"There is no {Config}: this is no model's folder. Name one with {Config}, {Tokenizer} and the weights as safetensors.", Config);
        if (names.Contains(SafetensorsCollection.SingleFile) || names.Contains(SafetensorsCollection.IndexFile))
            return;
        var looked = $"There is neither {SafetensorsCollection.SingleFile} nor {SafetensorsCollection.IndexFile}";
        var others = names.Where(IsOtherWeights).Order(StringComparer.Ordinal).FirstOrDefault();
        throw Incomplete(others is null
            ? $"{looked}: the weights are missing."
            : $"{looked}, only weights like {others}, which are not read because they can carry code. Convert them: load the model with transformers and "
                + "save it with save_pretrained(folder, safe_serialization=True).", SafetensorsCollection.SingleFile);

        AttributionException Incomplete(string message, string file) => new(ErrorCodes.ModelIncomplete, message) { File = where, Property = file };
    }

    /// <summary>Whether a file is part of the model. Shards are not considered; the index names them.</summary>
    public static bool IsWanted(string name, ModelContents contents, bool isSharded) =>
        IsText(name) || (contents == ModelContents.All && name == (isSharded ? SafetensorsCollection.IndexFile : SafetensorsCollection.SingleFile));

    /// <summary>The first needed file that is missing from a snapshot's folder; null if none is.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <param name="contents">The part of the model that is needed.</param>
    /// <param name="isKnownAbsent">Whether the repository is known to have no such file.</param>
    public static string? FirstMissing(string folder, ModelContents contents, Func<string, bool> isKnownAbsent)
    {
        if (!Has(Tokenizer) && !isKnownAbsent(Tokenizer))
            return Tokenizer;
        if (!Has(Config) && !isKnownAbsent(Config))
            return Config;
        if (contents == ModelContents.Text || Has(SafetensorsCollection.SingleFile))
            return null;
        return Has(SafetensorsCollection.IndexFile)
            ? SafetensorsIndex.Read(Path.Combine(folder, SafetensorsCollection.IndexFile)).Values.Distinct().FirstOrDefault(shard => !Has(shard))
            : SafetensorsCollection.SingleFile;

        // A link whose blob was deleted exists too.
        bool Has(string name) => new FileInfo(Path.Combine(folder, name)) is { Exists: true } file
            && file.ResolveLinkTarget(returnFinalTarget: true) is null or { Exists: true };
    }

    private static bool IsText(string name) => ChatTemplateFiles.IsAdditional(name) || (!name.Contains('/')
        && (name is Config or "generation_config.json" or "special_tokens_map.json" or "added_tokens.json"
            || (name.StartsWith("tokenizer", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
            || name.StartsWith("chat_template", StringComparison.Ordinal)));

    private static bool IsOtherWeights(string name) =>
        !name.Contains('/') && (name.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".pth", StringComparison.Ordinal)
            || name.EndsWith(".pt", StringComparison.Ordinal));
}

/// <summary>The part of a model that is needed.</summary>
public enum ModelContents
{
    /// <summary>The tokenizer, chat template and configuration: kilobytes to megabytes.</summary>
    Text,

    /// <summary>The weights as well.</summary>
    All,
}
