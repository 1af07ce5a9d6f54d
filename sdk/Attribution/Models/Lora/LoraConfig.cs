namespace Attribution.Models.Lora;

/// <summary>What a low-rank adapter (LoRA, arXiv 2106.09685) is made of: y = W x + (alpha / r) B A x on the targeted matrices.</summary>
public sealed record LoraConfig
{
    /// <summary>r, the rows of A and the columns of B. The adapter's size is proportional to it.</summary>
    public int Rank { get; init; } = 32;

    /// <summary>The adapter's output is multiplied by alpha / r.</summary>
    public double Alpha { get; init; } = 64;

    /// <summary>The chance of each input component to be dropped while training; 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>The matrices: last parts of their names (<c>q_proj</c>) or whole names (<c>model.layers.0.self_attn.q_proj</c>).</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = ["q_proj", "k_proj", "v_proj", "up_proj", "down_proj", "gate_proj"];

    /// <summary>alpha / r.</summary>
    public double Scale => Alpha / Rank;

    internal bool Targets(string module, string target) =>
        module == target || module.EndsWith("." + target, StringComparison.Ordinal);
}
