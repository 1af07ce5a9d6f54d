namespace Attribution.Data.Store;

/// <summary>What a <see cref="BlockComputation"/> has done.</summary>
/// <param name="Blocks">The blocks in the order of the rows, each with its artifacts in the order of the requests. Equal blocks share theirs.</param>
/// <param name="Progress">How many blocks there are, and of how many this process computed something.</param>
public sealed record BlockRun(IReadOnlyList<(Block Block, IReadOnlyList<Artifact> Artifacts)> Blocks, BlockProgress Progress)
{
    /// <summary>The artifacts of one request, a block's after the other.</summary>
    public IEnumerable<Artifact> Of(int request = 0) => Blocks.Select(block => block.Artifacts[request]);
}
