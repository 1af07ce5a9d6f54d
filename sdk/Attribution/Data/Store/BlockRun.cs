namespace Attribution.Data.Store;

/// <summary>What a <see cref="BlockStage"/> has done.</summary>
/// <param name="Artifacts">The blocks with their artifacts, in the order of the rows. Equal blocks share one.</param>
/// <param name="Progress">How many there are, and how many this process computed.</param>
public sealed record BlockRun(IReadOnlyList<(Block Block, Artifact Artifact)> Artifacts, BlockProgress Progress);
