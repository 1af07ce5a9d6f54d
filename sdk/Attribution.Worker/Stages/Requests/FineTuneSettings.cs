namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="FineTuneStage"/> is told.</summary>
internal sealed record FineTuneSettings : ModelSettings
{
    public LoraSettings Lora { get; init; } = new();
    public double LearningRate { get; init; } = 1e-4;
    public double WeightDecay { get; init; } = 0.01;
    public int Epochs { get; init; } = 1;
    public int BatchSize { get; init; } = 4;
    public long Seed { get; init; }
}

/// <summary>The adapter's shape, see <see cref="Models.Lora.LoraConfig"/>.</summary>
internal sealed record LoraSettings
{
    public int Rank { get; init; } = 32;
    public double Alpha { get; init; } = 64;
    public double Dropout { get; init; }
    public string[] Targets { get; init; } = [.. new Models.Lora.LoraConfig().TargetModules];
}
