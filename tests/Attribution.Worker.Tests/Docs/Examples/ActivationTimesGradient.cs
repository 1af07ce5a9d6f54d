using Attribution.Methods;
using static TorchSharp.torch;

namespace MyExperiment;

/// <summary>The stream times its gradient, component by component, over the answer's tokens.</summary>
public sealed class ActivationTimesGradient : IAttributionMethod
{
    public string Name => "activation_times_gradient";

    // The gradient costs the rest of the forward pass and a backward pass; a method that does not name it never causes them.
    public MethodInputs Inputs => MethodInputs.Treatment | MethodInputs.Gradient;

    public Tensor Compute(BlockStreams? treatment, BlockStreams? control) =>
        -treatment!.MeanOverKept(treatment.Output * treatment.Gradient); // float32 [D]
}
