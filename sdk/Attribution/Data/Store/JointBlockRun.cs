namespace Attribution.Data.Store;

/// <summary>What a <see cref="JointBlockStage"/> has done.</summary>
/// <param name="Blocks">The blocks in the order of the rows, each with the artifacts of its stages in the order of the requests. Equal blocks share theirs.</param>
/// <param name="Progress">How many blocks there are, and of how many this process computed something.</param>
public sealed record JointBlockRun(IReadOnlyList<(Block Block, IReadOnlyList<Artifact> Artifacts)> Blocks, BlockProgress Progress);
