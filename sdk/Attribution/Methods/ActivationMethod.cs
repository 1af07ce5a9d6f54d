using Attribution.Contracts;
using Attribution.Models;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// The methods with one activation vector per conversation ("Scalable Gradient-Based Attribution of LLM Behaviors"): a vector of the treatment, of the control,
/// or their difference. Zin and Zout <c>[T, D]</c> are the streams entering and leaving the block, G is the gradient of the loss with respect to Zout, and zbar
/// is the mean of Zin over kept tokens.
/// </summary>
internal sealed class ActivationMethod : IAttributionMethod
{
    private readonly Func<BlockStreams, Tensor> _vector;

    // Who reads controls is stated in the contracts, where it is known without loading libtorch.
    private ActivationMethod(string name, MethodInputs inputs, Func<BlockStreams, Tensor> vector) => (Name, Inputs, _vector) = (name,
        inputs | (AttributionMethodNames.ReadingControls.Contains(name) ? MethodInputs.Control : 0), vector);

    public string Name { get; }

    public MethodInputs Inputs { get; }

    internal static IReadOnlyList<IAttributionMethod> All { get; } =
    [
        new ActivationMethod(AttributionMethodNames.ResidualTreatment, MethodInputs.Treatment, MeanOutput),
        new ActivationMethod(AttributionMethodNames.ResidualControl, 0, MeanOutput),
        new ActivationMethod(AttributionMethodNames.ResidualDiff, MethodInputs.Treatment, MeanOutput),
        new ActivationMethod(AttributionMethodNames.ResidualInputTreatment, MethodInputs.Treatment, s => s.MeanInput.alias()),
        new ActivationMethod(AttributionMethodNames.GradActTreatment, MethodInputs.Treatment | MethodInputs.Gradient, s => -s.MeanOverKept(s.Gradient)),
        new ActivationMethod(AttributionMethodNames.ResidualChangeTreatment, MethodInputs.Treatment | MethodInputs.Gradient, s =>
            Change(s, bias: false, masked: false)),
        new ActivationMethod(AttributionMethodNames.ResidualChange, MethodInputs.Treatment | MethodInputs.Gradient, s =>
            Change(s, bias: false, masked: false)),
        new ActivationMethod(AttributionMethodNames.ResidualChangeTreatmentWithBias, MethodInputs.Treatment | MethodInputs.Gradient, s =>
            Change(s, bias: true, masked: false)),
        new ActivationMethod(AttributionMethodNames.ResidualChangeTreatmentWithMaskCorrected, MethodInputs.Treatment | MethodInputs.Gradient, s =>
            Change(s, bias: false, masked: true)),
        new ActivationMethod(AttributionMethodNames.ResidualChangeTreatmentWithMask, MethodInputs.Treatment | MethodInputs.Gradient, s =>
            Change(s, bias: true, masked: true)),
        new ActivationMethod(AttributionMethodNames.ResidualChangeWithBiasAndMask, MethodInputs.Treatment | MethodInputs.Gradient, s =>
            Change(s, bias: true, masked: true)),
        new ActivationMethod(AttributionMethodNames.Rds, MethodInputs.Treatment | MethodInputs.LastBlock, PositionWeightedMean),
    ];

    public Tensor Compute(BlockStreams? treatment, BlockStreams? control) => (treatment, control) switch
    {
        ({ } t, { } c) => _vector(t) - _vector(c),
        ({ } t, null) => _vector(t),
        (null, { } c) => _vector(c),
        _ => throw new InvalidOperationException($"{Name} was given no conversation"),
    };

    // mean_keep(Zout)
    private static Tensor MeanOutput(BlockStreams streams) => streams.MeanOverKept(streams.Output);

    // sum_t t Zout[t] / sum_t t, with t from 1 over the whole conversation (arXiv 2503.01807).
    private static Tensor PositionWeightedMean(BlockStreams streams)
    {
        var tokens = (int)streams.Output.shape[0];
        float[] shares = [.. Enumerable.Range(1, tokens).Select(t => (float)(t / (tokens * (tokens + 1.0) / 2)))];
        var weights = tensor(shares, device: streams.Output.device); // [T]
        return weights.unsqueeze(0).mm(streams.Output).squeeze(0);
    }

    // -sum_s (<zbar, Zin[s]> + b) G[s]: the paper's mean_t(-z_t (z_t^T g)) with the mean over t taken first, so that it costs O(T D).
    private static Tensor Change(BlockStreams streams, bool bias, bool masked)
    {
        var weights = streams.Input.mv(streams.MeanInput); // [T]
        if (bias)
            weights = weights.Plus(1);
        if (masked)
            weights = weights * streams.Keep;
        return -weights.unsqueeze(0).mm(streams.Gradient).squeeze(0);
    }
}
