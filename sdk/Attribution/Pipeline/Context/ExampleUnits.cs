using Attribution.Contracts.ContextAttribution;
using Attribution.Data.Store;

namespace Attribution.Pipeline.Context;

/// <summary>The examples of one dataset as units of work. Several processes may compute them; one of these takes the results.</summary>
/// <param name="context">The stage's context.</param>
/// <param name="dataset">The dataset.</param>
/// <param name="prepared">Its examples.</param>
/// <param name="blocks">The computation, with one block for each example.</param>
/// <param name="produce">Computes an example.</param>
internal sealed class ExampleUnits(StageContext context, ContextDatasetSettings dataset, PreparedExamples prepared, BlockComputation blocks,
    BlockComputation.Producer produce)
{
    private readonly IReadOnlyList<Block> _plan = ExampleBlocks.Plan(prepared.Examples.Select(example => example.Hash));

    /// <summary>The examples.</summary>
    public PreparedExamples Prepared => prepared;

    /// <summary>Computes the examples that no other process has.</summary>
    public void Help(CancellationToken cancellation) => blocks.Help(_plan, produce, Tell, cancellation);

    /// <summary>Computes the missing examples, waits for those of other processes, and returns all.</summary>
    public BlockRun Run(CancellationToken cancellation) => blocks.Run(_plan, produce, Tell, cancellation);

    private void Tell(BlockProgress progress) => context.Reporter.Progress(() => $"{dataset.Name}: {progress.Finished} of {progress.Total} examples");
}
