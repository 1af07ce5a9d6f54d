using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>What ablations do to the target: M ablations, N target tokens.</summary>
public sealed class AblatedOutputs
{
    /// <summary>Runs the ablations of a task.</summary>
    public static AblatedOutputs Compute(Transformer model, AttributionTask task, AblationMasks masks, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>M.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>log P of a range of the target under an ablation: the sum of its tokens' log p.</summary>
    public double LogProbability(int mask, TokenRange range) => throw new NotImplementedException();

    /// <summary><c>log P - log(1 - P)</c> of a range of the target under an ablation.</summary>
    public double Logit(int mask, TokenRange range) => throw new NotImplementedException();
}
