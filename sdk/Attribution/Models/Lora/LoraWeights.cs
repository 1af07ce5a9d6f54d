using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attribution.Models.Lora;

/// <summary>One matrix's adapter: A [r, in] and B [out, r], in float32 whatever the model's dtype, as PEFT keeps them.</summary>
public sealed class LoraWeights
{
    private readonly LoraAdapter _adapter;

    internal LoraWeights(LoraAdapter adapter, Linear linear, Parameter a, Parameter b) => (_adapter, Linear, A, B) = (adapter, linear, a, b);

    /// <summary>The matrix it is for.</summary>
    public Linear Linear { get; }

    /// <summary>[r, in].</summary>
    public Parameter A { get; }

    /// <summary>[out, r].</summary>
    public Parameter B { get; }

    /// <summary>output + scale B A dropout(input), in the output's dtype.</summary>
    internal Tensor AddTo(Tensor output, Tensor input)
    {
        var (config, wide) = (_adapter.Config, input.to(float32));
        if (_adapter.Training && config.Dropout > 0)
            wide = nn.functional.dropout(wide, config.Dropout);
        var low = nn.functional.linear(wide, A); // [..., r]
        return output.to(float32).add(nn.functional.linear(low, B), _adapter.Scale).to(output.dtype);
    }

    /// <summary>W + scale B A, in W's dtype.</summary>
    internal Tensor Merged()
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return Linear.Weight.to(float32).add(B.mm(A), _adapter.Scale).to(Linear.Weight.dtype).DetachFromDisposeScope();
    }
}
