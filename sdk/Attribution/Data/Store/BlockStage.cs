namespace Attribution.Data.Store;

/// <summary>
/// Runs a stage block by block. Any number of processes may run the same stage at once: each takes a block that is neither in the store nor in another's
/// hands, and in the end all of them have all blocks. A killed process loses the block it was computing.
/// </summary>
/// <param name="store">Where blocks are kept.</param>
/// <param name="request">What is computed, without the rows.</param>
public sealed class BlockStage(ArtifactStore store, StageRequest request)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The blocks that would have to be computed now, as far as names and sizes tell. Changes nothing.</summary>
    /// <param name="plan">The blocks.</param>
    public IEnumerable<Block> Missing(IEnumerable<Block> plan) => plan.DistinctBy(b => b.Hash).Where(b => !store.Contains(request.ForBlock(b)));

    /// <summary>Computes the blocks that are missing and returns all.</summary>
    /// <param name="plan">The blocks, such as <see cref="BlockPlan.Cut"/> makes them.</param>
    /// <param name="produce">Computes one block: writes its files to the builder's folder. Rows that it numbers, it numbers within the block.</param>
    /// <param name="progress">Told after each block that this process or another has finished.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <exception cref="Diagnostics.AttributionException">As <see cref="ArtifactStore.GetOrCreate"/>. Finished blocks stay.</exception>
    public BlockRun Run(IEnumerable<Block> plan, Action<Block, ArtifactBuilder> produce, Action<BlockProgress>? progress = null, CancellationToken cancellation = default)
    {
        var blocks = plan.ToArray();
        var done = new Dictionary<ContentHash, Artifact>();
        var copies = blocks.CountBy(b => b.Hash).ToDictionary();
        var state = new BlockProgress(0, 0, blocks.Length);

        void Finish(Block block, Artifact artifact)
        {
            done[block.Hash] = artifact;
            state = state with { Finished = state.Finished + copies[block.Hash], Ran = state.Ran + (artifact.Produced ? 1 : 0) };
            progress?.Invoke(state);
        }

        var held = new List<Block>();
        foreach (var block in blocks.DistinctBy(b => b.Hash))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Take(block, produce, cancellation) is { } artifact)
                Finish(block, artifact);
            else
                held.Add(block);
        }
        while (held.Count > 0)
        {
            // Others compute these. Should one of them die, its lock is free and the block is taken over here.
            var before = held.Count;
            held.RemoveAll(block =>
            {
                cancellation.ThrowIfCancellationRequested();
                if (Take(block, produce, cancellation) is not { } artifact)
                    return false;
                Finish(block, artifact);
                return true;
            });
            if (held.Count == before)
                cancellation.WaitHandle.WaitOne(Pause);
        }
        return new BlockRun([.. blocks.Select(b => (b, done[b.Hash]))], state);
    }

    private Artifact? Take(Block block, Action<Block, ArtifactBuilder> produce, CancellationToken cancellation)
    {
        var wanted = request.ForBlock(block);
        return store.TryGet(wanted) ?? store.GetOrCreateUnlessHeld(wanted, builder => produce(block, builder), cancellation);
    }
}
