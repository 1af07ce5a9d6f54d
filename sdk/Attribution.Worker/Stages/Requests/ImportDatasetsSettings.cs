namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="ImportDatasetsStage"/> is told.</summary>
internal sealed record ImportDatasetsSettings : StageSettings
{
    public DatasetSettings[] Train { get; init; } = [];
    public DatasetSettings[] Eval { get; init; } = [];

    /// <summary>The model that writes datasets, where a recipe has one written.</summary>
    public LlmSettings? Llm { get; init; }
}
