using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.FineTuning;
using Attribution.Methods;
using Attribution.Methods.Less;
using Attribution.Methods.Projections;
using Attribution.Pipeline.Results;
using Attribution.Selection;

namespace Attribution.Pipeline;

/// <summary>
/// Computes the vectors of <c>less</c>. Each training set has a warm-up: an artifact with a checkpoint per epoch. The vectors of the training set, and of each
/// evaluation set for it, are assembled from blocks of rows like others.
/// </summary>
internal sealed class LessJobs(ComputeAttributionSettings settings, ModelSource model, VectorFormat format, StageContext context, Action<BlockProgress> count)
{
    private const string StoreStage = "less-vectors", BlockName = "less-blocks", WarmUpStage = "less-warm-ups";

    private readonly Dictionary<ContentHash, IReadOnlyList<ContentHash>> _parts = [];
    private readonly Dictionary<ContentHash, BlockComputation> _blocks = [];

    private StageContext Context => context;

    private ModelSource Model => model;

    /// <summary>Whether a job is one of these.</summary>
    public static bool Makes(StageJob job) => job.Key.Method == TrainedMethodNames.Less;

    /// <summary>The key of a training set's vectors; with <paramref name="eval"/>, the key of that evaluation set's vectors for the training set.</summary>
    public static JobKey KeyOf(string train, string? eval) =>
        new() { Dataset = eval ?? train, Method = TrainedMethodNames.Less, Train = eval is null ? null : train };

    /// <summary>The job of the vectors that a training set is scored by: of this method those made for it, of others the evaluation set's.</summary>
    public static JobKey EvalKeyOf(string train, string eval, string method, int layer) =>
        method == TrainedMethodNames.Less ? KeyOf(train, eval) : ComputeAttributionStage.KeyOf(eval, method, layer);

    /// <summary>The artifacts that a table was put together from, if that was done now.</summary>
    public IReadOnlyList<ContentHash>? PartsOf(StageJob job) => _parts.GetValueOrDefault(job.Request.Fingerprint);

    /// <summary>A job per training set, and one per pair of training and evaluation set.</summary>
    public IEnumerable<StageJob> Plan(Func<string, InputFile> rowsOf, Func<string, string?> sourceOf)
    {
        foreach (var train in settings.TrainMethods.Contains(TrainedMethodNames.Less) ? settings.Train : [])
            foreach (var eval in settings.EvalMethods.Contains(TrainedMethodNames.Less) ? [null, .. settings.Eval] : new string?[] { null })
                yield return new StageJob(KeyOf(train, eval), Request(StoreStage, WarmUp(rowsOf(train)), rowsOf(eval ?? train), isTraining: eval is null))
                {
                    Source = sourceOf(eval ?? train),
                };
    }

    /// <summary>Trains the warm-ups that no other process has: the longest units of the stage, which many others wait for.</summary>
    public void WarmUp(IEnumerable<StageJob> missing, Func<string, InputFile> rowsOf, CancellationToken cancellation)
    {
        foreach (var group in ByTrainingSet(missing))
            TryWarmUp(group.Key, rowsOf(group.Key), cancellation);
    }

    /// <summary>Computes the blocks that no other process has: those of a training set as soon as its warm-up is there, for which this waits.</summary>
    public void Help(IEnumerable<StageJob> missing, Func<string, InputFile> rowsOf, CancellationToken cancellation)
    {
        var open = ByTrainingSet(missing).ToList();
        while (open.Count > 0)
        {
            var before = open.Count;
            open.RemoveAll(group =>
            {
                if (TryWarmUp(group.Key, rowsOf(group.Key), cancellation) is not { } warmUp)
                    return false;
                foreach (var job in group)
                {
                    using var parts = new Parts(this, job, warmUp, WarmUp(rowsOf(group.Key)), rowsOf(job.Key.Dataset!), cancellation);
                    parts.Blocks.Help(parts.Rows.Plan(), (block, _) => (_, part) => parts.Write(block, part), parts.Tell, cancellation);
                }
                return true;
            });
            if (context.Store.Units is { MayWait: false })
                return;
            if (open.Count == before)
                cancellation.WaitHandle.WaitOne(BlockComputation.Pause);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Computes the missing jobs, or waits for other processes that compute their blocks.</summary>
    public IEnumerable<Artifact> Produce(IEnumerable<StageJob> missing, Func<string, InputFile> rowsOf, CancellationToken cancellation)
    {
        foreach (var group in ByTrainingSet(missing))
        {
            var request = WarmUp(rowsOf(group.Key));
            var warmUp = context.Store.GetOrCreate(context.Resolve(WarmUpStage, request),
                builder => Train(builder, group.Key, rowsOf(group.Key), cancellation), cancellation);
            foreach (var job in group)
                yield return context.Store.GetOrCreate(job.Request, builder => Assemble(builder, job, warmUp, request, rowsOf(job.Key.Dataset!), cancellation),
                    cancellation);
        }
    }

    /// <summary>The warm-ups to train, and the blocks that are to be computed.</summary>
    public IEnumerable<StageUnits> Units(IEnumerable<StageJob> missing, Func<string, InputFile> rowsOf)
    {
        foreach (var group in ByTrainingSet(missing))
        {
            var request = WarmUp(rowsOf(group.Key));
            if (context.Resolve(WarmUpStage, request) is var warmUp && !context.Store.Contains(warmUp))
                yield return new StageUnits(warmUp, "warm-up", 1) { Of = group.Key };
            foreach (var job in group)
                yield return new StageUnits(BlockRequest(job, request), "block",
                    Blocks(job, request).Missing(new BlockRows(rowsOf(job.Key.Dataset!).Path).Plan()).Count())
                { Of = $"{job.Key.Dataset}/{job.Key.Method}" };
        }
    }

    private static IEnumerable<IGrouping<string, StageJob>> ByTrainingSet(IEnumerable<StageJob> jobs) =>
        jobs.GroupBy(job => job.Key.Train ?? job.Key.Dataset!);

    private StageRequest BlockRequest(StageJob job, object warmUp) => Request(BlockName, warmUp, rows: null, job.Key.Train is null);

    private BlockComputation Blocks(StageJob job, object warmUp) => _blocks.TryGetValue(job.Request.Fingerprint, out var known) ? known
        : _blocks[job.Request.Fingerprint] = new(context.Store, BlockRequest(job, warmUp));

    // Null if another process trains it, or if it failed and that was noted.
    private Artifact? TryWarmUp(string train, InputFile rows, CancellationToken cancellation)
    {
        var request = context.Resolve(WarmUpStage, WarmUp(rows));
        if (context.Store.TryGet(request) is { } found)
            return found;
        Artifact? made = null;
        var unit = $"{WarmUpStage}/{request.Fingerprint}";
        context.Store.Units.Try(unit, () => made = context.Store.GetOrCreateUnlessHeld(request, builder =>
        {
            context.Store.Units?.Began(unit, null);
            Train(builder, train, rows, cancellation);
        }, cancellation));
        return made;
    }

    private LessSettings Less => settings.Less ??= new();

    private ProjectionIdentity Projection => ComputeAttributionStage.ProjectionOf(settings.Projection) ?? new();

    private object WarmUp(InputFile rows) => new { rows, model = model.Inputs, settings.MaxTokens, settings.Dtype, settings.Loss, Less };

    private StageRequest Request(string stage, object warmUp, InputFile? rows, bool isTraining)
    {
        object vectors = new { rows, warmUp, isTraining, projection = Projection };
        return context.Resolve(stage, stage == StoreStage && format != VectorFormat.Parquet ? new { vectors, format = format.ToName() } : vectors);
    }

    // A share of the rows, drawn with the seed, in the dataset's order.
    private void Train(ArtifactBuilder builder, string train, InputFile rows, CancellationToken cancellation)
    {
        long[] indices = [.. DatasetRows.Read(rows.Path).Select(row => row.Index)];
        var drawn = TopK.Random(indices, (int)Math.Ceiling(Less.Share * indices.Length), Less.Seed).Select(row => row.Index).ToHashSet();
        var sequences = DatasetRows.Read(rows.Path).Where(row => drawn.Contains(row.Index)).Select(row =>
            model.Encoder.Encode(row.Treatment, rows.Path, row.Index)).ToArray();
        var options = new FineTuningOptions
        {
            Lora = new() { Rank = Less.Lora.Ranks[0], Alpha = Less.Lora.Alpha, Dropout = Less.Lora.Dropout, TargetModules = Less.Lora.Targets },
            LearningRate = Less.LearningRate,
            WeightDecay = Less.WeightDecay,
            Epochs = Less.Epochs,
            BatchSize = Less.BatchSize,
            Seed = Less.Seed,
        };
        using var curve = new LossCurve(builder.PathOf("loss.jsonl"));
        using var adapter = new LoraFineTuner(options).Train(model.Model, sequences, step =>
        {
            curve.Add(step);
            context.Reporter.Trained($"warm-up of less on {train}", step.Step, step.Loss, TrainingMeasures.Loss);
            context.Reporter.Progress(() => $"{train}: warm-up of less, step {step.Step}, loss {step.Loss:0.000}");
        }, cancellation, checkpoint => LessCheckpoint.Save(LessCheckpoint.FolderOf(builder.Folder, checkpoint.Epoch), checkpoint, model.Name));
        model.Describe(builder);
    }

    private void Assemble(ArtifactBuilder builder, StageJob job, Artifact warmUp, object request, InputFile source, CancellationToken cancellation)
    {
        using var parts = new Parts(this, job, warmUp, request, source, cancellation);
        var (rows, width) = (parts.Rows, Less.Epochs * Projection.Dimension);
        var run = parts.Blocks.Run(rows.Plan(), parts.Write, parts.Tell, cancellation);
        count(run.Progress);
        _parts[job.Request.Fingerprint] = [warmUp.Fingerprint, .. run.Of().Select(artifact => artifact.Fingerprint)];
        using var writer = VectorTables.Create(builder.Folder, VectorKey.WholeModel, format, width);
        var without = 0;
        foreach (var (place, vector) in run.Of().SelectMany(artifact => VectorBlockFile.Read(artifact).Chunk(width)).Index())
        {
            without += float.IsNaN(vector[0]) ? 1 : 0;
            writer.Append(rows.Indices[place], vector);
        }
        writer.Complete();
        if (without > 0)
            context.Reporter.Warning(ErrorCodes.AnswerCutAway,
                $"{without} of the {rows.Indices.Count} rows of '{job.Key.Dataset}' have no vector of less, because MaxTokens "
                + $"({settings.MaxTokens}) cut their answers away; they are never selected.", job.Source);
    }

    /// <summary>The blocks of a job, and what computes them.</summary>
    private sealed class Parts(LessJobs jobs, StageJob job, Artifact warmUp, object request, InputFile source, CancellationToken cancellation) : IDisposable
    {
        private readonly bool _isTraining = job.Key.Train is null;
        private GradientProjection? _projection;
        private LessVectors? _computer;

        public BlockRows Rows { get; } = new(source.Path);

        public BlockComputation Blocks => field ??= jobs.Blocks(job, request);

        public void Tell(BlockProgress progress) =>
            jobs.Context.Reporter.Progress(() => $"{job.Key.Dataset}: less of {progress.Finished} of {progress.Total} blocks");

        public void Write(Block block, ArtifactBuilder part)
        {
            var model = jobs.Model;
            _projection ??= GradientProjection.Of(jobs.Projection, TorchSharp.torch.float32, model.Model.Transformer.Device);
            _computer ??= new(model.Model, [.. Enumerable.Range(1, jobs.Less.Epochs).Select(epoch =>
                Path.GetDirectoryName(warmUp.PathOf($"epoch-{epoch}/adapter_config.json"))!)], _projection, jobs.Projection.Dimension);
            VectorBlockFile.Write(part, _computer.Compute([.. Rows.Get(block).Select(row => model.Encoder.Encode(row.Treatment, job.Source, row.Index))],
                _isTraining, cancellation));
            model.Describe(part);
        }

        public void Dispose() => _projection?.Dispose();
    }
}
