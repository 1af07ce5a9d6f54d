namespace TorchSharp.Modules;

/// <summary>The Gaussian error linear unit.</summary>
public sealed class GELU
{
    private GELU() { }

    /// <summary>How it is computed; the names are libtorch's.</summary>
    public enum Approximate
    {
        none,
        tanh,
    }
}
