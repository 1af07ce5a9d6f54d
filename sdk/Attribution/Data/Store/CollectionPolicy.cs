namespace Attribution.Data.Store;

/// <summary>What a collection of the store may remove. At least one of the three must be set.</summary>
/// <param name="Keep">
/// Fingerprints that stay, with everything that they were computed from (found by the content of their inputs); null: nothing stays for that reason.
/// </param>
/// <param name="UnusedFor">Only what nobody has taken for this long goes; null: age does not protect.</param>
/// <param name="LargestBytes">After that, the least recently used go until the rest is this small; null: no limit.</param>
public sealed record CollectionPolicy(IReadOnlyCollection<ContentHash>? Keep = null, TimeSpan? UnusedFor = null, long? LargestBytes = null);
