namespace Attribution.Data.Store;

/// <summary>
/// Computes results block by block. Any number of processes may compute the same at the same time: each takes a block that is neither in the store nor being
/// computed by another process, and in the end all of them have all blocks. A killed process loses only the block that it was computing.
/// </summary>
/// <remarks>
/// Several results of a block, for example the vectors of several methods from one pass over a model, can be requested together if computing some of them costs
/// little more than one. Each (block, request) is an artifact of its own. What is missing of a block is computed in one go, and nothing else.
/// </remarks>
/// <param name="store">The store of the blocks.</param>
/// <param name="requests">The requests without the rows.</param>
internal sealed class BlockComputation(ArtifactStore store, params IReadOnlyList<StageRequest> requests)
{
    /// <summary>The time between checks for blocks that other processes compute.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // The blocks that were computed since the last Run returned, by this process or by others that help it.
    private readonly HashSet<ContentHash> _ran = [];

    /// <summary>Computes one block. It gets the missing requests of the block, as indices, and returns a function that writes the files of each.</summary>
    public delegate Action<int, ArtifactBuilder> Producer(Block block, IReadOnlyList<int> missing);

    /// <summary>The blocks of which something is missing, as far as names and sizes tell. Changes nothing.</summary>
    /// <param name="plan">The blocks.</param>
    public IEnumerable<Block> Missing(IEnumerable<Block> plan) =>
        plan.DistinctBy(b => b.Hash).Where(b => requests.Any(request => !store.Contains(request.ForBlock(b))));

    /// <summary>Computes the missing blocks of a single request and returns all.</summary>
    /// <param name="plan">The blocks, for example from <see cref="BlockPlan.Cut"/>.</param>
    /// <param name="produce">Computes one block by writing its files to the builder's folder. Row numbers in them must count within the block.</param>
    /// <param name="progress">Called after each block that this or another process has finished.</param>
    /// <param name="cancellation">Checked between blocks.</param>
    /// <exception cref="Diagnostics.AttributionException">See <see cref="ArtifactStore.GetOrCreate"/>. Finished blocks are kept.</exception>
    public BlockRun Run(IEnumerable<Block> plan, Action<Block, ArtifactBuilder> produce, Action<BlockProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Run(plan, (block, _) => (_, builder) => produce(block, builder), progress, cancellation);

    /// <summary>
    /// Computes the missing blocks that no other process holds, and returns when there are none left; other processes may then still be computing.
    /// </summary>
    /// <param name="plan">The blocks, for example from <see cref="BlockPlan.Cut"/>.</param>
    /// <param name="produce">Computes one block. Row numbers must count within the block.</param>
    /// <param name="progress">Called after each finished block.</param>
    /// <param name="cancellation">Checked between blocks.</param>
    /// <returns>The number of blocks computed.</returns>
    /// <exception cref="Diagnostics.AttributionException">See <see cref="ArtifactStore.GetOrCreate"/>. Finished blocks are kept.</exception>
    public int Help(IEnumerable<Block> plan, Producer produce, Action<BlockProgress>? progress = null, CancellationToken cancellation = default)
    {
        var blocks = plan.DistinctBy(b => b.Hash).ToArray();
        var there = 0;
        foreach (var block in blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            // Every process comes by every block, so this must cost nothing: whoever takes the results reads and checks them.
            if (requests.All(request => store.IsThere(request.ForBlock(block))))
            {
                progress?.Invoke(new BlockProgress(++there, _ran.Count, blocks.Length));
                continue;
            }
            var artifacts = new Artifact?[requests.Count];
            var taken = store.Units.Try(UnitOf(block), () => Take(block, artifacts, produce, cancellation));
            if (artifacts.Any(IsOfThisRun))
                _ran.Add(block.Hash);
            if (taken && !artifacts.Contains(null))
                progress?.Invoke(new BlockProgress(++there, _ran.Count, blocks.Length));
        }
        return _ran.Count;
    }

    /// <summary>Computes the missing blocks and returns all.</summary>
    /// <param name="plan">The blocks, for example from <see cref="BlockPlan.Cut"/>.</param>
    /// <param name="produce">Computes one block. Row numbers must count within the block.</param>
    /// <param name="progress">Called after each block that this or another process has finished. A block counts as run if any part of it was computed, here or
    /// by a process that helps, since the last such call returned: what <see cref="Help"/> computed counts too.</param>
    /// <param name="cancellation">Checked between blocks.</param>
    /// <exception cref="Diagnostics.AttributionException">See <see cref="ArtifactStore.GetOrCreate"/>. Finished blocks are kept.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the process may not wait any more (<see cref="IUnitLog.MayWait"/>).</exception>
    public BlockRun Run(IEnumerable<Block> plan, Producer produce, Action<BlockProgress>? progress = null, CancellationToken cancellation = default)
    {
        var blocks = plan.ToArray();
        var copies = blocks.CountBy(b => b.Hash).ToDictionary();
        var state = new BlockProgress(0, 0, blocks.Length);
        var done = new Dictionary<ContentHash, Artifact?[]>();
        var open = blocks.DistinctBy(b => b.Hash).ToList();
        while (open.Count > 0)
        {
            var before = open.Count;
            open.RemoveAll(block =>
            {
                cancellation.ThrowIfCancellationRequested();
                if (store.Units is { MayWait: false })
                    throw new OperationCanceledException("This process takes no more units.");
                if (!done.TryGetValue(block.Hash, out var artifacts))
                    done.Add(block.Hash, artifacts = new Artifact?[requests.Count]);
                Take(block, artifacts, produce, cancellation);
                store.Units?.Left(UnitOf(block));
                if (artifacts.Any(IsOfThisRun))
                    _ran.Add(block.Hash);
                if (artifacts.Contains(null))
                    return false;
                state = state with { Finished = state.Finished + copies[block.Hash], Ran = _ran.Count };
                progress?.Invoke(state);
                return true;
            });
            // Other processes compute what is left. If one of them dies, its lock becomes free and this process takes the block over.
            if (open.Count == before)
                cancellation.WaitHandle.WaitOne(Pause);
        }
        _ran.Clear();
        return new BlockRun([.. blocks.Select(b => (b, (IReadOnlyList<Artifact>)done[b.Hash]!))], state);
    }

    private bool IsOfThisRun(Artifact? artifact) => artifact is not null
        && (artifact.Produced || (store.SharedSince is { } since && artifact.ReadManifest().Created >= since));

    private string UnitOf(Block block) => $"{requests[0].Stage}/{block.Hash}";

    private void Take(Block block, Artifact?[] artifacts, Producer produce, CancellationToken cancellation)
    {
        for (var i = 0; i < requests.Count; i++)
            artifacts[i] ??= store.TryGet(requests[i].ForBlock(block));
        // In the same order in all processes, so that of two that want the same block, the first gets all of it.
        var missing = Enumerable.Range(0, requests.Count).Where(i => artifacts[i] is null).OrderBy(i => requests[i].Fingerprint).ToArray();
        if (missing.Length > 0)
            TakeFrom(0, []);

        // Takes the lock of one missing result after the other and computes under all the locks it got. If another process holds the first lock, it is
        // computing the block, which is left to it; later locks that are held are skipped. Nobody waits while holding a lock, so there is no deadlock.
        Action<int, ArtifactBuilder> TakeFrom(int next, IReadOnlyList<int> mine)
        {
            if (next == missing.Length)
            {
                if (mine.Count == 0)
                    return static (_, _) => { };
                store.Units?.Began(UnitOf(block), block.Rows);
                return produce(block, mine);
            }
            var request = missing[next];
            Action<int, ArtifactBuilder>? write = null;
            artifacts[request] = store.GetOrCreateUnlessHeld(requests[request].ForBlock(block), builder =>
            {
                write = TakeFrom(next + 1, [.. mine, request]);
                write(request, builder);
            }, cancellation);
            if (write is null && next == 0 && artifacts[request] is null)
                return static (_, _) => { };
            return write ?? TakeFrom(next + 1, mine);
        }
    }
}
