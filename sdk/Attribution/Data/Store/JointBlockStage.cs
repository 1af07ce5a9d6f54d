namespace Attribution.Data.Store;

/// <summary>
/// Runs several stages over the same blocks where computing some of them together costs little more than one, such as the vectors of several
/// methods out of one pass over a model. Each (block, stage) is an artifact of its own; of a block, only what is missing is computed, all at once.
/// </summary>
/// <remarks>As with <see cref="BlockStage"/>, any number of processes may share the work, and a killed one loses the block it was computing.</remarks>
/// <param name="store">Where blocks are kept.</param>
/// <param name="requests">What is computed, without the rows.</param>
public sealed class JointBlockStage(ArtifactStore store, IReadOnlyList<StageRequest> requests)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Computes one block: given the stages that are missing, as places in the list of requests, returns what writes the files of each.</summary>
    public delegate Action<int, ArtifactBuilder> Producer(Block block, IReadOnlyList<int> missing);

    /// <summary>Computes what is missing and returns all.</summary>
    /// <param name="plan">The blocks, such as <see cref="BlockPlan.Cut"/> makes them.</param>
    /// <param name="produce">Computes one block. Rows that it numbers, it numbers within the block.</param>
    /// <param name="progress">Told after each block that this process or another has finished; a block ran if any of its stages did.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <exception cref="Diagnostics.AttributionException">As <see cref="ArtifactStore.GetOrCreate"/>. Finished blocks stay.</exception>
    public JointBlockRun Run(IEnumerable<Block> plan, Producer produce, Action<BlockProgress>? progress = null, CancellationToken cancellation = default)
    {
        var blocks = plan.ToArray();
        var copies = blocks.CountBy(b => b.Hash).ToDictionary();
        var state = new BlockProgress(0, 0, blocks.Length);
        var done = new Dictionary<ContentHash, Artifact?[]>();
        var ran = new HashSet<ContentHash>();
        var open = blocks.DistinctBy(b => b.Hash).ToList();
        while (open.Count > 0)
        {
            var before = open.Count;
            open.RemoveAll(block =>
            {
                cancellation.ThrowIfCancellationRequested();
                if (!done.TryGetValue(block.Hash, out var artifacts))
                    done.Add(block.Hash, artifacts = new Artifact?[requests.Count]);
                Take(block, artifacts, produce, cancellation);
                if (artifacts.Any(a => a is { Produced: true }))
                    ran.Add(block.Hash);
                if (artifacts.Contains(null))
                    return false;
                state = state with { Finished = state.Finished + copies[block.Hash], Ran = ran.Count };
                progress?.Invoke(state);
                return true;
            });
            // Others compute what is left. Should one of them die, its lock is free and the block is taken over here.
            if (open.Count == before)
                cancellation.WaitHandle.WaitOne(Pause);
        }
        return new JointBlockRun([.. blocks.Select(b => (b, (IReadOnlyList<Artifact>)done[b.Hash]!))], state);
    }

    private void Take(Block block, Artifact?[] artifacts, Producer produce, CancellationToken cancellation)
    {
        for (var i = 0; i < requests.Count; i++)
            artifacts[i] ??= store.TryGet(requests[i].ForBlock(block));
        // In an order that all processes have, so that of two that want the same block the one that comes first gets all of it.
        var missing = Enumerable.Range(0, requests.Count).Where(i => artifacts[i] is null).OrderBy(i => requests[i].Fingerprint).ToArray();
        if (missing.Length > 0)
            TakeFrom(0, []);

        // Takes the lock of one missing stage after the other and computes under all the locks it got. If another process holds the first, it is at work
        // on the block and is left to it; a later one is skipped. Nobody waits while holding a lock, so there is no deadlock.
        Action<int, ArtifactBuilder> TakeFrom(int next, IReadOnlyList<int> mine)
        {
            if (next == missing.Length)
                return mine.Count == 0 ? static (_, _) => { } : produce(block, mine);
            var stage = missing[next];
            Action<int, ArtifactBuilder>? write = null;
            artifacts[stage] = store.GetOrCreateUnlessHeld(requests[stage].ForBlock(block), builder =>
            {
                write = TakeFrom(next + 1, [.. mine, stage]);
                write(stage, builder);
            }, cancellation);
            if (write is null && next == 0 && artifacts[stage] is null)
                return static (_, _) => { };
            return write ?? TakeFrom(next + 1, mine);
        }
    }
}
