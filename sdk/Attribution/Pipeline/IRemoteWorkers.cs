namespace Attribution.Pipeline;

/// <summary>Processes elsewhere that compute the units of a stage into the same store, such as an array of a Slurm cluster; disposing ends them.</summary>
internal interface IRemoteWorkers : IDisposable
{
    /// <summary>How many blocks of rows they have computed for the stage's results.</summary>
    int Blocks { get; }

    /// <summary>Asks for workers, unless there are some, and waits until none is at work. Called again as long as something is missing.</summary>
    /// <param name="units">How many units there are to compute.</param>
    /// <param name="noun">What one is.</param>
    /// <param name="cancellation">Ends them.</param>
    /// <exception cref="Diagnostics.AttributionException">A unit failed for good, or there are no more workers to be had.</exception>
    void Compute(int units, string noun, CancellationToken cancellation);
}

/// <summary>Something is to be computed by others first; no fault of anybody.</summary>
internal sealed class UnitMissingException : Exception;
