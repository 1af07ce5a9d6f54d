namespace Attribution.Data.Store.Remote;

/// <summary>A folder with the layout of a store, on another disk or to be copied elsewhere.</summary>
internal sealed class RemoteFolder(string root) : IRemoteStore
{
    // Between two looks at whether the folder is still being collected.
    private static readonly TimeSpan CollectionPause = TimeSpan.FromMilliseconds(200);

    private readonly StoreLayout _layout = new(Path.GetFullPath(root));

    /// <inheritdoc/>
    public string Name => _layout.Root;

    /// <inheritdoc/>
    public IEnumerable<RemoteArtifact> List(CancellationToken cancellation) =>
        Guarded(() => _layout.Artifacts().Select(a => new RemoteArtifact(a.Stage, a.Fingerprint)).ToArray());

    /// <inheritdoc/>
    public Stream? Open(RemoteArtifact artifact, string file, CancellationToken cancellation) => Guarded(() =>
    {
        try
        {
            var path = Path.Combine(_layout.ArtifactFolder(artifact.Stage, artifact.Fingerprint), file);
            return FileIdentity.IsPipeOrDevice(path) || Directory.Exists(path) ? throw new RemoteDamageException($"its file {file} is no file")
                : (Stream?)File.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    });

    /// <inheritdoc/>
    public void Put(RemoteArtifact artifact, string folder, IReadOnlyList<OutputFile> files, CancellationToken cancellation)
    {
        var temporary = _layout.NewTemporary(artifact.Stage, artifact.Fingerprint, StoreNode.This);
        var destination = _layout.ArtifactFolder(artifact.Stage, artifact.Fingerprint);
        Guarded(() =>
        {
            // The folder may be the store of others, who would take a copy that nobody holds for left over, and collect it.
            using var use = Enter(cancellation);
            using var held = StoreLock.Acquire(_layout.LockFile(artifact.Stage, artifact.Fingerprint), StoreFiles.OfThisMachine, static () => { },
                cancellation);
            try
            {
                foreach (var name in files.Select(file => file.Name).Append(Manifest.FileName))
                {
                    cancellation.ThrowIfCancellationRequested();
                    var copy = Path.Combine(temporary, name);
                    Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                    File.Copy(Path.Combine(folder, name), copy);
                }
                if (!Directory.Exists(destination))
                    ArtifactWriter.Place(temporary, destination);
            }
            catch (IOException) when (Directory.Exists(destination))
            {
                // Another process was first.
            }
            finally
            {
                if (Directory.Exists(temporary))
                    Directory.Delete(temporary, recursive: true);
            }
            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private StoreUse Enter(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (StoreUse.TryEnter(_layout, StoreFiles.OfThisMachine) is { } use)
                return use;
            cancellation.WaitHandle.WaitOne(CollectionPause);
        }
    }

    private static T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
