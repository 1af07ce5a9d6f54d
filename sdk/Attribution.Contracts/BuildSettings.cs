namespace Attribution.Contracts;

/// <summary>The properties of an experiment's project that the build reads itself: they are in no stage's settings, or became something else there.</summary>
internal sealed record BuildSettings
{
    /// <summary><c>DataSelection</c>, or <c>ContextAttribution</c>; each has stages and items of its own.</summary>
    [ProjectProperty("ExperimentKind", OneOf = typeof(ExperimentKinds), ReadBy = "all")]
    public string ExperimentKind { get; init; } = ExperimentKinds.DataSelection;

    /// <summary>
    /// Who judges: <c>rules</c>, those of the trait; <c>llm</c>, the language model of <c>JudgeModel</c>; or the name of a judge in the project's own C#
    /// files. An EvalDataset may have its own.
    /// </summary>
    [ProjectProperty("Judge", ReadBy = StageNames.Judge)]
    public string Judge { get; init; } = JudgeNames.Rules;

    /// <summary>
    /// A folder of your own judging prompts, <c>TRAIT.md</c>; for traits without a file there the ones that come with the worker are used.
    /// </summary>
    [ProjectProperty("JudgePrompts", Default = "none", ReadBy = StageNames.Judge)]
    public string? JudgePrompts { get; init; }

    /// <summary>
    /// The one seed of an experiment without <c>Seeds</c>; with it, leave this out. In context attribution it decides the ablations, which examples are
    /// held out, and the estimator's training.
    /// </summary>
    [ProjectProperty("Seed", Default = "`0`", ReadBy = $"{StageNames.SelectTrainingData}, {StageNames.FineTune}, {StageNames.Evaluate}; "
        + $"{StageNames.FeaturesAndOutputs}, {StageNames.TrainEstimator}, {StageNames.AttributeHeldOut}")]
    public long? Seed { get; init; }

    /// <summary><c>true</c>: the metrics become the snapshot.</summary>
    [ProjectProperty("AcceptSnapshot", ChangesNoResult = true, ReadBy = StageNames.VerifySnapshot)]
    public bool AcceptSnapshot { get; init; }

    /// <summary><c>true</c>: <c>dotnet test</c> of this repository builds the experiment and verifies its snapshot.</summary>
    [ProjectProperty("RunInTests", ChangesNoResult = true, ReadBy = "none")]
    public bool RunInTests { get; init; }

    /// <summary>
    /// A name that keeps the results of one form of an experiment apart from those of the others: they lie in <c>out/NAME</c>, its snapshot in
    /// <c>snapshots/NAME</c>.
    /// </summary>
    [ProjectProperty("Variant", Default = "none", ReadBy = "all; computes nothing again")]
    public string? Variant { get; init; }

    /// <summary>CPU threads of an operator.</summary>
    [ProjectProperty("Threads", Least = 1, ChangesNoResult = true, Default = "1 for small models, else every core", ReadBy = "all")]
    public int? Threads { get; init; }

    /// <summary>
    /// With Slurm, <c>false</c>: the build submits itself as a job and returns. The same command says later how far it is, and goes on where it stopped.
    /// </summary>
    [ProjectProperty("Wait", ChangesNoResult = true, ReadBy = "the build")]
    public bool Wait { get; init; } = true;

    /// <summary>
    /// Which libtorch is restored with the experiment: <c>cpu</c>, <c>cuda</c> (TorchSharp's packages for CUDA), or <c>none</c> where <c>LibTorchPath</c> names
    /// one.
    /// </summary>
    [ProjectProperty("TorchBackend", OneOf = typeof(TorchBackendNames), ChangesNoResult = true, ReadBy = "the restore")]
    public string TorchBackend { get; init; } = TorchBackendNames.Cpu;

    /// <summary>A folder with the libtorch to use, or with a PyTorch of the same version.</summary>
    [ProjectProperty("LibTorchPath", ChangesNoResult = true, Default = "`LIBTORCH`, else the package's", ReadBy = "all")]
    public string? LibTorchPath { get; init; }

    /// <summary>The artifact store. Experiments that name one store share what they have in common.</summary>
    [ProjectProperty("AttributionStore", ChangesNoResult = true, ReadBy = "all; another store is filled again",
        Default = "`ATTRIBUTION_STORE`; in this repository `artifacts/store`, elsewhere `artifacts/store` beside the project")]
    public string? AttributionStore { get; init; }
}
