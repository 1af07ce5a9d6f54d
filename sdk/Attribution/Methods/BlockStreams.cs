using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>The residual streams and gradients of one conversation at one block: T tokens, D hidden; float32 on the model's device.</summary>
public sealed class BlockStreams
{
    private readonly Tensor _keep; // float32 [T], 1 on kept tokens
    private readonly Tensor? _input, _output, _gradient, _weightGradient;
    private readonly int _kept;
    private Tensor? _meanInput;

    internal BlockStreams(Tensor input, Tensor output, Tensor? gradient, bool[] keep) : this(keep, input.device) =>
        (_input, _output, _gradient) = (input, output, gradient);

    internal BlockStreams(Tensor weightGradient, bool[] keep) : this(keep, weightGradient.device) => _weightGradient = weightGradient;

    private BlockStreams(bool[] keep, Device device)
    {
        _kept = keep.Count(k => k);
        _keep = tensor(keep.Select(k => k ? 1f : 0f).ToArray(), device: device);
    }

    /// <summary>The residual stream entering the block, Zin <c>[T, D]</c>.</summary>
    /// <exception cref="InvalidOperationException">The method reads <see cref="MethodInputs.WeightGradient"/>, which belongs to no single block.</exception>
    public Tensor Input => _input ?? throw OfWholeModel();

    /// <summary>The residual stream leaving the block, Zout <c>[T, D]</c>.</summary>
    /// <exception cref="InvalidOperationException">The method reads <see cref="MethodInputs.WeightGradient"/>, which belongs to no single block.</exception>
    public Tensor Output => _output ?? throw OfWholeModel();

    /// <summary>The gradient of the conversation's loss with respect to <see cref="Output"/>, G <c>[T, D]</c>.</summary>
    /// <exception cref="InvalidOperationException">The method's inputs do not include <see cref="MethodInputs.Gradient"/>.</exception>
    public Tensor Gradient => _gradient ?? throw new InvalidOperationException("a method that reads gradients must say so in its Inputs");

    /// <summary>The projected gradient of the conversation's loss with respect to the model's matrices, float32 <c>[dimension]</c>.</summary>
    /// <exception cref="InvalidOperationException">The method's inputs do not include <see cref="MethodInputs.WeightGradient"/>.</exception>
    public Tensor WeightGradient => _weightGradient ?? throw new InvalidOperationException("a method that reads gradients of "
        + "weights must say so in its Inputs");

    /// <summary>1 on the tokens of the last assistant turn and 0 elsewhere, float32 <c>[T]</c>.</summary>
    public Tensor Keep => _keep;

    /// <summary><c>zbar = mean_keep(Zin)</c>, <c>[D]</c>.</summary>
    public Tensor MeanInput => _meanInput ??= MeanOverKept(Input).MoveToOtherDisposeScope(Input); // shared by all methods of the row

    /// <summary>The mean of <paramref name="rows"/> <c>[T, D]</c> over the kept tokens, <c>[D]</c>.</summary>
    public Tensor MeanOverKept(Tensor rows) => _keep.unsqueeze(0).mm(rows).squeeze(0).Over(_kept);

    private static InvalidOperationException OfWholeModel() => new("a method that reads gradients of weights reads no block's streams");
}
