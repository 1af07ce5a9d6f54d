using Attribution.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attribution.Models.Lora;

/// <summary>One matrix's adapter: A [r, in] and B [out, r], in float32 whatever the model's dtype, as in PEFT.</summary>
public sealed class LoraWeights
{
    private readonly LoraAdapter _adapter;

    internal LoraWeights(LoraAdapter adapter, Linear linear, Parameter a, Parameter b) => (_adapter, Linear, A, B) = (adapter, linear, a, b);

    /// <summary>The matrix's name in the checkpoint without <c>.weight</c>, for example <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public string Name => Linear.Name;

    /// <summary>The adapted matrix.</summary>
    internal Linear Linear { get; }

    /// <summary>[r, in].</summary>
    public Parameter A { get; }

    /// <summary>[out, r].</summary>
    public Parameter B { get; }

    /// <summary>Whether it currently drops random components of its input.</summary>
    internal bool DropsOut => _adapter.Training && _adapter.Config.Dropout > 0;

    /// <summary>output + scale B A dropout(input), in the output's dtype.</summary>
    internal Tensor AddTo(Tensor output, Tensor input)
    {
        var (config, wide) = (_adapter.Config, _adapter.Wide(input));
        if (DropsOut)
            wide = nn.functional.dropout(wide, config.Dropout);
        var low = nn.functional.linear(wide, A); // [..., r]
        if (!is_grad_enabled() && output.dtype == float32)
        {
            output.view(-1, output.shape[^1]).addmm_(low.view(-1, low.shape[^1]), B.t(), alpha: (float)config.Scale);
            return output;
        }
        return output.to(float32).add(nn.functional.linear(low, B), _adapter.Scale).to(output.dtype);
    }

    /// <summary>Adds scale A^T B^T g to the gradient with respect to the input, [N, in], in place; g is [N, out].</summary>
    internal void AddBackward(Tensor sum, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var low = gradient.to(float32).mm(B); // [N, r]
        if (sum.dtype == float32)
            sum.addmm_(low, A, alpha: (float)_adapter.Config.Scale);
        else
            sum.copy_(sum.to(float32).addmm_(low, A, alpha: (float)_adapter.Config.Scale));
    }

    /// <summary>W + scale B A, in W's dtype.</summary>
    internal Tensor Merged()
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return Linear.Weight.to(float32).add(B.mm(A), _adapter.Scale).to(Linear.Weight.dtype).DetachFromDisposeScope();
    }
}

/// <summary>The shape of a low-rank adapter (LoRA, arXiv 2106.09685): y = W x + (alpha / r) B A x on the targeted matrices.</summary>
public sealed record LoraConfig
{
    /// <summary>r, the rows of A and the columns of B. The adapter's size is proportional to it.</summary>
    public int Rank { get; init; } = 32;

    /// <summary>alpha: the adapter's output is multiplied by alpha / r.</summary>
    public double Alpha { get; init; } = 64;

    /// <summary>The probability that an input component is dropped in training; from 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>The adapted matrices: the last parts of their names (<c>q_proj</c>) or whole names (<c>model.layers.0.self_attn.q_proj</c>).</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = ["q_proj", "k_proj", "v_proj", "up_proj", "down_proj", "gate_proj"];

    /// <summary>alpha / r.</summary>
    public double Scale => Alpha / Rank;

    /// <summary>Checks rank and dropout.</summary>
    /// <exception cref="AttributionException">ATTR1154: one of them is out of range.</exception>
    internal void Check()
    {
        if (Rank < 1)
            throw new AttributionException(ErrorCodes.AdapterInvalid, $"LoraRank is {Rank}; it must be at least 1.") { Property = "LoraRank" };
        if (TargetModules.Count == 0)
            throw new AttributionException(ErrorCodes.AdapterInvalid, "LoraTargets names no linear layer, such as q_proj.") { Property = "LoraTargets" };
        if (Dropout is not (>= 0 and < 1))
            throw new AttributionException(ErrorCodes.AdapterInvalid, $"LoraDropout is {Dropout}; it must be from 0 to below 1.")
            { Property = "LoraDropout" };
    }

    internal bool Targets(string module, string target) =>
        module == target || module.EndsWith("." + target, StringComparison.Ordinal);
}
