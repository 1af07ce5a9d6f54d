namespace Attribution.Contracts;

/// <summary>The items of an experiment's project. Their summaries are what the README says of them.</summary>
internal static class ProjectItemNames
{
    /// <summary>
    /// A file of training conversations: Parquet, JSONL, JSON, CSV. <c>PlantedColumn</c> names the column that says which behaviour was planted in a
    /// row; it is read only to measure how many were found.
    /// </summary>
    public const string TrainDataset = nameof(TrainDataset);

    /// <summary>
    /// Pairs that show a behaviour and its absence. <c>Trait</c> is the behaviour's name; <c>Prompts</c> a file of held-out prompts, whose answers are
    /// judged; <c>JudgePrompt</c> the prompt of a model that judges.
    /// </summary>
    public const string EvalDataset = nameof(EvalDataset);

    /// <summary>Questions with contexts, <see href="#questions-with-contexts">see below</see>.</summary>
    public const string ContextDataset = nameof(ContextDataset);

    /// <summary>What makes a training row a vector: one of <see href="../docs/methods.md">the methods</see>.</summary>
    public const string AttributionMethod = nameof(AttributionMethod);

    /// <summary>
    /// What makes an evaluation pair a vector; or <c>persona_vector_gen</c>, which makes one of the whole set (each of its prompts answered under the
    /// trait's positive and its negative system prompt, greedily; the answers are kept), or <c>persona_vector</c>, which reads that one from the file
    /// named by <c>PersonaVector</c>.
    /// </summary>
    public const string SelectionMethod = nameof(SelectionMethod);

    /// <summary>
    /// <c>random</c>: TopK rows drawn with Seed; <c>none</c>: the base model itself; <c>bm25</c>, <c>loss</c>, <c>length</c>: the rows that share words with
    /// the evaluation set's, that the base model finds hardest, and with the longest answers. In context attribution <c>mean_attention</c>,
    /// <c>leave_one_out</c>, <c>surrogate_32</c> (or another number of ablations), <c>random</c>, <c>count</c>; without any item these, and the surrogates of
    /// 64 and 128.
    /// </summary>
    public const string Baseline = nameof(Baseline);

    /// <summary>
    /// What methods are measured by besides: <c>lds</c>, which trains on random halves of each training set and asks whether a method's scores foretell the
    /// losses; <c>k_curve</c>, which trains on the first, the last and as many random rows for each k of <c>Ks</c>.
    /// <see href="../docs/ground-truth.md">Ground truth</see> has the definitions.
    /// </summary>
    public const string GroundTruth = nameof(GroundTruth);
}

/// <summary>What a <see cref="ProjectItemNames.GroundTruth"/> is told besides.</summary>
public static class GroundTruthMetadataNames
{
    /// <summary>
    /// Of <c>lds</c>: how many subsets of each training set are trained on, 32 unless set. Each costs a fine-tuning on half of the set per seed.
    /// </summary>
    [ItemMetadata(ProjectItemNames.GroundTruth)]
    public const string Subsets = nameof(Subsets);

    /// <summary>Of <c>lds</c>: the seeds that each subset is trained with, whose losses are averaged; those of the experiment unless set.</summary>
    [ItemMetadata(ProjectItemNames.GroundTruth)]
    public const string RetrainSeeds = nameof(RetrainSeeds);

    /// <summary>Of <c>k_curve</c>: the numbers of rows, as <c>25;50;100</c>.</summary>
    [ItemMetadata(ProjectItemNames.GroundTruth)]
    public const string Ks = nameof(Ks);
}

/// <summary>What recipes are told besides, as metadata of a dataset.</summary>
internal static class RecipeParameterNames
{
    /// <summary>Read by the recipe <c>medhallu</c>: how hard a hallucination is to see.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public const string Level = nameof(Level);

    /// <summary>Which part of the repository a recipe reads.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public const string Split = nameof(Split);

    /// <summary>Read by the recipe <c>persona</c>: what the trait is.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public const string Description = nameof(Description);
}
