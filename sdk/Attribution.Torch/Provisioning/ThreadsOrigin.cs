namespace Attribution.Torch.Provisioning;

/// <summary>Where the thread setting in force comes from.</summary>
public enum ThreadsOrigin
{
    /// <summary>Nothing was asked for, and nothing measured: not yet, or the machine was too busy.</summary>
    Default,

    /// <summary>Measured on this machine.</summary>
    Measured,

    /// <summary>Asked for by <c>-p:Threads</c>, <c>ATTRIBUTION_THREADS</c> or <c>OMP_NUM_THREADS</c>.</summary>
    Environment,
}
