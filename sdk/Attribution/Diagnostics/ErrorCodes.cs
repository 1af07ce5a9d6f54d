namespace Attribution.Diagnostics;

/// <summary>The codes of everything that can be wrong with what a user gave us, in ranges by subject.</summary>
public static class ErrorCodes
{
    // 10xx: the machine: libtorch, DuckDB, compiler, devices
    // (1001 to 1009 are Attribution.Torch.Provisioning.TorchErrorCodes: the binding stands below this library)

    /// <summary>DuckDB's library is not there and could not be fetched.</summary>
    public const string DuckDbMissing = "ATTR1021";

    /// <summary>The DuckDB library that the user named is not there, does not load or is too old.</summary>
    public const string DuckDbUnusable = "ATTR1022";

    // 11xx: model folders, weights, the hub

    // 12xx: tokenizers, chat templates, keep masks

    // 13xx: datasets and their rows

    // 14xx: attribution methods and vectors

    // 15xx: scores and selection

    // 16xx: fine-tuning, evaluation, judging

    // 17xx: metrics and snapshots

    // 18xx: the artifact store

    // 19xx: experiment projects: properties and items
}
