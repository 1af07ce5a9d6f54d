using Attribution.Methods.Projections;

namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="ComputeAttributionStage"/> is told.</summary>
internal sealed record ComputeAttributionSettings : ModelSettings
{
    public string[] Train { get; init; } = [];
    public string[] Eval { get; init; } = [];
    public string[] TrainMethods { get; init; } = [];
    public string[] EvalMethods { get; init; } = [];
    public required LayerSelection Layers { get; init; }

    /// <summary>How gradients of weights are projected, where a method reads them.</summary>
    public ProjectionSettings? Projection { get; init; }

    /// <summary>Whether the scoring method reads the control vectors of the evaluation sets.</summary>
    public bool EvalControls { get; init; }
}

/// <summary>How gradients of weights are projected; what is left out has the default of <see cref="ProjectionIdentity"/>.</summary>
internal sealed record ProjectionSettings(string? Kind = null, int? Dimension = null, long? Seed = null, string? Layers = null)
{
    /// <exception cref="Diagnostics.AttributionException">ATTR1411: a setting cannot be.</exception>
    public ProjectionIdentity ToIdentity()
    {
        var defaults = new ProjectionIdentity();
        var identity = new ProjectionIdentity
        {
            Kind = Kind is null ? defaults.Kind : ProjectionIdentity.ParseKind(Kind),
            Dimension = Dimension ?? defaults.Dimension,
            Seed = Seed ?? defaults.Seed,
            Layers = Layers ?? defaults.Layers,
        };
        identity.Validate();
        return identity;
    }
}
