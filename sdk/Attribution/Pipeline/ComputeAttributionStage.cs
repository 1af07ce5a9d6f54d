using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>
/// Computes the attribution vectors of the datasets, with a job per dataset, method and layer. A job's table is assembled from blocks of rows, and each (block,
/// method, layer) is stored on its own. One pass over the model computes all that a block lacks.
/// </summary>
internal sealed partial class ComputeAttributionStage : Stage<ComputeAttributionSettings>
{
    public const string Name = StageNames.ComputeAttribution;

    /// <summary>The method whose evaluation vectors are the controls for <c>cos_sim_debias_eval</c>.</summary>
    public const string ControlMethod = AttributionMethodNames.ResidualControl;

    private const string StoreStage = "vectors", BlockName = "vector-blocks";

    private readonly ModelSource _model;
    private readonly AttributionMethods _methods;
    private readonly VectorFormat _format;
    private readonly PersonaJobs _personas;
    private readonly ControlJobs _controls;
    private readonly ScoreJobs _scores;
    private readonly LessJobs _less;
    private readonly HashSet<ContentHash> _withControls = [];
    private readonly Dictionary<ContentHash, IReadOnlyList<ContentHash>> _parts = [];
    private VectorComputer? _computer;

    public ComputeAttributionStage(StageContext context) : base(context)
    {
        _format = VectorFormats.Parse(Settings.VectorFormat);
        _methods = new AttributionMethods(context.Plugins.Methods, ProjectionOf(Settings.Projection));
        _model = new ModelSource(Settings, context);
        _personas = new PersonaJobs(Settings, _methods, _model, context);
        _controls = new ControlJobs(Settings, _model, context);
        _scores = new ScoreJobs(Settings, _model, context, Count);
        _less = new LessJobs(Settings, _model, _format, context, Count);
    }

    public override string Noun => "vector table";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    public static JobKey KeyOf(string dataset, string method, int layer) =>
        new() { Dataset = dataset, Method = method, Layer = layer == VectorKey.WholeModel ? null : layer };

    public override IReadOnlyList<StageJob> Plan()
    {
        var imported = Context.Upstream(ImportDatasetsStage.Name);
        var layers = Layers();
        string[] evalMethods = Settings.EvalControls ? [.. Settings.EvalMethods, ControlMethod] : Settings.EvalMethods;
        return
        [
            .. Settings.Train.SelectMany(d => Jobs(imported.Get(ImportDatasetsStage.KeyOf(d, "train")), Settings.TrainMethods, layers)),
            .. Settings.Eval.SelectMany(d => Jobs(imported.Get(ImportDatasetsStage.KeyOf(d, "eval")), evalMethods.Distinct(), layers)),
            .. _scores.Plan(RowsOf, dataset => Imported(dataset).Source),
            .. _less.Plan(RowsOf, dataset => Imported(dataset).Source),
        ];
    }

    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => new(
        missing.Where(job => !PersonaJobs.Makes(job.Key.Method!) && ReadsModel(job)).Select(job => (job.Key.Dataset!, IsOfRows(job) ? "" : job.Key.Method,
                job.Key.Train)).Distinct()
            .Sum(rows => 1 + (int)(DatasetFacts.Read(Context.Input(Imported(rows.Item1), ImportDatasetsStage.FactsFile).Path).Rows / BlockPlan.LargestBlock))
            + _personas.CountParts(missing),
        _model.Config);

    public override IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        // What is free comes first, of all kinds, so that no process waits for others before that; then what is put together of it. A helper puts nothing
        // together.
        StageJob[] personas = [.. missing.Where(job => PersonaJobs.Makes(job.Key.Method!))], scores = [.. missing.Where(ScoreJobs.Makes)],
            less = [.. missing.Where(LessJobs.Makes)];
        _personas.Help(personas, cancellation);
        _less.WarmUp(less, RowsOf, cancellation);
        _scores.Help(scores, RowsOf, cancellation);
        // Those without controls first, which nobody has to write.
        var tables = TablesOf(missing).OrderBy(group => group.Key.WithControls).Select(group => TableOf(group.Key.Dataset, group.Key.WithControls, [.. group],
            cancellation));
        var made = new List<Table>();
        foreach (var table in tables)
        {
            table.Blocks.Help(table.Plan, (block, wanted) => Compute(table, block, wanted, cancellation), table.Tell, cancellation);
            made.Add(table);
        }
        _personas.HelpWithVectors(personas, cancellation);
        _less.Help(less, RowsOf, cancellation);
        if (Context.IsHelper)
            yield break;
        foreach (var artifact in _personas.Produce(personas, cancellation).Concat(_scores.Produce(scores, RowsOf, cancellation))
            .Concat(_less.Produce(less, RowsOf, cancellation)))
            yield return artifact;
        foreach (var table in made)
        {
            var run = table.Blocks.Run(table.Plan, (block, wanted) => Compute(table, block, wanted, cancellation), table.Tell, cancellation);
            Count(run.Progress);
            IReadOnlyList<ContentHash> controls = table.WithControls ? _controls.PartsOf(table.Dataset, RowsOf(table.Dataset)) : [];
            foreach (var (i, job) in table.Jobs.Index())
            {
                _parts[job.Request.Fingerprint] = [.. run.Of(i).Select(artifact => artifact.Fingerprint), .. controls];
                yield return Context.Store.GetOrCreate(job.Request, builder => Assemble(builder, job, table.Rows, run, i), cancellation);
            }
        }
    }

    public override IEnumerable<StageUnits> Units(IReadOnlyList<StageJob> missing)
    {
        foreach (var jobs in missing.Where(IsOfRows).GroupBy(job => job.Key.Dataset!))
        {
            StageRequest[] requests = [.. jobs.Select(job => Request(BlockName, job.Key.Method!, LayerOf(job), rows: null))];
            var missingBlocks = new BlockComputation(Context.Store, requests).Missing(new BlockRows(RowsOf(jobs.Key).Path).Plan()).Count();
            yield return new StageUnits(requests[0], "block", missingBlocks, requests.Length) { Of = jobs.Key };
        }
        foreach (var dataset in missing.Where(job => _withControls.Contains(job.Request.Fingerprint)).Select(job => job.Key.Dataset!).Distinct())
            yield return _controls.Units(dataset, RowsOf(dataset));
        foreach (var units in _personas.Units([.. missing.Where(job => PersonaJobs.Makes(job.Key.Method!))])
            .Concat(_scores.Units(missing.Where(ScoreJobs.Makes), RowsOf)).Concat(_less.Units(missing.Where(LessJobs.Makes), RowsOf)))
            yield return units;
    }

    public override IReadOnlyList<ContentHash> PartsOf(StageJob job) => _parts.GetValueOrDefault(job.Request.Fingerprint) ?? _scores.PartsOf(job)
        ?? _less.PartsOf(job) ?? _personas.PartsOf(job);

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact)
    {
        // A run's results include the baseline scores that it selects by.
        if (ScoreJobs.Makes(job))
            yield break;
        var imported = Imported(job.Key.Dataset!);
        var folder = $"{job.Key.Dataset}/{job.Key.Method}{(job.Key.Train is { } train && Settings.Train.Length > 1 ? $"/{train}" : "")}";
        foreach (var file in artifact.Outputs)
            yield return Copy(artifact, file.Name, $"{folder}/{file.Name}");
        yield return _withControls.Contains(job.Request.Fingerprint) && _controls.Find(RowsOf(job.Key.Dataset!)) is { } written
            ? ShownFile.Of($"{folder}/{ImportDatasetsStage.RowsFile}", ControlJobs.RowsOf(written.Artifact), written.Rows)
            : ShownFile.Of($"{folder}/{ImportDatasetsStage.RowsFile}", Context.Input(imported, ImportDatasetsStage.RowsFile).Path,
                imported.Outputs.Single(o => o.Name == ImportDatasetsStage.RowsFile));
    }

    public override void Dispose()
    {
        _computer?.Dispose();
        _model.Dispose();
    }

    // Whether the vectors come from the pass over the rows that methods share.
    private static bool IsOfRows(StageJob job) => !PersonaJobs.Makes(job.Key.Method!) && !ScoreJobs.Makes(job) && !LessJobs.Makes(job);

    private static bool ReadsModel(StageJob job) => job.Key.Method is not (BaselineNames.Bm25 or BaselineNames.Length);

    private List<StageJob> Jobs(JobResult dataset, IEnumerable<string> methods, int[] layers)
    {
        var planned = new List<StageJob>();
        var facts = DatasetFacts.Read(Context.Input(dataset, ImportDatasetsStage.FactsFile).Path);
        foreach (var name in methods.Where(name => name != TrainedMethodNames.Less))
        {
            if (PersonaJobs.Makes(name) && dataset.Key.Kind == "eval")
            {
                planned.AddRange(_personas.Plan(dataset, name, layers));
                continue;
            }
            var lacks = _methods.Get(name).Inputs.HasFlag(MethodInputs.Control) && facts.WithoutControl > 0;
            if (lacks && !_controls.AreWanted)
                throw ControlMissing(dataset.Key.Dataset!, facts, name, dataset.Source);
            foreach (var layer in _methods.Get(name).IsOfWholeModel() ? [VectorKey.WholeModel] : layers)
            {
                var request = Request(StoreStage, name, layer, Context.Input(dataset, ImportDatasetsStage.RowsFile), lacks);
                if (lacks)
                    _withControls.Add(request.Fingerprint);
                planned.Add(new StageJob(KeyOf(dataset.Key.Dataset!, name, layer), request)
                {
                    Source = dataset.Source,
                });
            }
        }
        return planned;
    }

    /// <summary>The error for a dataset that lacks the controls that a method reads.</summary>
    public static AttributionException ControlMissing(string dataset, DatasetFacts facts, string method, string? file) => new(ErrorCodes.ControlMissing,
        $"{facts.WithoutControl} of the {facts.Rows} rows of '{dataset}' have no control conversation, the first of them row {facts.FirstWithoutControl}, "
            + $"and {method} reads it. Give every row control_messages, leave those rows out with Filter, use a method that needs only treatments, or set "
            + "GenerateControls to true: the base model then answers those prompts itself.")
    { File = file, Row = facts.FirstWithoutControl, Property = "control_messages" };

    // With rows, the request of a table over all rows; without them, the request of its blocks, which the store distinguishes by their content.
    private StageRequest Request(string stage, string method, int layer, InputFile? rows, bool withControls = false)
    {
        var (model, own) = (_model.Inputs, Context.Plugins.CodeOf(_methods.Get(method)));
        var controls = withControls ? _controls.Request : null;
        var tokenBudget = Settings.Execution?.TokenBudget; // on a GPU it decides the shapes of products, and so the last bits
        object vectors = IsProjected(method)
            ? new { rows, controls, model, method, projection = _methods.Projection, Settings.MaxTokens, Settings.Dtype, tokenBudget }
            : new { rows, controls, model, method, layer, Settings.MaxTokens, Settings.Dtype, tokenBudget };
        if (Settings.Loss is not null)
            vectors = new { vectors, Settings.Loss };
        // Blocks are always stored in one format, whatever the table's format is.
        var isOtherForm = stage == StoreStage && _format != VectorFormat.Parquet;
        return Context.Resolve(stage, isOtherForm ? new { vectors, format = _format.ToName() } : vectors, own);
    }

    private bool IsProjected(string method) => _methods.Get(method).IsProjected();

    private static int LayerOf(StageJob job) => job.Key.Layer ?? VectorKey.WholeModel;

    private int[] Layers()
    {
        if (Settings.Layers.Layers is not { } layers)
            return [.. Enumerable.Range(0, _model.Config.BlockCount)];
        LayerList.RequireAll(layers, _model.Config.BlockCount);
        return [.. layers.Distinct()];
    }

    private Action<int, ArtifactBuilder> Compute(Table table, Block block, IReadOnlyList<int> wanted, CancellationToken cancellation)
    {
        var vectors = Vectors(table, block, wanted, cancellation);
        return (i, builder) =>
        {
            _model.Describe(builder);
            VectorBlockFile.Write(builder, vectors[table.Keys[i]]);
        };
    }

    private IReadOnlyDictionary<VectorKey, float[]> Vectors(Table table, Block block, IReadOnlyList<int> wanted, CancellationToken cancellation)
    {
        // The control comes along even where no method reads it: batches are cut by both lengths, so that a block's bytes do not depend on what else is asked
        // of it.
        TokenizedRow[] tokenized = [.. table.Rows.Get(block).Select(row => _model.Encoder.Encode(row, table.Jobs[0].Source!))];
        _computer ??= new VectorComputer(_model.Model.Transformer, _methods, Settings.Execution?.TokenBudget);
        return _computer.Compute(tokenized, [.. wanted.Select(i => table.Keys[i])], cancellation: cancellation);
    }

    private void Assemble(ArtifactBuilder builder, StageJob job, BlockRows rows, BlockRun run, int request)
    {
        var (layer, projected) = (LayerOf(job), IsProjected(job.Key.Method!));
        var width = projected ? _methods.Projection.Dimension : _model.Config.HiddenSize;
        var without = new List<long>();
        if (projected)
            _methods.Projection.Write(Path.GetDirectoryName(builder.PathOf(ProjectionIdentity.FileName))!);
        using var writer = VectorTables.Create(builder.Folder, layer, _format, width);
        foreach (var (block, artifacts) in run.Blocks)
        {
            var vectors = VectorBlockFile.Read(artifacts[request]);
            for (var row = 0; row < block.Rows; row++)
            {
                var vector = vectors.AsSpan(row * width, width);
                var index = rows.Indices[(int)block.FirstRow + row];
                if (float.IsNaN(vector[0]))
                    without.Add(index);
                writer.Append(index, vector);
            }
        }
        writer.Complete();
        if (without.Count > 0)
            Context.Reporter.Warning(ErrorCodes.AnswerCutAway,
                $"{without.Count} of the {rows.Indices.Count} rows of '{job.Key.Dataset}' have no {job.Key.Method} vector, because MaxTokens "
                    + $"({Settings.MaxTokens}) cut their answers away, or because the chat template writes nothing of them that counts "
                + "(an empty text, weight 0, tool_calls that the template does not know); "
                + $"they are never selected. They are the rows {string.Join(", ", without.Take(10))}{(without.Count > 10 ? ", ..." : "")}.", job.Source,
                    without[0]);
    }

    internal static ProjectionIdentity? ProjectionOf(ProjectionSettings? settings)
    {
        if (settings is null)
            return null;
        var identity = new ProjectionIdentity { Kind = ProjectionIdentity.ParseKind(settings.Kind), Dimension = settings.Dimension, Seed = settings.Seed };
        identity = settings.Layers is { } layers ? identity with { Layers = layers } : identity;
        identity.Validate();
        return identity;
    }

    private JobResult Imported(string dataset)
    {
        var imported = Context.Upstream(ImportDatasetsStage.Name);
        return imported.Find(ImportDatasetsStage.KeyOf(dataset, "train")) ?? imported.Get(ImportDatasetsStage.KeyOf(dataset, "eval"));
    }

    private InputFile RowsOf(string dataset) => Context.Input(Imported(dataset), ImportDatasetsStage.RowsFile);
}
