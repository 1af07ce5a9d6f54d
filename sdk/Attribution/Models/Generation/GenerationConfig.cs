namespace Attribution.Models.Generation;

/// <summary>What a model's folder says about ending a text.</summary>
internal static class GenerationConfig
{
    /// <summary>The <c>eos_token_id</c>, one or several, of <c>generation_config.json</c>, else of <c>config.json</c>; empty if neither names any.</summary>
    public static IReadOnlySet<int> StopTokens(string folder, ModelConfig config)
    {
        var file = Path.Combine(folder, "generation_config.json");
        IReadOnlyList<int> ids = File.Exists(file) ? ConfigFile.Open(file).TokenIds("eos_token_id") : [];
        return new HashSet<int>(ids.Count > 0 ? ids : config.EosTokenIds);
    }
}
