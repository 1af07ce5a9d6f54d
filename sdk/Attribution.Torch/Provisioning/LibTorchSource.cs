namespace Attribution.Torch.Provisioning;

/// <summary>Where a libtorch was found, in the order in which the places are asked.</summary>
public enum LibTorchSource
{
    /// <summary>Named by <c>-p:LibTorchPath</c> or the environment's <c>LIBTORCH</c>.</summary>
    Explicit,

    /// <summary>The PyTorch of the active <c>python3</c>.</summary>
    Python,

    /// <summary>The system's, such as Debian's <c>libtorch-dev</c>.</summary>
    System,
}
