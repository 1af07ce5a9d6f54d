namespace Attribution.Data.Store;

/// <summary>
/// Receives each unit of work (a block, an adapter, an evaluation) that a process computes while others compute units, too. With a log, a unit that fails is
/// noted, and the process goes on with other units: the process that reads the log decides what follows.
/// </summary>
internal interface IUnitLog
{
    /// <summary>Whether the process may wait for units of others: not after it was told to end, and not after a unit failed here.</summary>
    bool MayWait { get; }

    /// <summary>Whether a unit may be taken: none that failed here before, and none at all after the process was told to end.</summary>
    bool MayTake(string unit);

    /// <summary>A unit is being computed from now on.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="rows">The number of its rows; null if it is not a block of rows.</param>
    void Began(string unit, int? rows);

    /// <summary>A unit was left: it is in the store if it was begun here; otherwise another process has it.</summary>
    void Left(string unit);

    /// <summary>A unit failed.</summary>
    /// <returns>Whether the failure was noted; false if the error does not belong to the unit.</returns>
    bool Failed(string unit, Exception error);
}

/// <summary>Computes units with or without a log of them.</summary>
internal static class UnitLog
{
    /// <summary>Runs an action that takes and computes a unit.</summary>
    /// <returns>False if the unit may not be taken, or if it failed and the failure was noted.</returns>
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
