namespace Attribution.Contracts.DataSelection;

/// <summary>The settings of SelectTrainingData.</summary>
public sealed record SelectTrainingDataSettings : StageSettings
{
    /// <summary>The training sets.</summary>
    public TrainSettings[] Train { get; set; } = [];

    /// <summary>The evaluation sets.</summary>
    public EvalSettings[] Eval { get; set; } = [];

    /// <summary>The attribution methods for the training rows.</summary>
    public string[] TrainMethods { get; set; } = [];

    /// <summary>The attribution methods for the evaluation rows.</summary>
    public string[] EvalMethods { get; set; } = [];

    /// <summary>The layers whose vectors are compared, a subset of AttributionLayer; required if AttributionLayer has several.</summary>
    [ProjectProperty("SelectionLayer", IsDerived = true, IsAxis = true, Default = "AttributionLayer")]
    public int[] SelectionLayers { get; set; } = [0];

    /// <summary>
    /// <c>cos_sim</c>, <c>proj</c>, <c>dot_product</c>, <c>cos_sim_debias_eval</c>, <c>cos_sim_debias_train</c>; for vectors of <c>trak</c> also
    /// <c>trak_full</c>, <c>trackstar</c>; or a probe, <c>linear</c> or <c>mlp</c>: the logit of a classifier that is trained to tell the evaluation set's
    /// vectors from those of its controls (<c>residual_control</c>). A probe needs <c>residual_treatment</c> as both methods and at least 10 pairs; <c>mlp</c>
    /// takes a second of CPU time per one or two thousand rows. With a probe or <c>cos_sim_debias_eval</c>, ComputeAttribution also computes the controls'
    /// vectors.
    /// </summary>
    [ProjectProperty("ScoringMethod", OneOf = typeof(ScoringMethodNames), IsAxis = true)]
    public string[] ScoringMethods { get; set; } = [ScoringMethodNames.CosSim];

    /// <summary>How second moments are divided out; null if no scoring method does so.</summary>
    public WhiteningSettings? Whitening { get; set; }

    /// <summary>The number of rows to select.</summary>
    [ProjectProperty("TopK", Least = 1, IsAxis = true)]
    public int[] TopK { get; set; } = [500];

    /// <summary>
    /// The ends of the ranking to take rows from, from <see cref="RankingEndNames"/>: the first rows, and for a k-curve also the last. Null for the first only.
    /// </summary>
    public string[]? Ends { get; set; }

    /// <summary>The names of the baselines, from <see cref="BaselineNames"/>.</summary>
    public string[] Baselines { get; set; } = [];

    /// <summary>
    /// The seeds of the runs, as <c>0;1;2</c>. Every run is repeated with each seed, and results are means over the seeds. A seed decides the draw of the
    /// <c>random</c> baseline, the training of a probe, the adapter's initial weights, the order of rows, dropout, and the sampling of answers.
    /// </summary>
    [ProjectProperty("Seeds", IsDerived = true, Least = 0, Default = "`Seed`")]
    public long[]? Seeds { get; set; } = [0];
}

/// <summary>How second moments are divided out of vectors.</summary>
public sealed record WhiteningSettings
{
    /// <summary>The damping added to each eigenvalue of the vectors' second moments, as a multiple of the mean eigenvalue.</summary>
    [ProjectProperty("ScoringDamping", When = "with `trak_full` or `trackstar`")]
    public double Damping { get; set; } = 0.1;

    /// <summary>The weight of the evaluation vectors' second moments in the mixture; the training vectors' have the rest.</summary>
    [ProjectProperty("ScoringMixture", Most = 1, When = "with `trackstar`")]
    public double Mixture { get; set; }
}

/// <summary>A training set in the settings of SelectTrainingData.</summary>
public sealed record TrainSettings
{
    /// <summary>Its name in the experiment.</summary>
    public required string Name { get; init; }

    /// <summary>The column with the behaviour that was planted in a row; read only to measure how many planted rows were found.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset)]
    public string? PlantedColumn { get; set; }
}

/// <summary>An evaluation set in the settings of the stages after ComputeAttribution.</summary>
public sealed record EvalSettings
{
    /// <summary>Its name in the experiment.</summary>
    public required string Name { get; init; }

    /// <summary>The behaviour that the treatments show.</summary>
    public string? Trait { get; set; }

    /// <summary>The judge of this set, in place of the property <c>Judge</c>.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset)]
    public string? Judge { get; set; }

    /// <summary>The prompt of a judging model; the trait's prompt unless set.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset, Name = "JudgePrompt")]
    public string? Prompt { get; set; }
}
