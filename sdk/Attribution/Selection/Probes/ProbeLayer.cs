using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Selection.Probes;

/// <summary>A linear layer: <c>W x + b</c>.</summary>
/// <param name="Inputs">How long x is.</param>
/// <param name="Outputs">How many units there are.</param>
/// <param name="Weights">W, <c>[outputs, inputs]</c>.</param>
/// <param name="Bias">b, <c>[outputs]</c>.</param>
public sealed record ProbeLayer(int Inputs, int Outputs, float[] Weights, float[] Bias)
{
    internal Tensor WeightTensor() => tensor(Weights, [Outputs, Inputs]);

    internal Tensor BiasTensor() => tensor(Bias);
}
