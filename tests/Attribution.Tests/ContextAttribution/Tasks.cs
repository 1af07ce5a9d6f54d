using Attribution.ContextAttribution;
using Attribution.Tests.Models;

namespace Attribution.Tests.ContextAttribution;

/// <summary>Small tasks over the tiny models' vocabulary.</summary>
internal static class Tasks
{
    /// <summary>Sources of one to three tokens, with holes between some, from <paramref name="first"/> on; a target of the last third in three units.</summary>
    public static AttributionTask Of(int end, int first, int seed = 5)
    {
        var target = new TokenRange(end - (end / 3), end);
        var sources = new List<TokenRange>();
        for (var (at, i) = (first, 0); at + 3 < target.Start; at = sources[^1].End + (i++ % 2))
            sources.Add(new(at, at + 1 + (i % 3)));
        var third = target.Length / 3;
        return new(
            [.. TinyCheckpoint.Tokens(end, seed), 1, 2], target, sources,
            [new(target.Start, target.Start + third), new(target.Start + third, target.End - 1), new(target.End - 1, target.End)]);
    }
}
