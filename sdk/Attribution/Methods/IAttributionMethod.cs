using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// How one example becomes a vector at one block of the model. Implement it in an experiment's own C# file to name it there like a
/// built-in one; it needs a constructor without parameters.
/// </summary>
public interface IAttributionMethod
{
    /// <summary>The name to use it by: lower case, digits and underscores.</summary>
    string Name { get; }

    /// <summary>What it reads of an example. What no method reads is not computed.</summary>
    MethodInputs Inputs { get; }

    /// <summary>The vector of one example, float32 <c>[D]</c>; of projected weight gradients as many numbers as the projection has.</summary>
    /// <param name="treatment">The streams of the conversation that shows the behaviour; null unless <see cref="Inputs"/> asks for it.</param>
    /// <param name="control">The same of the conversation that does not; null unless <see cref="Inputs"/> asks for it.</param>
    Tensor Compute(BlockStreams? treatment, BlockStreams? control);
}

/// <summary>What a method reads of an example.</summary>
[Flags]
public enum MethodInputs
{
    /// <summary>The streams of the treatment: a forward pass of it up to the block.</summary>
    Treatment = 1,

    /// <summary>The streams of the control: a forward pass of it up to the block.</summary>
    Control = 2,

    /// <summary>The gradients of the losses: for each conversation read, the rest of the forward pass and a backward pass.</summary>
    Gradient = 4,

    /// <summary>
    /// The projected gradients of the losses with respect to the model's matrices: a whole forward and backward pass of each conversation read. A
    /// method that reads these has one vector of the whole model, <see cref="VectorKey.WholeModel"/>, and reads no block's streams.
    /// </summary>
    WeightGradient = 8,

    /// <summary>
    /// The streams are those of the model's last block, whichever block is asked for. A method that reads these has one vector of the whole model,
    /// <see cref="VectorKey.WholeModel"/>.
    /// </summary>
    LastBlock = 16,
}

/// <summary>What follows from what a method reads.</summary>
public static class AttributionMethodExtensions
{
    /// <summary>Whether its vector is one of the whole model, <see cref="VectorKey.WholeModel"/>, and not one of a block.</summary>
    public static bool IsOfWholeModel(this IAttributionMethod method) => (method.Inputs & (MethodInputs.WeightGradient | MethodInputs.LastBlock)) != 0;

    /// <summary>Whether its vector is a projection, which only vectors of the same projection compare with.</summary>
    public static bool IsProjected(this IAttributionMethod method) => method.Inputs.HasFlag(MethodInputs.WeightGradient);

    /// <summary>The block whose streams it reads; <see cref="VectorKey.WholeModel"/> where it reads gradients of weights instead.</summary>
    internal static int BlockOf(this IAttributionMethod method, int layer, int blockCount) => method.Inputs.HasFlag(MethodInputs.LastBlock)
        ? blockCount - 1 : layer;
}
