using Attribution.Contracts;
using Attribution.Methods.Projections;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// TRAK (arXiv 2303.14186): the gradient of the treatment's loss with respect to the model's matrices, under a random projection. The vector belongs to the
/// whole model and can be compared only with vectors under the same projection.
/// </summary>
internal sealed class TrakMethod : IAttributionMethod
{
    public string Name => ProjectedName;

    public MethodInputs Inputs => MethodInputs.Treatment | MethodInputs.WeightGradient;

    /// <summary>The method's name.</summary>
    internal const string ProjectedName = AttributionMethodNames.Trak;

    public Tensor Compute(BlockStreams? treatment, BlockStreams? control) => treatment!.WeightGradient.alias();
}
