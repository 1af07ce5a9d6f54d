namespace Attribution.Models;

/// <summary>The gate's activation in the feed-forward network.</summary>
public enum Activation
{
    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>The tanh approximation of GELU.</summary>
    GeluTanh,
}
