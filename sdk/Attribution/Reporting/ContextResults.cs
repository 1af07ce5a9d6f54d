using System.Text.Json.Serialization;

namespace Attribution.Reporting;

/// <summary>The results of an experiment in context attribution.</summary>
/// <param name="Methods">How well each method did on each dataset, in the experiment's order.</param>
/// <param name="HeldOut">How many held-out examples each dataset has.</param>
public sealed record ContextResults(IReadOnlyList<ContextMethod> Methods, IReadOnlyDictionary<string, int> HeldOut)
{
    /// <summary>The first held-out examples of each dataset.</summary>
    /// <remarks>No part of the JSON: it is in the <c>attributions.jsonl</c> of each method.</remarks>
    [JsonIgnore]
    public IReadOnlyList<AttributedExample> Examples { get; init; } = [];
}
