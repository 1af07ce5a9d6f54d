namespace Attribution.Data.Store;

/// <summary>What a build would do with a stage, and why.</summary>
/// <param name="State">What it would do.</param>
/// <param name="Differences">The differences between the request and the last one; empty if there are none, or if the last one is not known.</param>
/// <param name="Reason">The reason, in one sentence.</param>
internal sealed record StageExplanation(StageState State, IReadOnlyList<RequestDifference> Differences, string Reason)
{
    /// <summary>Explains a stage without running or changing anything.</summary>
    /// <param name="request">The request that a build would make now.</param>
    /// <param name="last">The last request, if known.</param>
    /// <param name="store">The store of its result.</param>
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
    /// <param name="upstream">The stage that writes the inputs and has to run first.</param>
    public static StageExplanation After(string upstream) => new(StageState.Undecided, [], $"waits for what {upstream} writes");
}

/// <summary>What a build would do with a stage.</summary>
internal enum StageState
{
    /// <summary>Nothing: the request is the same as the last one, and the result exists.</summary>
    UpToDate,

    /// <summary>Use the existing result for a request that differs from the last one.</summary>
    InStore,

    /// <summary>Compute the result.</summary>
    ToRun,

    /// <summary>Not known yet: it reads the output of a stage that has to run; if that gives equal output, nothing changes.</summary>
    Undecided,
}
