namespace Attribution.Worker.Stages.Requests.Context;

/// <summary>What <see cref="Stages.Context.GenerateStage"/> is told.</summary>
internal sealed record GenerateSettings : ModelSettings
{
    public ContextDatasetSettings[] Datasets { get; init; } = [];

    /// <summary>At most so many tokens are generated.</summary>
    public int MaxNewTokens { get; init; } = 512;
}
