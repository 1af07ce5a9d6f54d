namespace Attribution.Data.Store.Remote;

/// <summary>Artifacts that lie elsewhere, each whole or not at all. What cannot be done is an <see cref="IOException"/> whose words hold no key.</summary>
internal interface IRemoteStore : IDisposable
{
    /// <summary>Where it is, for people.</summary>
    string Name { get; }

    /// <summary>The artifacts that are there.</summary>
    IEnumerable<RemoteArtifact> List(CancellationToken cancellation);

    /// <summary>A file of an artifact; null if there is none.</summary>
    Stream? Open(RemoteArtifact artifact, string file, CancellationToken cancellation);

    /// <summary>Puts an artifact there. Whoever looks meanwhile, and after an interruption, finds none of it.</summary>
    /// <param name="artifact">Which.</param>
    /// <param name="folder">Where its files are.</param>
    /// <param name="files">Their names; the manifest is not among them.</param>
    /// <param name="cancellation">Stops between bytes.</param>
    void Put(RemoteArtifact artifact, string folder, IReadOnlyList<OutputFile> files, CancellationToken cancellation);
}

/// <summary>The address of an artifact.</summary>
/// <param name="Stage">The stage that wrote it.</param>
/// <param name="Fingerprint">Its fingerprint.</param>
internal readonly record struct RemoteArtifact(string Stage, ContentHash Fingerprint)
{
    /// <summary>Its folder in a store, with <c>/</c>.</summary>
    public string Path => $"{Stage}/{Fingerprint}";
}
