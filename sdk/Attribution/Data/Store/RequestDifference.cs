using System.Text.Json.Nodes;

namespace Attribution.Data.Store;

/// <summary>A parameter or input that differs between two requests.</summary>
/// <param name="Where">The position in the request, for example <c>topK</c> or <c>train.files[0]</c>; <see cref="Library"/> for the code.</param>
/// <param name="Old">The old value as JSON, or for an input its path and the short hash of its content; null if there was none.</param>
/// <param name="New">The new value; null if there is none.</param>
internal sealed record RequestDifference(string Where, string? Old, string? New)
{
    /// <summary>The value of <see cref="Where"/> for the library's hash.</summary>
    public const string Library = "$library";

    /// <inheritdoc/>
    public override string ToString() => (Old, New) switch
    {
        (null, _) => $"{Where}: {New} is new",
        (_, null) => $"{Where}: {Old} is gone",
        _ => $"{Where}: {Old} -> {New}",
    };

    internal static IReadOnlyList<RequestDifference> Between(LastRun old, LastRun now)
    {
        var before = Leaves(old);
        var after = Leaves(now);
        return [.. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(where => (Where: where, Old: before.GetValueOrDefault(where), New: after.GetValueOrDefault(where)))
            .Where(x => x.Old.Value != x.New.Value)
            .Select(x => new RequestDifference(x.Where, x.Old.Shown, x.New.Shown))];
    }

    private static Dictionary<string, (string Value, string Shown)> Leaves(LastRun run)
    {
        var paths = run.Inputs.ToDictionary(i => i.Where, i => i.Path);
        var leaves = new Dictionary<string, (string, string)>();
        Add(run.Request["request"], "", paths, leaves);
        Add(run.Request["block"], "$block", paths, leaves);
        if ((string?)run.Request["library"] is { } library)
            leaves[Library] = (library, Short(library));
        return leaves;
    }

    private static void Add(JsonNode? node, string where, Dictionary<string, string> paths, Dictionary<string, (string, string)> leaves)
    {
        if (node is JsonObject { Count: 1 } input && (string?)(input[StageRequest.HashTag] as JsonValue) is { } hash)
            leaves[where] = (hash, $"{paths.GetValueOrDefault(where)} ({Short(hash)})");
        else if (node is JsonObject { Count: > 0 } o)
            foreach (var (name, member) in o)
                Add(member, where.Length == 0 ? name : $"{where}.{name}", paths, leaves);
        else if (node is JsonArray { Count: > 0 } a)
            for (var i = 0; i < a.Count; i++)
                Add(a[i], $"{where}[{i}]", paths, leaves);
        else
            leaves[where] = (CanonicalJson.Write(node), CanonicalJson.Write(node));
    }

    private static string Short(string hash) => ContentHash.TryParse(hash, out var parsed) ? parsed.Short : hash;
}
