namespace Attribution.Data.Store;

/// <summary>What a build would do with a stage, and why.</summary>
/// <param name="State">What it would do.</param>
/// <param name="Differences">In what the request differs from the last one; empty if it does not, or if nothing is known of the last one.</param>
/// <param name="Reason">Why, in one sentence.</param>
internal sealed record StageExplanation(StageState State, IReadOnlyList<RequestDifference> Differences, string Reason)
{
    /// <summary>Explains a stage without running or changing anything.</summary>
    /// <param name="request">What it would be asked now.</param>
    /// <param name="last">What it was asked the last time, if that is known.</param>
    /// <param name="store">Where its result would be.</param>
    /// <exception cref="Diagnostics.AttributionException">ATTR1812: the store cannot be read.</exception>
    public static StageExplanation Of(StageRequest request, LastRun? last, ArtifactStore store)
    {
        var there = store.Contains(request);
        if (last is null)
            return new(there ? StageState.InStore : StageState.ToRun, [], "it has not run here before");
        if (last.Fingerprint == request.Fingerprint)
            return there
                ? new(StageState.UpToDate, [], "nothing changed")
                : new(StageState.ToRun, [], "nothing changed, but the result is no longer in the store or is damaged");
        var differences = RequestDifference.Between(last, LastRun.Of(request));
        return new(there ? StageState.InStore : StageState.ToRun, differences, string.Join("; ", differences));
    }

    /// <summary>Explains a stage whose inputs are not known yet.</summary>
    /// <param name="upstream">The stage that writes them and is to run.</param>
    public static StageExplanation After(string upstream) => new(StageState.Undecided, [], $"waits for what {upstream} writes");
}

/// <summary>What a build would do with a stage.</summary>
internal enum StageState
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
