using System.Text.Json;

namespace Attribution.Tests.Tokenization;

/// <summary>What the reference library and its JavaScript port make of a text.</summary>
/// <param name="Ids">The reference's ids.</param>
/// <param name="Offsets">The reference's offsets in UTF-16 units, start and end in turn.</param>
/// <param name="Decoded">The reference's text for these ids.</param>
/// <param name="PortIds">The port's ids; it knows no offsets.</param>
/// <param name="PortError">What the port failed with, or null.</param>
public sealed record ReferenceEncoding(int[] Ids, int[] Offsets, string Decoded, int[] PortIds, string? PortError)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Tokenizes texts with both.</summary>
    public static ReferenceEncoding[] Of(string modelFolder, IReadOnlyList<string> texts, bool special = true)
    {
        var config = Path.Combine(modelFolder, "tokenizer_config.json");
        var input = $$"""
            {
              "tokenizer": {{JsonSerializer.Serialize(Path.Combine(modelFolder, "tokenizer.json"))}},
              "config": {{JsonSerializer.Serialize(File.Exists(config) ? config : null)}},
              "special": {{(special ? "true" : "false")}},
              "texts": {{Oracle.Json(texts)}}
            }
            """;
        return JsonSerializer.Deserialize<ReferenceEncoding[]>(Oracle.Run("encode.mjs", input), Options)!;
    }
}
