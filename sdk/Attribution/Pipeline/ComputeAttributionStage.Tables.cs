using System.Globalization;
using Attribution.Data.Store;
using Attribution.Methods;

namespace Attribution.Pipeline;

// The tables that are put together from blocks, and a look at some of those blocks.
internal sealed partial class ComputeAttributionStage
{
    /// <summary>
    /// Computes a sample of the blocks that are in the store anew, and says how far the vectors are from those there. Changes nothing there.
    /// </summary>
    /// <param name="share">The share of each dataset's blocks, at least one.</param>
    /// <param name="seed">Which ones.</param>
    /// <param name="cancellation">Stops between rows.</param>
    /// <returns>A line for each block, method and layer, as they come.</returns>
    public IEnumerable<SampledBlock> Sample(double share, long seed, CancellationToken cancellation)
    {
        foreach (var group in TablesOf(Plan().DistinctBy(job => job.Request.Fingerprint)))
        {
            var rows = RowsOf(group.Key.Dataset).Path;
            if (group.Key.WithControls)
            {
                if (_controls.Find(RowsOf(group.Key.Dataset)) is not { } written)
                    continue;
                rows = ControlJobs.RowsOf(written.Artifact);
            }
            var table = TableOf(group.Key.Dataset, group.Key.WithControls, [.. group], rows);
            var requests = Array.ConvertAll(table.Keys, key => Request(BlockName, key.Method, key.Layer, rows: null));
            // In an order that the seed decides, and of blocks that are equal one.
            var there = table.Plan.DistinctBy(block => block.Hash).Select(block => (Block: block,
                Artifacts: Array.ConvertAll(requests, request => Context.Store.Find(request.ForBlock(block))))).Where(b => !b.Artifacts.Contains(null))
                .OrderBy(b => ContentHash.Of(string.Create(CultureInfo.InvariantCulture, $"{seed} {b.Block.Hash}"))).ToArray();
            // Reading rows is fast only in their order.
            foreach (var (block, artifacts) in there.Take((int)Math.Ceiling(share * there.Length)).OrderBy(b => b.Block.FirstRow))
            {
                var vectors = Vectors(table, block, [.. Enumerable.Range(0, table.Keys.Length)], cancellation);
                foreach (var (i, key) in table.Keys.Index())
                    yield return new SampledBlock(group.Key.Dataset, key.Method, key.Layer, block.Rows, artifacts[i]!.ReadManifest().Device,
                        VectorDifference.Of(vectors[key], VectorBlockFile.Read(artifacts[i]!), block.Rows))
                    { Fingerprint = artifacts[i]!.Fingerprint };
            }
        }
    }

    private IEnumerable<IGrouping<(string Dataset, bool WithControls), StageJob>> TablesOf(IEnumerable<StageJob> jobs) => jobs.Where(IsOfRows)
        .GroupBy(job => (Dataset: job.Key.Dataset!, WithControls: _withControls.Contains(job.Request.Fingerprint)));

    /// <summary>The jobs of a dataset that read the same rows, once those have their controls.</summary>
    private Table TableOf(string dataset, bool withControls, StageJob[] jobs, CancellationToken cancellation) => TableOf(dataset, withControls, jobs,
        withControls ? ControlJobs.RowsOf(_controls.Produce(dataset, RowsOf(dataset), jobs[0].Source, cancellation)) : RowsOf(dataset).Path);

    private Table TableOf(string dataset, bool withControls, StageJob[] jobs, string path)
    {
        var rows = new BlockRows(path);
        var keys = Array.ConvertAll(jobs, job => new VectorKey(job.Key.Method!, LayerOf(job)));
        var blocks = new BlockComputation(Context.Store, [.. keys.Select(key => Request(BlockName, key.Method, key.Layer, rows: null))]);
        var plan = rows.Plan();
        var progress = new StageProgress(Context);
        return new Table(dataset, withControls, jobs, rows, keys, blocks, plan, block => Context.Reporter.Progress(() =>
            $"{dataset}: {progress.Tell(block.Finished, block.Total, "block", plan.Take(block.Finished).Sum(b => (long)b.Rows))}"));
    }

    /// <summary>The jobs of one dataset, and the blocks of rows that they are put together from.</summary>
    private sealed record Table(
        string Dataset, bool WithControls, StageJob[] Jobs, BlockRows Rows, VectorKey[] Keys, BlockComputation Blocks, IReadOnlyList<Block> Plan,
        Action<BlockProgress> Tell);
}
