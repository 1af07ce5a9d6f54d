namespace Attribution.Contracts.DataSelection;

/// <summary>The settings of FineTune.</summary>
public record FineTuneSettings : LossSettings
{
    /// <summary>The adapter's shape.</summary>
    public LoraSettings Lora { get; set; } = new();

    /// <summary>The learning rate of the first step. It falls linearly to 0; the estimator's falls along a half cosine.</summary>
    [ProjectProperty("LearningRate", ExcludesLeast = true, IsAxis = true)]
    public double[] LearningRates { get; set; } = [1e-4];

    /// <summary>The weight decay of AdamW.</summary>
    [ProjectProperty("WeightDecay")]
    public double WeightDecay { get; set; } = 0.01;

    /// <summary>The number of passes over the selected rows.</summary>
    [ProjectProperty("Epochs", Least = 1, IsAxis = true)]
    public int[] Epochs { get; set; } = [1];

    /// <summary>The number of rows in one step; for the estimator, the number of examples.</summary>
    [ProjectProperty("BatchSize", Least = 1)]
    public int BatchSize { get; set; } = 4;

    /// <inheritdoc cref="SelectTrainingDataSettings.Seeds"/>
    [ProjectProperty("Seeds", IsDerived = true)]
    public long[] Seeds { get; set; } = [0];
}

/// <summary>The shape of a LoRA adapter.</summary>
public sealed record LoraSettings
{
    /// <summary>The rank of the adapter: the number of rows of its matrix A.</summary>
    [ProjectProperty("LoraRank", Least = 1, IsAxis = true)]
    public int[] Ranks { get; set; } = [32];

    /// <summary>The adapter's alpha: its output is scaled by alpha / rank.</summary>
    [ProjectProperty("LoraAlpha")]
    public double Alpha { get; set; } = 64;

    /// <summary>The dropout probability of the adapter's inputs.</summary>
    [ProjectProperty("LoraDropout", Most = 1, ExcludesMost = true)]
    public double Dropout { get; set; }

    /// <summary>The matrices that get an adapter.</summary>
    [ProjectProperty("LoraTargets")]
    public string[] Targets { get; set; } = ["q_proj", "k_proj", "v_proj", "up_proj", "down_proj", "gate_proj"];
}
