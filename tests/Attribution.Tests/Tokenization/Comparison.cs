using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>Holds a tokenizer against what the reference made of the same texts.</summary>
internal static class Comparison
{
    /// <summary>Everything that differs, in words.</summary>
    public static IEnumerable<string> Differences(Tokenizer tokenizer, IReadOnlyList<string> texts, ReferenceEncoding[] expected, bool special = true)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            var quoted = Oracle.Json([texts[i]]);
            var actual = tokenizer.Encode(texts[i], special);
            var offsets = actual.Offsets.SelectMany(span => new[] { span.Start, span.End }).ToArray();
            var decoded = tokenizer.Decode(actual.Ids);
            if (!actual.Ids.SequenceEqual(expected[i].Ids))
                yield return $"ids of {quoted}: {string.Join(' ', actual.Ids)} instead of {string.Join(' ', expected[i].Ids)}";
            else if (!offsets.SequenceEqual(expected[i].Offsets))
                yield return $"offsets of {quoted}: {string.Join(' ', offsets)} instead of {string.Join(' ', expected[i].Offsets)}";
            else if (!tokenizer.EncodeToIds(texts[i], special).SequenceEqual(actual.Ids))
                yield return $"ids of {quoted} differ without offsets";
            else if (decoded != expected[i].Decoded)
                yield return $"decoding {quoted}: {Oracle.Json([decoded])} instead of {Oracle.Json([expected[i].Decoded])}";
            else if (expected[i].PortIds is { } port && !actual.Ids.SequenceEqual(port))
                yield return $"the port's ids of {quoted}: {string.Join(' ', port)}, not {string.Join(' ', actual.Ids)}";
        }
    }
}
