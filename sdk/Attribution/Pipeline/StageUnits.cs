using System.Globalization;
using System.Text.Json.Nodes;
using Attribution.Data.Store;

namespace Attribution.Pipeline;

/// <summary>Units of a stage that are to be computed, and their expected cost from measurements in the store.</summary>
/// <param name="Like">The request of one of the units.</param>
/// <param name="Noun">The name of a unit.</param>
/// <param name="Count">The number of units.</param>
/// <param name="Parts">The number of artifacts per unit.</param>
internal sealed record StageUnits(StageRequest Like, string Noun, int Count, int Parts = 1)
{
    /// <summary>The dataset of the units; null to leave it out of the text.</summary>
    public string? Of { get; init; }

    // This many give a good mean; a store may hold a hundred thousand.
    private const int MostRead = 200;

    /// <summary>
    /// The expected cost, for example <c>20 adapters: about 2 min (6.1 s each on cpu), 3 MB</c>, from units of the same kind and model in the store; <c>not
    /// measured yet</c> if there are none.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="workers">The number of processes that share the work.</param>
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

    // A request may be nested in a newer one.
    private static JsonNode? ModelOf(JsonNode? request) =>
        request is not JsonObject json ? null : json["model"] ?? json.Select(member => ModelOf(member.Value)).FirstOrDefault(model => model is not null);
}
