namespace Attribution.Data.Store.Remote;

/// <summary>
/// A place with artifacts outside of this store; each artifact is complete or absent. Failures are an <see cref="IOException"/> whose message contains no key.
/// </summary>
internal interface IRemoteStore : IDisposable
{
    /// <summary>The address, for people.</summary>
    string Name { get; }

    /// <summary>The artifacts in the remote store.</summary>
    IEnumerable<RemoteArtifact> List(CancellationToken cancellation);

    /// <summary>A file of an artifact; null if there is none.</summary>
    Stream? Open(RemoteArtifact artifact, string file, CancellationToken cancellation);

    /// <summary>Stores an artifact. Until the call has succeeded, readers find none of it.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="folder">The folder with its files.</param>
    /// <param name="files">Their names, without the manifest.</param>
    /// <param name="cancellation">Stops between bytes.</param>
    void Put(RemoteArtifact artifact, string folder, IReadOnlyList<OutputFile> files, CancellationToken cancellation);
}

/// <summary>The address of an artifact.</summary>
/// <param name="Stage">The stage that wrote it.</param>
/// <param name="Fingerprint">Its fingerprint.</param>
internal readonly record struct RemoteArtifact(string Stage, ContentHash Fingerprint)
{
    private const int LongestStage = 64;

    /// <summary>
    /// Whether the stage's name is one that a store can have: letters, digits, <c>-</c> and <c>_</c>. Another name, such as <c>..</c>, would lead elsewhere.
    /// </summary>
    public bool IsInStore => Stage.Length is > 0 and <= LongestStage && Stage.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        && Stage is not (ArtifactStore.DamagedFolder or Journals.Journal.StageName);

    /// <summary>The path of its folder in a store, with <c>/</c>.</summary>
    public string Path => $"{Stage}/{Fingerprint}";
}
