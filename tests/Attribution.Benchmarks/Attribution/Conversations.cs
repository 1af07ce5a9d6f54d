using Attribution.Methods;
using Attribution.Models;

namespace Attribution.Benchmarks.Attribution;

/// <summary>Invented conversations of 64 to 512 tokens, answers a third to two thirds of them.</summary>
internal static class Conversations
{
    /// <summary>Pairs with one prompt each. Any eight in a row are as long together as any other eight, so that a part stands for the whole.</summary>
    public static TokenizedRow[] Pairs(int count, int vocabulary, int? length = null)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var (stratum, group) = (i * 5 % 8, i / 8);
            var treatment = length ?? 120 + (stratum * 56) - ((group + stratum) % 8 * 8);
            var prompt = treatment * random.Next(33, 67) / 100;
            var control = length ?? Math.Clamp(prompt + ((treatment - prompt) * random.Next(80, 120) / 100), 64, 512);
            TokenSequence Side(int tokens) => new([.. Enumerable.Range(0, tokens).Select(_ => random.Next(vocabulary))],
                [.. Enumerable.Range(0, tokens).Select(t => t >= prompt)]);
            return new TokenizedRow(i, Side(treatment), Side(control));
        })];
    }
}
