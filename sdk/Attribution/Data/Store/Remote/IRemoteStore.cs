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
    /// <summary>The path of its folder in a store, with <c>/</c>.</summary>
    public string Path => $"{Stage}/{Fingerprint}";
}
