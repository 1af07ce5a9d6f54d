using System.Globalization;
using System.Text.Json.Nodes;
using Attribution.Data.Store;

namespace Attribution.Pipeline;

/// <summary>Units of a stage that are to be computed, and what they cost as far as the store knows.</summary>
/// <param name="Like">A request of one of them.</param>
/// <param name="Noun">What one is.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Parts">The artifacts of each.</param>
internal sealed record StageUnits(StageRequest Like, string Noun, int Count, int Parts = 1)
{
    /// <summary>The dataset that they are of; null where that need not be said.</summary>
    public string? Of { get; init; }

    // So many tell the mean; a store may hold a hundred thousand.
    private const int MostRead = 200;

    /// <summary>
    /// Such as <c>20 adapters: about 2 min (6.1 s each on cpu), 3 MB</c>, from what units of the same kind and model took that are in the store; <c>not
    /// measured yet</c> where there are none.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="workers">The processes that share the work.</param>
    public string Describe(ArtifactStore store, int workers)
    {
        var what = $"{Count} {Noun}{(Count == 1 ? "" : "s")}{(Of is null ? "" : $" of '{Of}'")}";
        var model = ModelOf(JsonNode.Parse(Like.Canonical))?.ToJsonString();
        var known = store.Layout.ArtifactsOf(Like.Stage).Take(MostRead).Select(artifact => Manifest.Read(artifact.Folder, out _)).OfType<Manifest>()
            .Where(manifest => ModelOf(manifest.Request)?.ToJsonString() == model).ToArray();
        if (known.Length == 0)
            return $"{what}: not measured yet";
        var device = known.MaxBy(manifest => manifest.Created)!.Device;
        var (seconds, bytes) = (known.Where(m => m.Device == device).Average(m => m.Seconds) * Parts, known.Average(m => m.Bytes) * Parts);
        return string.Create(CultureInfo.InvariantCulture, $"{what}: about {Readable.Duration(seconds * Count / workers)} ({seconds:0.##} s each on {device}")
            + string.Create(CultureInfo.InvariantCulture, $"{(workers > 1 ? $", {workers} workers" : "")}), {Math.Max(1, bytes * Count / 1e6):#,0} MB");
    }

    // A request may hold the older form of itself.
    private static JsonNode? ModelOf(JsonNode? request) =>
        request is not JsonObject json ? null : json["model"] ?? json.Select(member => ModelOf(member.Value)).FirstOrDefault(model => model is not null);
}
