namespace Attribution.Pipeline;

/// <summary>Processes elsewhere that compute the units of a stage into the same store, for example an array of a Slurm cluster. Disposing ends them.</summary>
internal interface IRemoteWorkers : IDisposable
{
    /// <summary>The number of blocks of rows that they have computed for the stage's results.</summary>
    int Blocks { get; }

    /// <summary>Asks for workers, unless there are some, and waits until none is running. Called again while something is missing.</summary>
    /// <param name="units">The number of units to compute.</param>
    /// <param name="noun">The name of one unit.</param>
    /// <param name="cancellation">Ends the workers.</param>
    /// <exception cref="Diagnostics.AttributionException">A unit failed in two workers, or too many arrays ended without a result.</exception>
    void Compute(int units, string noun, CancellationToken cancellation);
}

/// <summary>A unit must be computed by other processes first. This is not an error.</summary>
internal sealed class UnitMissingException : Exception;
