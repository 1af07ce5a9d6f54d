using Attribution.Data.Vectors;

namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="ComputeAttributionStage"/> is told.</summary>
internal sealed record ComputeAttributionSettings : ModelSettings
{
    public string[] Train { get; init; } = [];
    public string[] Eval { get; init; } = [];
    public string[] TrainMethods { get; init; } = [];
    public string[] EvalMethods { get; init; } = [];
    public required LayerSelection Layers { get; init; }

    /// <summary>Whether the scoring method reads the control vectors of the evaluation sets.</summary>
    public bool EvalControls { get; init; }

    /// <summary>A name of <see cref="Data.Vectors.VectorFormat"/>.</summary>
    public string VectorFormat { get; init; } = Data.Vectors.VectorFormat.Parquet.ToName();
}
