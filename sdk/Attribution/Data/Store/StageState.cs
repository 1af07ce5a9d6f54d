namespace Attribution.Data.Store;

/// <summary>What a build would do with a stage.</summary>
public enum StageState
{
    /// <summary>Nothing: it was asked the same the last time, and the result is there.</summary>
    UpToDate,

    /// <summary>Take the result, which is there already, for a request that differs from the last one.</summary>
    InStore,

    /// <summary>Compute it.</summary>
    ToRun,

    /// <summary>It reads what a stage before it writes, which is itself to run; equal outputs of that would leave it as it is.</summary>
    Undecided,
}
