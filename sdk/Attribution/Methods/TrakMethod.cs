using Attribution.Contracts;
using Attribution.Methods.Projections;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// TRAK (arXiv 2303.14186): the gradient of the treatment's loss with respect to the model's matrices, projected at random. Its vector is one of the
/// whole model, and compares only with vectors of the same projection.
/// </summary>
internal sealed class TrakMethod : IAttributionMethod
{
    public string Name => ProjectedName;

    public MethodInputs Inputs => MethodInputs.Treatment | MethodInputs.WeightGradient;

    /// <summary>The name it goes by.</summary>
    internal const string ProjectedName = AttributionMethodNames.Trak;

    public Tensor Compute(BlockStreams? treatment, BlockStreams? control) => treatment!.WeightGradient.alias();
}
