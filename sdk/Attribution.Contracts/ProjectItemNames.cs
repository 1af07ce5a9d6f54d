namespace Attribution.Contracts;

/// <summary>The items of an experiment's project. Their summaries are what the README says of them.</summary>
internal static class ProjectItemNames
{
    /// <summary>
    /// A file of training conversations: Parquet, JSONL, JSON or CSV. <c>PlantedColumn</c> names the column with the behaviour that was planted in a row; it is
    /// read only to measure how many planted rows were found.
    /// </summary>
    public const string TrainDataset = nameof(TrainDataset);

    /// <summary>
    /// Pairs of a treatment that shows a behaviour and a control without it. <c>Trait</c> is the behaviour's name, <c>Prompts</c> a file of held-out prompts
    /// whose answers are judged, <c>JudgePrompt</c> the prompt of a judging model.
    /// </summary>
    public const string EvalDataset = nameof(EvalDataset);

    /// <summary>Questions with contexts, <see href="#questions-with-contexts">see below</see>.</summary>
    public const string ContextDataset = nameof(ContextDataset);

    /// <summary>The method that makes a vector of each training row: one of <see href="../docs/methods.md">the methods</see>.</summary>
    public const string AttributionMethod = nameof(AttributionMethod);

    /// <summary>
    /// The method that makes a vector of each evaluation pair. Two methods give one vector for the whole set instead: <c>persona_vector_gen</c> answers each
    /// prompt greedily under the trait's positive and its negative system prompt and keeps the answers; <c>persona_vector</c> reads the vector from the file
    /// that <c>PersonaVector</c> names.
    /// </summary>
    public const string SelectionMethod = nameof(SelectionMethod);

    /// <summary>
    /// <c>random</c>: TopK rows drawn with Seed. <c>none</c>: the base model itself. <c>bm25</c>: the rows that share words with the evaluation set's rows.
    /// <c>loss</c>: the rows whose answers the base model finds hardest. <c>length</c>: the rows with the longest answers. In context attribution:
    /// <c>mean_attention</c>, <c>leave_one_out</c>, <c>surrogate_32</c> (or another number of ablations), <c>random</c>, <c>count</c>; an experiment without
    /// any item compares with all of these and the surrogates of 64 and 128 ablations.
    /// </summary>
    public const string Baseline = nameof(Baseline);

    /// <summary>
    /// A further measure of methods. <c>lds</c> trains on random halves of each training set and asks whether a method's scores predict the losses.
    /// <c>k_curve</c> trains on the first, on the last and on as many random rows for each k of <c>Ks</c>. <see href="../docs/ground-truth.md">Ground
    /// truth</see> has the definitions.
    /// </summary>
    public const string GroundTruth = nameof(GroundTruth);
}

/// <summary>The metadata of <see cref="ProjectItemNames.GroundTruth"/> items.</summary>
public static class GroundTruthMetadataNames
{
    /// <summary>
    /// For <c>lds</c>: the number of subsets to train on, for each training set; 32 unless set. A subset costs one fine-tuning on half of the set per seed.
    /// </summary>
    [ItemMetadata(ProjectItemNames.GroundTruth)]
    public const string Subsets = nameof(Subsets);

    /// <summary>For <c>lds</c>: the seeds to train each subset with. The losses are averaged over them. The experiment's seeds unless set.</summary>
    [ItemMetadata(ProjectItemNames.GroundTruth)]
    public const string RetrainSeeds = nameof(RetrainSeeds);

    /// <summary>For <c>k_curve</c>: the numbers of rows, as <c>25;50;100</c>.</summary>
    [ItemMetadata(ProjectItemNames.GroundTruth)]
    public const string Ks = nameof(Ks);
}

/// <summary>The parameters of recipes, metadata of a dataset.</summary>
internal static class RecipeParameterNames
{
    /// <summary>For the recipe <c>medhallu</c>: how hard the hallucinations are to see.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public const string Level = nameof(Level);

    /// <summary>The part of the repository that the recipe reads.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public const string Split = nameof(Split);

    /// <summary>For the recipe <c>persona</c>: a description of the trait.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public const string Description = nameof(Description);
}
