using System.Text.Json;
using Attribution.ContextAttribution.Examples;
using Attribution.Contracts;
using Attribution.Contracts.ContextAttribution;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Models.Generation;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.Context;

/// <summary>Generates the model's answers to the questions, with a job per dataset, assembled from one block per example.</summary>
internal sealed class GenerateStage : Stage<GenerateSettings>
{
    public const string Name = StageNames.Generate;

    /// <summary>The rows with their answers, one <see cref="ExampleLine"/> each.</summary>
    public const string ExamplesFile = "examples.jsonl";

    private const string StoreStage = "context-examples", BlockName = "generations", BlockFile = "generation.json";

    // The number of answers generated together: the most that a killed process loses.
    private const int BatchSize = 8;

    private readonly ModelSource _model;
    private readonly Lazy<ContextPromptWriter> _prompts;

    public GenerateStage(StageContext context) : base(context)
    {
        _model = new ModelSource(Settings, context);
        _prompts = new(() => new ContextPromptWriter(_model.Tokenizer, _model.Template));
    }

    public override string Noun => "example";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    public static JobKey KeyOf(string dataset) => new() { Dataset = dataset };

    public override IReadOnlyList<StageJob> Plan() => [.. Settings.Datasets.Select(Job)];

    // Processes of one machine would leave each other nothing to count: a dataset is one process's.
    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => Context.RemoteWorkers is null ? null : new(missing.Count, _model.Config);

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) => [Copy(artifact, ExamplesFile, $"{job.Key.Dataset}/{ExamplesFile}")];

    public override void Dispose() => _model.Dispose();

    /// <summary>Finds a dataset's file and columns.</summary>
    /// <exception cref="AttributionException">As for <see cref="ContextDataset.Open"/>.</exception>
    public static ContextDataset Open(ContextDatasetSettings dataset) => ContextDataset.Open(
        new() { Path = dataset.Path ?? "", Filter = dataset.Filter, Take = dataset.Take, Seed = dataset.Seed }, ColumnsOf(dataset), RecipeOf(dataset),
        dataset.Thoughts);

    private StageJob Job(ContextDatasetSettings dataset)
    {
        var recipe = RecipeOf(dataset);
        var columns = ColumnsOf(dataset);
        var source = Open(dataset);
        var request = Context.Resolve(StoreStage, new
        {
            files = source.Files.Select(f => new InputFile(f)),
            formats = source.Files.Select(ImportDatasetsStage.FormatOf),
            filter = string.IsNullOrWhiteSpace(dataset.Filter) ? null : dataset.Filter,
            dataset.Take,
            dataset.Seed,
            recipe = recipe?.Name,
            columns = recipe is null ? columns : null,
            dataset.Thoughts,
            model = _model.Inputs,
            Settings.Dtype,
            Settings.MaxNewTokens,
        });
        return new StageJob(KeyOf(dataset.Name), request, (builder, cancellation) =>
            Answer(builder, dataset, source, cancellation))
        { Source = dataset.Path };
    }

    private static ContextRecipe? RecipeOf(ContextDatasetSettings dataset) => dataset.Recipe is null ? null : ContextRecipe.Get(dataset.Recipe);

    private static ContextColumns ColumnsOf(ContextDatasetSettings dataset)
    {
        var defaults = new ContextColumns();
        return new()
        {
            Context = dataset.ContextColumn ?? defaults.Context,
            Query = dataset.QueryColumn ?? defaults.Query,
            Answer = dataset.AnswerColumn,
            Truth = dataset.TruthColumn,
        };
    }

    private void Answer(ArtifactBuilder builder, ContextDatasetSettings dataset, ContextDataset source, CancellationToken cancellation)
    {
        var file = source.Files.Count == 1 ? source.Files[0] : null;
        var rows = source.Rows().Select(row => Prepare(row, file)).ToArray();
        var askable = rows.Where(r => r.Excluded is null).ToArray();
        // What comes from the thoughts is not in the context.
        foreach (var row in dataset.Thoughts ? [] : askable)
            ContextTruth.Check(row.Row, file);
        var plan = ExampleBlocks.Plan(askable.Select(r => ContentHash.Parse(r.Key)));
        var request = Context.Resolve(BlockName, new { model = _model.Inputs, Settings.Dtype, Settings.MaxNewTokens });
        var blocks = new BlockComputation(Context.Store, request);
        var waiting = new Queue<Block>(blocks.Missing(plan));
        var answers = new Dictionary<ContentHash, GeneratedLine>();
        var run = blocks.Run(plan, (block, made) =>
        {
            if (!answers.Remove(block.Hash, out var answer))
            {
                Generate(block, waiting, askable, answers, cancellation);
                answers.Remove(block.Hash, out answer);
            }
            WholeFile.Write(made.PathOf(BlockFile), JsonSerializer.Serialize(answer, Readable.Line));
            if (_model.IsLoaded)
                _model.Describe(made);
        }, progress => Context.Reporter.Progress(() => $"{dataset.Name}: {progress.Finished} of {progress.Total} answers"), cancellation);
        Count(run.Progress);

        var generated = run.Of().Select(artifact => JsonSerializer.Deserialize<GeneratedLine>(File.ReadAllBytes(artifact.PathOf(BlockFile)),
            Readable.Line)!).ToArray();
        var next = 0;
        Readable.WriteLines(builder.PathOf(ExamplesFile), rows.Select(row => Line(row, row.Excluded is null ? generated[next++] : null)));
    }

    /// <summary>Generates the answers of a block and of the blocks after it that no process has taken.</summary>
    private void Generate(Block block, Queue<Block> waiting, Prepared[] rows, Dictionary<ContentHash, GeneratedLine> answers, CancellationToken cancellation)
    {
        var batch = new List<Block> { block };
        while (batch.Count < BatchSize && waiting.TryDequeue(out var next))
            if (next.Hash != block.Hash)
                batch.Add(next);
        foreach (var given in batch.Where(b => rows[b.FirstRow].Given is not null))
            answers[given.Hash] = new GeneratedLine(rows[given.FirstRow].Given!.Ids, Complete: true);
        batch.RemoveAll(b => rows[b.FirstRow].Given is not null);
        if (batch.Count == 0)
            return;
        var end = _prompts.Value.AnswerEnd;
        var texts = new TextGenerator(_model.Model).Generate([.. batch.Select(b => rows[b.FirstRow].Prompt.Ids)],
            end.In(new() { MaxNewTokens = Settings.MaxNewTokens }, _model.Model), cancellation: cancellation);
        foreach (var (b, text) in batch.Zip(texts))
        {
            var (tokens, isComplete) = end.ReadTokens(text);
            answers[b.Hash] = new GeneratedLine(tokens, isComplete);
        }
    }

    private Prepared Prepare(ContextRow row, string? file)
    {
        var prompt = _prompts.Value.Write(row, file);
        var given = row.Answer is { } answer ? GeneratedAnswer.Of(_prompts.Value.Tokenizer, prompt, answer) : null;
        Exclusion? excluded = prompt.Ids.Count + (given?.Ids.Count ?? 1) > _model.Config.MaxPositions ? Exclusion.TooLong
            : row.Documents.Count > 0 && row.Documents.All(string.IsNullOrWhiteSpace) ? Exclusion.NoSource
            : null;
        return new Prepared(row, row.ContentHash(), prompt, given, excluded);
    }

    private ExampleLine Line(Prepared prepared, GeneratedLine? answer)
    {
        var row = prepared.Row;
        return new ExampleLine(row.Index, prepared.Key, row.Documents, row.Query, row.Previous.Count == 0 ? null : row.Previous,
            row.Answer, row.Truth, answer is null ? null : GeneratedAnswer.Of(_prompts.Value.Tokenizer, answer.Tokens).Text, answer?.Tokens, answer?.Complete,
                prepared.Excluded);
    }

    private sealed record Prepared(ContextRow Row, string Key, ContextPrompt Prompt, GeneratedAnswer? Given, Exclusion? Excluded);
}
