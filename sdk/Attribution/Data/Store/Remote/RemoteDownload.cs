using System.Buffers;
using System.Security.Cryptography;

namespace Attribution.Data.Store.Remote;

/// <summary>Downloads artifacts from a remote store into a folder, and refuses those that do not match their manifest.</summary>
internal static class RemoteDownload
{
    private const int LargestManifest = 64 << 20, BufferSize = 1 << 20;

    /// <summary>Writes an artifact's files and checks each byte.</summary>
    /// <param name="remote">The remote store.</param>
    /// <param name="artifact">The artifact.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="cancellation">Stops between bytes.</param>
    /// <returns>The artifact's manifest; null if the remote store has none.</returns>
    /// <exception cref="RemoteDamageException">The artifact is damaged, or its manifest is for another one.</exception>
    /// <exception cref="IOException">The remote store or the disk failed.</exception>
    public static Manifest? Take(IRemoteStore remote, RemoteArtifact artifact, string folder, CancellationToken cancellation)
    {
        using (var stream = remote.Open(artifact, Manifest.FileName, cancellation))
        {
            if (stream is null)
                return null;
            Copy(stream, Path.Combine(folder, Manifest.FileName), LargestManifest, cancellation, out var isLonger);
            if (isLonger)
                throw new RemoteDamageException($"its {Manifest.FileName} has no end");
        }
        var manifest = Manifest.Read(folder, out var damage) ?? throw new RemoteDamageException(damage);
        if (ArtifactReader.DamageOf(manifest, artifact.Stage, artifact.Fingerprint) is { } foreign)
            throw new RemoteDamageException(foreign);
        foreach (var file in manifest.Outputs)
            if (!IsName(file.Name))
                throw new RemoteDamageException($"its {Manifest.FileName} names a file outside of it");
        foreach (var file in manifest.Outputs)
            Take(remote, artifact, file, folder, cancellation);
        return manifest;
    }

    /// <summary>Whether a name denotes a file inside an artifact on every operating system, other than the manifest.</summary>
    internal static bool IsName(string name) => name != Manifest.FileName && name.Split('/').All(part => part is not ("" or "." or "..")
        && part.All(c => c >= ' ' && !@"\:*?""<>|".Contains(c, StringComparison.Ordinal)));

    private static void Take(IRemoteStore remote, RemoteArtifact artifact, OutputFile file, string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, file.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = remote.Open(artifact, file.Name, cancellation) ?? throw new RemoteDamageException($"its file {file.Name} is missing");
        var hash = Copy(stream, path, file.Bytes, cancellation, out var isLonger);
        if (isLonger || hash != file.Hash)
            throw new RemoteDamageException($"the content of its file {file.Name} is not what was written");
    }

    private static ContentHash Copy(Stream from, string path, long most, CancellationToken cancellation, out bool isLonger)
    {
        using var to = File.Create(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            isLonger = false;
            for (int count; (count = from.Read(buffer, 0, buffer.Length)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                if (isLonger = (most -= count) < 0)
                    break;
                hash.AppendData(buffer, 0, count);
                to.Write(buffer, 0, count);
            }
            return new ContentHash(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>An artifact in a remote store is damaged or foreign, and is not used.</summary>
internal sealed class RemoteDamageException(string damage) : Exception(damage);
