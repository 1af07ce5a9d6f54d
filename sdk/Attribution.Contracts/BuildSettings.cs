namespace Attribution.Contracts;

/// <summary>The properties of an experiment's project that the build itself reads. They are in no stage's settings, or have another form there.</summary>
internal sealed record BuildSettings
{
    /// <summary>The kind of experiment: <c>DataSelection</c> or <c>ContextAttribution</c>. Each kind has its own stages and items.</summary>
    [ProjectProperty("ExperimentKind", OneOf = typeof(ExperimentKinds), ReadBy = "all")]
    public string ExperimentKind { get; init; } = ExperimentKinds.DataSelection;

    /// <summary>
    /// The judge of the answers: <c>rules</c> for the trait's rules, <c>llm</c> for the language model <c>JudgeModel</c>, or the name of a judge in the
    /// project's own C# files. An EvalDataset may name its own.
    /// </summary>
    [ProjectProperty("Judge", ReadBy = StageNames.Judge)]
    public string Judge { get; init; } = JudgeNames.Rules;

    /// <summary>
    /// A folder with your own judging prompts, one <c>TRAIT.md</c> per trait. A trait without a file there uses the prompt that comes with the worker.
    /// </summary>
    [ProjectProperty("JudgePrompts", Default = "none", ReadBy = StageNames.Judge)]
    public string? JudgePrompts { get; init; }

    /// <summary>
    /// The seed of an experiment that has one. An experiment with several sets <c>Seeds</c> instead. In context attribution the seed decides the ablations,
    /// which examples are held out, and the estimator's training.
    /// </summary>
    [ProjectProperty("Seed", Default = "`0`", ReadBy = $"{StageNames.SelectTrainingData}, {StageNames.FineTune}, {StageNames.Evaluate}; "
        + $"{StageNames.FeaturesAndOutputs}, {StageNames.TrainEstimator}, {StageNames.AttributeHeldOut}")]
    public long? Seed { get; init; }

    /// <summary><c>true</c>: accept the metrics of this build as the new snapshot.</summary>
    [ProjectProperty("AcceptSnapshot", ChangesNoResult = true, ReadBy = StageNames.VerifySnapshot)]
    public bool AcceptSnapshot { get; init; }

    /// <summary><c>true</c>: <c>dotnet test</c> of this repository builds the experiment and verifies its snapshot.</summary>
    [ProjectProperty("RunInTests", ChangesNoResult = true, ReadBy = "none")]
    public bool RunInTests { get; init; }

    /// <summary>
    /// The tracker that results are sent to: <c>mlflow</c>, the server that <c>MLFLOW_TRACKING_URI</c> names. See
    /// <see href="../docs/tracking.md">tracking</see>.
    /// </summary>
    [ProjectProperty("Tracking", OneOf = typeof(TrackingNames), ChangesNoResult = true, Default = "none", ReadBy = "the end of a build")]
    public string? Tracking { get; init; }

    /// <summary>
    /// A name for this form of the experiment, whose results are kept apart from those of other forms: in <c>out/NAME</c>, with the snapshot in
    /// <c>snapshots/NAME</c>.
    /// </summary>
    [ProjectProperty("Variant", Default = "none", ReadBy = "all; computes nothing again")]
    public string? Variant { get; init; }

    /// <summary>The number of CPU threads that one operator uses.</summary>
    [ProjectProperty("Threads", Least = 1, ChangesNoResult = true, Default = "1 for small models, else every core", ReadBy = "all")]
    public int? Threads { get; init; }

    /// <summary>
    /// With Slurm, <c>false</c>: the build submits itself as a job and returns. The same command says later how far it is, and goes on where it stopped.
    /// </summary>
    [ProjectProperty("Wait", ChangesNoResult = true, ReadBy = "the build")]
    public bool Wait { get; init; } = true;

    /// <summary>
    /// The libtorch that is restored with the experiment: <c>cpu</c>, <c>cuda</c> (TorchSharp's CUDA packages), or <c>none</c> if <c>LibTorchPath</c> names
    /// one.
    /// </summary>
    [ProjectProperty("TorchBackend", OneOf = typeof(TorchBackendNames), ChangesNoResult = true, ReadBy = "the restore")]
    public string TorchBackend { get; init; } = TorchBackendNames.Cpu;

    /// <summary>A folder that contains libtorch, or a PyTorch installation of the same version.</summary>
    [ProjectProperty("LibTorchPath", ChangesNoResult = true, Default = "`LIBTORCH`, else the package's", ReadBy = "all")]
    public string? LibTorchPath { get; init; }

    /// <summary>The folder of the artifact store. Experiments that use the same store share their common results.</summary>
    [ProjectProperty("AttributionStore", ChangesNoResult = true, ReadBy = "all; a new store is filled from the start",
        Default = "`ATTRIBUTION_STORE`; in this repository `artifacts/store`, elsewhere `artifacts/store` beside the project")]
    public string? AttributionStore { get; init; }
}
