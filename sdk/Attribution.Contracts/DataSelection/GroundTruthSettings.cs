namespace Attribution.Contracts.DataSelection;

/// <summary>The settings of RetrainSubsets: those of FineTune, and the number of subsets.</summary>
public sealed record RetrainSubsetsSettings : FineTuneSettings
{
    /// <summary>The names of the training sets.</summary>
    public string[] Train { get; set; } = [];

    /// <inheritdoc cref="GroundTruthMetadataNames.Subsets"/>
    public int Subsets { get; set; } = 32;
}

/// <summary>The settings of MeasureLds.</summary>
public sealed record MeasureLdsSettings : StageSettings
{
    /// <summary>The names of the training sets.</summary>
    public string[] Train { get; set; } = [];

    /// <summary>The names of the evaluation sets.</summary>
    public string[] Eval { get; set; } = [];

    /// <inheritdoc cref="SelectTrainingDataSettings.Whitening"/>
    public WhiteningSettings? Whitening { get; set; }
}
