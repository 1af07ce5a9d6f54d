using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Methods.Projections;

namespace Attribution.Pipeline;

// The blocks of rows that tables of vectors are put together from, and who computes them.
internal sealed partial class ComputeAttributionStage
{
    // Computes what is free, of every kind. A helper stays while there is something that must be there first and that another process is at: a warm-up, or
    // generated controls.
    private Dictionary<(string, bool), int> Help(IReadOnlyList<StageJob> missing, Dictionary<(string, bool), Table> tables, CancellationToken cancellation)
    {
        var ran = new Dictionary<(string, bool), int>();
        var groups = missing.Where(job => IsOfRows(job))
            .GroupBy(job => (Dataset: job.Key.Dataset!, WithControls: _withControls.Contains(job.Request.Fingerprint))).ToArray();
        while (true)
        {
            var waits = false;
            if (!Context.IsHead && (Context.IsHelper || Context.Helpers is not null))
            {
                _personas.Help(missing.Where(job => PersonaJobs.Makes(job.Key.Method!)), cancellation);
                _scores.Help(missing.Where(ScoreJobs.Makes), RowsOf, cancellation);
                waits = !_less.Help(missing.Where(LessJobs.Makes), RowsOf, cancellation);
            }
            foreach (var group in groups.Where(group => !tables.ContainsKey(group.Key)))
                if (TableOf(group.Key.Dataset, group.Key.WithControls, [.. group], cancellation) is { } table)
                {
                    tables.Add(group.Key, table);
                    // First what is free of every table, then what other processes are still at work on.
                    ran[group.Key] = Context.IsHead ? 0
                        : table.Blocks.Help(table.Plan, (block, wanted) => Compute(table, block, wanted, cancellation), table.Tell, cancellation);
                }
            waits |= tables.Count < groups.Length;
            if (!waits || !Context.IsHelper || Context.Store.Units?.MayWait == false)
                return ran;
            cancellation.WaitHandle.WaitOne(BlockComputation.Pause);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Counts the blocks that are missing before others begin with them.</summary>
    public override void BeforeHelpers(IReadOnlyList<StageJob> missing)
    {
        foreach (var group in missing.Where(job => IsOfRows(job) && !_withControls.Contains(job.Request.Fingerprint)).GroupBy(job => job.Key.Dataset!))
            _prepared[group.Key] = TableOf(group.Key, withControls: false, [.. group], Context.Cancellation)!;
    }

    /// <summary>The jobs of a dataset that read the same rows; null where those rows lack controls that another process is writing.</summary>
    private Table? TableOf(string dataset, bool withControls, StageJob[] jobs, CancellationToken cancellation)
    {
        if (!withControls && _prepared.Remove(dataset, out var prepared))
            return prepared;
        var path = RowsOf(dataset).Path;
        if (withControls)
        {
            if (_controls.Produce(dataset, RowsOf(dataset), jobs[0].Source, cancellation) is not { } written)
                return null;
            path = ControlJobs.RowsOf(written);
        }
        var rows = new BlockRows(path);
        var keys = Array.ConvertAll(jobs, job => new VectorKey(job.Key.Method!, LayerOf(job)));
        var blocks = new BlockComputation(Context.Store, [.. keys.Select(key => Request(BlockName, key.Method, key.Layer, rows: null))]);
        var plan = rows.Plan();
        var progress = new StageProgress(Context);
        return new Table(dataset, withControls, jobs, rows, keys, blocks, plan, blocks.Missing(plan).Count(),
            block => Context.Reporter.Progress(() =>
                $"{dataset}: {progress.Tell(block.Finished, block.Total, "block", plan.Take(block.Finished).Sum(b => (long)b.Rows))}"));
    }

    private Action<int, ArtifactBuilder> Compute(Table table, Block block, IReadOnlyList<int> wanted, CancellationToken cancellation)
    {
        // The control comes along even where no method reads it: batches are cut by both lengths, so that a block's bytes do not depend on what else is asked
        // of it.
        TokenizedRow[] tokenized = [.. table.Rows.Get(block).Select(row => _model.Encoder.Encode(row, table.Jobs[0].Source!))];
        _computer ??= new VectorComputer(_model.Model.Transformer, _methods, Settings.Execution?.TokenBudget);
        var vectors = _computer.Compute(tokenized, [.. wanted.Select(i => table.Keys[i])], cancellation: cancellation);
        return (i, builder) =>
        {
            _model.Describe(builder);
            VectorBlockFile.Write(builder, vectors[table.Keys[i]]);
        };
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

    /// <summary>The jobs of one dataset, and the blocks of rows that they are put together from.</summary>
    private sealed record Table(
        string Dataset, bool WithControls, StageJob[] Jobs, BlockRows Rows, VectorKey[] Keys, BlockComputation Blocks, IReadOnlyList<Block> Plan, int Missing,
        Action<BlockProgress> Tell);
}
