using TorchSharp;
using Attribution.Models.Lora;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>One named matrix of a model, y = W x + b, with a low-rank adapter on it if one is attached.</summary>
public sealed class Linear
{
    internal Linear(string name, Tensor weight, Tensor? bias) => (Name, Weight, Bias) = (name, weight, bias);

    /// <summary>The module's name in the checkpoint, such as <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public string Name { get; }

    /// <summary>W [out, in]. Never requires a gradient.</summary>
    public Tensor Weight { get; internal set; }

    /// <summary>b [out], where the model has one.</summary>
    public Tensor? Bias { get; }

    /// <summary>The adapter that is added to the output, if one is attached.</summary>
    public LoraWeights? Adapter { get; internal set; }

    /// <summary>
    /// Called with the input [B, T, in] and the output [B, T, out] of every application, for methods that need the gradient of the weight
    /// without ever forming it. The tensors belong to the forward pass: keep an <c>alias()</c> to hold one longer.
    /// </summary>
    public Action<Tensor, Tensor>? Observer { get; set; }

    /// <summary>[..., in] to [..., out].</summary>
    public Tensor Forward(Tensor input)
    {
        var output = nn.functional.linear(input, Weight, Bias);
        if (Adapter is not null)
            output = Adapter.AddTo(output, input);
        Observer?.Invoke(input, output);
        return output;
    }
}
