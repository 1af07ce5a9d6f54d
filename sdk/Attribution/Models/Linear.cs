using Attribution.Models.Lora;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>One named matrix of a model, y = W x + b, with its low-rank adapter if one is attached.</summary>
internal sealed class Linear
{
    internal Linear(string name, Tensor weight, Tensor? bias) => (Name, Weight, Bias) = (name, weight, bias);

    /// <summary>The module's name in the checkpoint, for example <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public string Name { get; }

    /// <summary>W [out, in]. Never requires a gradient.</summary>
    public Tensor Weight { get; internal set; }

    /// <summary>b [out]; null if the model has none.</summary>
    public Tensor? Bias { get; }

    /// <summary>The adapter whose output is added; null if none is attached.</summary>
    public LoraWeights? Adapter { get; internal set; }

    /// <summary>
    /// Called with the input [B, T, in] and the output [B, T, out] of every application, for methods that need the weight's gradient without forming it. The
    /// tensors belong to the forward pass: keep an <c>alias()</c> to hold one longer.
    /// </summary>
    public Action<Tensor, Tensor>? Observer { get; set; }

    /// <summary>Maps [..., in] to [..., out].</summary>
    public Tensor Forward(Tensor input)
    {
        var output = Multiply(input);
        if (Adapter is not null)
            output = Adapter.AddTo(output, input);
        Observer?.Invoke(input, output);
        return output;
    }

    /// <summary>
    /// The gradient with respect to the input, [N, in], from the gradient with respect to the output, [N, out]: <c>W^T g</c>, and with an adapter <c>+ s A^T
    /// B^T g</c>.
    /// </summary>
    internal Tensor Backward(Tensor gradient)
    {
        var result = MatrixProduct.Of(gradient, Weight);
        Adapter?.AddBackward(result, gradient);
        return result;
    }

    /// <summary>Adds the gradient with respect to the input to <paramref name="sum"/>, [N, in], in place.</summary>
    internal void AddBackward(Tensor sum, Tensor gradient)
    {
        MatrixProduct.AddTo(sum, gradient, Weight);
        Adapter?.AddBackward(sum, gradient);
    }

    /// <summary>
    /// W x + b. A single token on the CPU is a matrix-vector product: a BLAS packs W before it multiplies matrices, which doubles the time of a step that uses
    /// every weight once.
    /// </summary>
    private Tensor Multiply(Tensor input)
    {
        if (input.dtype != float32 || input.device.type != DeviceType.CPU || input.NumberOfElements != Weight.shape[1])
            return MatrixProduct.Linear(input, Weight, Bias);
        var product = Weight.mv(input.reshape(-1));
        var shape = input.shape;
        shape[^1] = product.shape[0];
        return (Bias is null ? product : product.Plus(Bias)).view(shape);
    }
}
