namespace Attribution.Contracts.DataSelection;

/// <summary>What SelectTrainingData is told.</summary>
public sealed record SelectTrainingDataSettings : StageSettings
{
    /// <summary>The training sets.</summary>
    public TrainSettings[] Train { get; set; } = [];

    /// <summary>The evaluation sets.</summary>
    public EvalSettings[] Eval { get; set; } = [];

    /// <summary>The methods of the training rows' vectors.</summary>
    public string[] TrainMethods { get; set; } = [];

    /// <summary>The methods of the evaluation rows' vectors.</summary>
    public string[] EvalMethods { get; set; } = [];

    /// <summary>The layers that scores compare, of those of AttributionLayer; required if there are several there.</summary>
    [ProjectProperty("SelectionLayer", IsDerived = true, IsAxis = true, Default = "AttributionLayer")]
    public int[] SelectionLayers { get; set; } = [0];

    /// <summary>
    /// <c>cos_sim</c>, <c>proj</c>, <c>dot_product</c>, <c>cos_sim_debias_eval</c>, <c>cos_sim_debias_train</c>; <c>trak_full</c> or <c>trackstar</c>, for
    /// vectors of <c>trak</c>; or a probe: <c>linear</c>, <c>mlp</c>, the
    /// logit of a classifier trained to tell the evaluation set's vectors from those of its controls (<c>residual_control</c>), so name
    /// <c>residual_treatment</c> as both methods; at least 10 pairs. <c>mlp</c> takes a second of CPU per thousand rows or two. With a probe or
    /// <c>cos_sim_debias_eval</c> ComputeAttribution makes the controls' vectors.
    /// </summary>
    [ProjectProperty("ScoringMethod", OneOf = typeof(ScoringMethodNames), IsAxis = true)]
    public string[] ScoringMethods { get; set; } = [ScoringMethodNames.CosSim];

    /// <summary>How second moments are taken out; null where no scoring method does.</summary>
    public WhiteningSettings? Whitening { get; set; }

    /// <summary>Rows to select.</summary>
    [ProjectProperty("TopK", Least = 1, IsAxis = true)]
    public int[] TopK { get; set; } = [500];

    /// <summary>
    /// The ends of the ranking that rows are taken from, one of <see cref="RankingEndNames"/>: the first of them, and for a k-curve the last too. Null for the
    /// first alone.
    /// </summary>
    public string[]? Ends { get; set; }

    /// <summary>The baselines, names of <see cref="BaselineNames"/>.</summary>
    public string[] Baselines { get; set; } = [];

    /// <summary>
    /// The seeds of the runs, as <c>0;1;2</c>: every run is made once with each, and results are means over them. A seed decides the draw of the
    /// <c>random</c> baseline, the training of a probe, the adapter's start, the order of rows and dropout, and the sampling of answers.
    /// </summary>
    [ProjectProperty("Seeds", IsDerived = true, Least = 0, Default = "`Seed`")]
    public long[]? Seeds { get; set; } = [0];
}

/// <summary>How second moments are taken out of vectors.</summary>
public sealed record WhiteningSettings
{
    /// <summary>What is added to each eigenvalue of the vectors' second moments, as a multiple of the mean eigenvalue.</summary>
    [ProjectProperty("ScoringDamping", When = "with `trak_full` or `trackstar`")]
    public double Damping { get; set; } = 0.1;

    /// <summary>The evaluation vectors' share of the second moments; the rest are the training vectors'.</summary>
    [ProjectProperty("ScoringMixture", Most = 1, When = "with `trackstar`")]
    public double Mixture { get; set; }
}

/// <summary>A training set as selection sees it.</summary>
public sealed record TrainSettings
{
    /// <summary>Its name in the experiment.</summary>
    public required string Name { get; init; }

    /// <summary>The column that says which behaviour was planted in a row; read only to measure how many were found.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset)]
    public string? PlantedColumn { get; set; }
}

/// <summary>An evaluation set as the stages behind attribution see it.</summary>
public sealed record EvalSettings
{
    /// <summary>Its name in the experiment.</summary>
    public required string Name { get; init; }

    /// <summary>The behaviour that its treatments show.</summary>
    public string? Trait { get; set; }

    /// <summary>Who judges, in place of the property <c>Judge</c>.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset)]
    public string? Judge { get; set; }

    /// <summary>The prompt of a model that judges; without it the one of the trait.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset, Name = "JudgePrompt")]
    public string? Prompt { get; set; }
}
