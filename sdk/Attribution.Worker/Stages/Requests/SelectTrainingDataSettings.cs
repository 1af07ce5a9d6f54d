namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="SelectTrainingDataStage"/> is told.</summary>
internal sealed record SelectTrainingDataSettings : StageSettings
{
    public TrainSettings[] Train { get; init; } = [];
    public EvalSettings[] Eval { get; init; } = [];
    public string[] TrainMethods { get; init; } = [];
    public string[] EvalMethods { get; init; } = [];
    public int Layer { get; init; }
    public string ScoringMethod { get; init; } = "cos_sim";
    public int TopK { get; init; } = 500;

    /// <summary><c>random</c>, <c>none</c>, both or neither.</summary>
    public string[] Baselines { get; init; } = [];

    /// <summary>Decides the draw of <c>random</c>.</summary>
    public long Seed { get; init; }
}

/// <summary>A training set as selection sees it.</summary>
/// <param name="Name">Its name in the experiment.</param>
/// <param name="PlantedColumn">The column that names the behaviour that a row shows, where that is known.</param>
internal sealed record TrainSettings(string Name, string? PlantedColumn = null);
