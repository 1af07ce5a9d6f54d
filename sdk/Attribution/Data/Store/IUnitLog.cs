namespace Attribution.Data.Store;

/// <summary>
/// Told of each unit of work (a block, an adapter, an evaluation) that a process computes beside others. Where there is one, a unit that fails is noted and the
/// process goes on with others: whoever started it decides what becomes of it.
/// </summary>
internal interface IUnitLog
{
    /// <summary>Whether the process may wait for what others compute: not once it was told to end, nor after a unit has failed, which may never come.</summary>
    bool MayWait { get; }

    /// <summary>Whether a unit may be taken: not one that failed here before, and none once the process was told to end.</summary>
    bool MayTake(string unit);

    /// <summary>It is being computed from now on.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="rows">Its rows; null for what is no block of rows.</param>
    void Began(string unit, int? rows);

    /// <summary>It is in the store, if it was begun here; else others have it, or had it before.</summary>
    void Left(string unit);

    /// <summary>It failed.</summary>
    /// <returns>Whether that is noted; false for what is no fault of a unit.</returns>
    bool Failed(string unit, Exception error);
}

/// <summary>Computes units with or without a log of them.</summary>
internal static class UnitLog
{
    /// <summary>Does what takes and computes a unit.</summary>
    /// <returns>False if the unit was not to be taken, or failed and that was noted.</returns>
    public static bool Try(this IUnitLog? log, string unit, Action take)
    {
        if (log is null)
        {
            take();
            return true;
        }
        if (!log.MayTake(unit))
            return false;
        try
        {
            take();
            log.Left(unit);
            return true;
        }
        catch (Exception e) when (log.Failed(unit, e))
        {
            return false;
        }
    }
}
