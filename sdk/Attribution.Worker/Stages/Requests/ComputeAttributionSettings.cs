using Attribution.Data.Vectors;
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

    /// <summary>A name of <see cref="Data.Vectors.VectorFormat"/>.</summary>
    public string VectorFormat { get; init; } = Data.Vectors.VectorFormat.Parquet.ToName();

    /// <summary>How controls that are missing are written; null where none is to be written.</summary>
    public ControlSettings? Controls { get; init; }

    /// <summary>How persona vectors are generated; null where no selection method is <c>persona_vector_gen</c>.</summary>
    public PersonaSettings? Persona { get; init; }

    /// <summary>The files of persona vectors by evaluation set, for <c>persona_vector</c>.</summary>
    public Dictionary<string, string> PersonaVectors { get; init; } = [];
}

/// <summary>How controls that are missing are written.</summary>
internal sealed record ControlSettings
{
    /// <summary>The longest answer.</summary>
    public int MaxNewTokens { get; init; } = 1024;
}

/// <summary>How persona vectors are generated.</summary>
internal sealed record PersonaSettings
{
    /// <summary>The trait of each evaluation set that has one.</summary>
    public Dictionary<string, string> Traits { get; init; } = [];

    /// <summary>A folder of system prompts that go before those that come along.</summary>
    public string? Prompts { get; init; }

    /// <summary>The longest answer.</summary>
    public int MaxNewTokens { get; init; } = 1024;
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
