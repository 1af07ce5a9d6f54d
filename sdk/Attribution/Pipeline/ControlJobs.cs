using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Evaluation;

namespace Attribution.Pipeline;

/// <summary>
/// Has the base model write the controls that a dataset lacks, block by block as for vectors. The assembled result is the dataset's rows, each with a control.
/// It depends only on rows, model and length, so all methods and layers share it.
/// </summary>
internal sealed class ControlJobs(ComputeAttributionSettings settings, ModelSource model, StageContext context)
{
    /// <summary>The kind of the blocks in the store.</summary>
    public const string BlockName = "control-blocks";

    private const string RowsStage = "controls", File = "data-00000.parquet";

    private readonly Dictionary<string, IReadOnlyList<ContentHash>> _parts = [];

    /// <summary>Whether controls may be written.</summary>
    public bool AreWanted => settings.Controls is not null;

    /// <summary>The inputs of the controls other than the rows.</summary>
    public object Request => new { settings.Controls!.MaxNewTokens, model = model.Inputs, settings.Dtype };

    /// <summary>The rows with their controls, which are written if they are not in the store.</summary>
    /// <param name="dataset">The dataset's name.</param>
    /// <param name="rows">Its rows as they were imported.</param>
    /// <param name="source">Its file, for errors.</param>
    /// <param name="cancellation">Stops between tokens.</param>
    public Artifact Produce(string dataset, InputFile rows, string? source, CancellationToken cancellation)
    {
        if (context.Store.TryGet(RequestOf(rows)) is { } found)
            return found;
        var all = new BlockRows(rows.Path);
        var plan = all.Plan();
        var blocks = new BlockComputation(context.Store, context.Resolve(BlockName, Request));
        Action<BlockProgress> tell = progress => context.Reporter.Progress(() => $"{dataset}: controls of {progress.Finished} of {progress.Total} blocks");
        // A helper waits for the last blocks too: behind them are the vectors of all rows, for which it is needed.
        var run = blocks.Run(plan, (block, part) => Write(all.Get(block), part, source, cancellation), tell, cancellation);
        _parts[dataset] = [.. run.Of().Select(artifact => artifact.Fingerprint)];
        return context.Store.GetOrCreate(RequestOf(rows), builder => DatasetRows.Write(builder.PathOf(File), DatasetRows.Read(rows.Path).Zip(
            run.Of().SelectMany(artifact => DatasetRows.Read(artifact.PathOf(File))),
            (row, written) => new DatasetRow(row.Index, row.Treatment, row.Control ?? written.Control, row.MetadataJson))), cancellation);
    }

    /// <summary>The blocks of controls that are to be written for a dataset.</summary>
    public StageUnits Units(string dataset, InputFile rows) => new(context.Resolve(BlockName, Request), "control block",
        Find(rows) is null ? new BlockComputation(context.Store, context.Resolve(BlockName, Request)).Missing(new BlockRows(rows.Path).Plan()).Count() : 0)
    { Of = dataset };

    /// <summary>The path of the rows in the artifact that <see cref="Produce"/> returns.</summary>
    public static string RowsOf(Artifact artifact) => artifact.PathOf(File);

    /// <summary>The rows with their controls, if they are in the store.</summary>
    public (Artifact Artifact, OutputFile Rows)? Find(InputFile rows) => context.Store.Find(RequestOf(rows)) is { } found
        ? (found, found.Outputs.Single(o => o.Name == File)) : null;

    /// <summary>The block artifacts that the rows were assembled from, and the rows' own, if this run assembled them.</summary>
    public IReadOnlyList<ContentHash> PartsOf(string dataset, InputFile rows) => [.. _parts.GetValueOrDefault(dataset, []), RequestOf(rows).Fingerprint];

    private StageRequest RequestOf(InputFile rows) => context.Resolve(RowsStage, new { rows, controls = Request });

    private void Write(IReadOnlyList<DatasetRow> block, ArtifactBuilder part, string? source, CancellationToken cancellation)
    {
        // Rows are numbered within the block, so that equal blocks of two datasets are one block.
        DatasetRow[] own = [.. block.Select((row, i) => new DatasetRow(i, row.Treatment, row.Control))];
        var answerer = new PromptAnswerer(model.Model, model.Tokenizer, model.Template);
        DatasetRows.Write(part.PathOf(File), ControlWriter.Complete(answerer, own, settings.Controls!.MaxNewTokens, source, cancellation: cancellation));
        model.Describe(part);
    }
}
