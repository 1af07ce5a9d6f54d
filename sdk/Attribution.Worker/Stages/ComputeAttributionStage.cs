using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Worker.Stages.Requests;
using Attribution.Worker.Stages.Results;

namespace Attribution.Worker.Stages;

/// <summary>
/// Computes the attribution vectors of the datasets: a job per dataset, method and layer, put together from blocks of rows, of which each
/// (block, method, layer) is kept by itself. What a block lacks comes out of one pass over the model.
/// </summary>
internal sealed class ComputeAttributionStage : Stage
{
    public const string Name = "ComputeAttribution";

    /// <summary>The method whose vectors of an evaluation set are the controls that <c>cos_sim_debias_eval</c> reads.</summary>
    public const string ControlMethod = "residual_control";

    private const string StoreStage = "vectors", BlockStage = "vector-blocks";

    private readonly ComputeAttributionSettings _settings;
    private readonly ModelSource _model;
    private readonly AttributionMethods _methods;
    private readonly VectorFormat _format;
    private readonly Dictionary<ContentHash, IReadOnlyList<ContentHash>> _parts = [];

    public ComputeAttributionStage(StageContext context) : base(context)
    {
        _settings = context.Settings<ComputeAttributionSettings>();
        _format = VectorFormats.Parse(_settings.VectorFormat);
        _methods = new AttributionMethods(context.Plugins.Methods);
        _model = new ModelSource(_settings, context);
    }

    public override string Noun => "block";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    public static JobKey KeyOf(string dataset, string method, int layer) => new() { Dataset = dataset, Method = method, Layer = layer };

    public override IReadOnlyList<StageJob> Plan()
    {
        var imported = Context.Upstream(ImportDatasetsStage.Name);
        var layers = Layers();
        string[] evalMethods = _settings.EvalControls ? [.. _settings.EvalMethods, ControlMethod] : _settings.EvalMethods;
        return
        [
            .. _settings.Train.SelectMany(d => Jobs(imported.Get(ImportDatasetsStage.KeyOf(d, "train")), _settings.TrainMethods, layers)),
            .. _settings.Eval.SelectMany(d => Jobs(imported.Get(ImportDatasetsStage.KeyOf(d, "eval")), evalMethods.Distinct(), layers)),
        ];
    }

    public override IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        foreach (var (dataset, jobs) in missing.GroupBy(job => job.Key.Dataset!).Select(group => (group.Key, group.ToArray())))
        {
            var rows = new BlockRows(RowsOf(dataset).Path);
            var requests = jobs.Select(job => Request(BlockStage, job.Key.Method!, job.Key.Layer!.Value, rows: null)).ToArray();
            var keys = jobs.Select(job => new VectorKey(job.Key.Method!, job.Key.Layer!.Value)).ToArray();
            var before = Blocks ?? default;
            var run = new JointBlockStage(Context.Store, requests).Run(
                rows.Plan(),
                (block, wanted) =>
                {
                    var vectors = Compute(rows.Get(block), jobs[0].Source!, [.. wanted.Select(i => keys[i])], cancellation);
                    return (i, builder) =>
                    {
                        _model.Describe(builder);
                        VectorBlock.Write(builder, vectors[keys[i]]);
                    };
                },
                progress => Context.Reporter.Progress(() => $"{dataset}: {progress.Finished} of {progress.Total} blocks"),
                cancellation);
            Blocks = new BlockProgress(before.Finished + run.Progress.Finished, before.Ran + run.Progress.Ran, before.Total + run.Progress.Total);

            foreach (var (i, job) in jobs.Index())
            {
                _parts[job.Request.Fingerprint] = [.. run.Blocks.Select(b => b.Artifacts[i].Fingerprint)];
                yield return Context.Store.GetOrCreate(job.Request, builder => Assemble(builder, job, rows, run, i), cancellation);
            }
        }
    }

    public override IReadOnlyList<ContentHash> PartsOf(StageJob job) => _parts.GetValueOrDefault(job.Request.Fingerprint, []);

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact)
    {
        var imported = Imported(job.Key.Dataset!);
        var folder = $"{job.Key.Dataset}/{job.Key.Method}";
        foreach (var file in artifact.Outputs)
            yield return Copy(artifact, file.Name, $"{folder}/{file.Name}");
        yield return ShownFile.Of($"{folder}/{ImportDatasetsStage.RowsFile}", Context.Input(imported, ImportDatasetsStage.RowsFile).Path,
            imported.Outputs.Single(o => o.Name == ImportDatasetsStage.RowsFile));
    }

    public override void Dispose() => _model.Dispose();

    private IEnumerable<StageJob> Jobs(JobResult dataset, IEnumerable<string> methods, int[] layers)
    {
        var facts = DatasetFacts.Read(Context.Input(dataset, ImportDatasetsStage.FactsFile).Path);
        foreach (var name in methods)
        {
            if (_methods.Get(name).Inputs.HasFlag(MethodInputs.Control) && facts.WithoutControl > 0)
                throw new AttributionException(ErrorCodes.ControlMissing,
                    $"{facts.WithoutControl} of the {facts.Rows} rows of '{dataset.Key.Dataset}' have no control conversation, the first of them row {facts.FirstWithoutControl}, and {name} reads it. "
                    + "Give every row control_messages, leave those rows out with Filter, or use a method that needs only treatments.")
                { File = dataset.Source, Row = facts.FirstWithoutControl, Property = "control_messages" };
            foreach (var layer in layers)
                yield return new StageJob(KeyOf(dataset.Key.Dataset!, name, layer), Request(StoreStage, name, layer, Context.Input(dataset, ImportDatasetsStage.RowsFile)),
                    (_, _) => throw new InvalidOperationException("vectors are made block by block"))
                { Source = dataset.Source };
        }
    }

    // The rows as a whole for a table; without them for its blocks, which the store tells apart by what is in them.
    private StageRequest Request(string stage, string method, int layer, InputFile? rows)
    {
        var vectors = new
        {
            rows,
            model = _model.Inputs,
            method,
            layer,
            _settings.MaxTokens,
            _settings.Dtype,
        };
        // Blocks are kept in one form, whatever becomes of them.
        var isOtherForm = stage == StoreStage && _format != VectorFormat.Parquet;
        return Context.Resolve(stage, isOtherForm ? new { vectors, format = _format.ToName() } : vectors, Context.Plugins.AssemblyOf(_methods.Get(method)));
    }

    private int[] Layers()
    {
        if (_settings.Layers.Layers is not { } layers)
            return [.. Enumerable.Range(0, _model.Config.BlockCount)];
        foreach (var layer in layers)
            if (layer < 0 || layer >= _model.Config.BlockCount)
                throw new AttributionException(ErrorCodes.LayerOutOfRange,
                    $"There is no layer {layer}: the model has blocks 0 to {_model.Config.BlockCount - 1}. Set AttributionLayer to one of them.")
                { Property = "AttributionLayer" };
        return [.. layers.Distinct()];
    }

    private IReadOnlyDictionary<VectorKey, float[]> Compute(IReadOnlyList<DatasetRow> rows, string source, IReadOnlyCollection<VectorKey> keys, CancellationToken cancellation)
    {
        // The control comes along even where no method reads it: batches are cut by both lengths, so that a block's bytes do not depend on what else is asked of it.
        TokenizedRow[] tokenized = [.. rows.Select(row => _model.Encoder.Encode(row, source))];
        var computer = new VectorComputer(_model.Model.Transformer, _methods, _settings.Execution.TokenBudget ?? VectorComputer.DefaultTokenBudget);
        return computer.Compute(tokenized, keys, cancellation: cancellation);
    }

    private void Assemble(ArtifactBuilder builder, StageJob job, BlockRows rows, JointBlockRun run, int request)
    {
        var layer = job.Key.Layer!.Value;
        var without = new List<long>();
        using var writer = VectorTables.Create(builder.Folder, layer, _format, _model.Config.HiddenSize);
        foreach (var (block, artifacts) in run.Blocks)
        {
            var vectors = VectorBlock.Read(artifacts[request]);
            for (var row = 0; row < block.Rows; row++)
            {
                var vector = vectors.AsSpan(row * _model.Config.HiddenSize, _model.Config.HiddenSize);
                var index = rows.Indices[(int)block.FirstRow + row];
                if (float.IsNaN(vector[0]))
                    without.Add(index);
                writer.Append(index, vector);
            }
        }
        writer.Complete();
        if (without.Count > 0)
            Context.Reporter.Warning(ErrorCodes.AnswerCutAway,
                $"{without.Count} of the {rows.Indices.Count} rows of '{job.Key.Dataset}' have no {job.Key.Method} vector, because MaxTokens ({_settings.MaxTokens}) cut their answers away; "
                + $"they are never selected. They are the rows {string.Join(", ", without.Take(10))}{(without.Count > 10 ? ", ..." : "")}.", job.Source, without[0]);
    }

    private JobResult Imported(string dataset)
    {
        var imported = Context.Upstream(ImportDatasetsStage.Name);
        return imported.Find(ImportDatasetsStage.KeyOf(dataset, "train")) ?? imported.Get(ImportDatasetsStage.KeyOf(dataset, "eval"));
    }

    private InputFile RowsOf(string dataset) => Context.Input(Imported(dataset), ImportDatasetsStage.RowsFile);
}
