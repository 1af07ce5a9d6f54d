using System.Text.Json;

namespace Attribution.Tests.Tokenization;

/// <summary>What the reference library and its JavaScript port make of a text.</summary>
/// <param name="Ids">The reference's ids.</param>
/// <param name="Offsets">The reference's offsets in UTF-16 units, start and end in turn.</param>
/// <param name="Decoded">The reference's text for these ids.</param>
/// <param name="PortIds">The port's ids, if it was asked; it knows no offsets.</param>
public sealed record ReferenceEncoding(int[] Ids, int[] Offsets, string Decoded, int[]? PortIds)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>A tokenizer and what to do with it.</summary>
    public sealed record Case(string Folder, IReadOnlyList<string> Texts, bool Special = true);

    /// <summary>What became of a case.</summary>
    /// <param name="Error">Why the reference cannot load the tokenizer, or null.</param>
    /// <param name="Texts">One for each text.</param>
    public sealed record Result(string? Error, ReferenceEncoding[] Texts);

    /// <summary>Tokenizes texts with the reference and, if wanted, the port.</summary>
    public static Result[] Of(IReadOnlyList<Case> cases, bool port)
    {
        var list = string.Join(',', cases.Select(it =>
            $$"""{"folder": {{JsonSerializer.Serialize(it.Folder)}}, "special": {{(it.Special ? "true" : "false")}}, "texts": {{Oracle.Json(it.Texts)}}}"""));
        var output = Oracle.Run("encode.mjs", $$"""{"port": {{(port ? "true" : "false")}}, "cases": [{{list}}]}""");
        return JsonSerializer.Deserialize<Result[]>(output, Options)!;
    }
}
