using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// Computes the vector of one example at one block of the model. Implement it in an experiment's own C# file to use the method by its name like a built-in one;
/// the class needs a parameterless constructor.
/// </summary>
public interface IAttributionMethod
{
    /// <summary>The method's name: lower case, digits and underscores.</summary>
    string Name { get; }

    /// <summary>The inputs that the method reads. Inputs that no method reads are not computed.</summary>
    MethodInputs Inputs { get; }

    /// <summary>The vector of one example, float32 <c>[D]</c>; for projected weight gradients, <c>[dimension]</c> of the projection.</summary>
    /// <param name="treatment">The streams of the conversation that shows the behaviour; null unless <see cref="Inputs"/> includes it.</param>
    /// <param name="control">The streams of the conversation that does not; null unless <see cref="Inputs"/> includes it.</param>
    Tensor Compute(BlockStreams? treatment, BlockStreams? control);
}

/// <summary>The inputs that a method reads.</summary>
[Flags]
public enum MethodInputs
{
    /// <summary>The treatment's streams. Cost: a forward pass of the treatment up to the block.</summary>
    Treatment = 1,

    /// <summary>The control's streams. Cost: a forward pass of the control up to the block.</summary>
    Control = 2,

    /// <summary>The gradients of the losses. Cost: for each conversation, the rest of the forward pass and a backward pass.</summary>
    Gradient = 4,

    /// <summary>
    /// The projected gradients of the losses with respect to the model's matrices. Cost: a whole forward and backward pass of each conversation. The method has
    /// one vector for the whole model, <see cref="VectorKey.WholeModel"/>, and reads no block's streams.
    /// </summary>
    WeightGradient = 8,

    /// <summary>
    /// The streams of the model's last block, whatever layer is asked for. The method has one vector for the whole model, <see cref="VectorKey.WholeModel"/>.
    /// </summary>
    LastBlock = 16,
}

/// <summary>Properties that follow from a method's inputs.</summary>
public static class AttributionMethodExtensions
{
    /// <summary>Whether the method has one vector for the whole model, <see cref="VectorKey.WholeModel"/>, instead of one per block.</summary>
    public static bool IsOfWholeModel(this IAttributionMethod method) => (method.Inputs & (MethodInputs.WeightGradient | MethodInputs.LastBlock)) != 0;

    /// <summary>Whether the method's vectors are projections, which can only be compared under the same projection.</summary>
    public static bool IsProjected(this IAttributionMethod method) => method.Inputs.HasFlag(MethodInputs.WeightGradient);

    /// <summary>The block whose streams the method reads; <see cref="VectorKey.WholeModel"/> if it reads weight gradients instead.</summary>
    internal static int BlockOf(this IAttributionMethod method, int layer, int blockCount) => method.Inputs.HasFlag(MethodInputs.LastBlock)
        ? blockCount - 1 : layer;
}
