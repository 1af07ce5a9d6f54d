using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>Hashes files and folders by content, and remembers a file's hash as long as its size, its times and its inode do not change.</summary>
/// <remarks>
/// Two things make times unreliable. A file may change twice within one tick of the file system's clock; so a hash is remembered only when the file has not
/// been changed for <see cref="Settled"/>. And a tool may set the modification time back; so the time of the last change of any kind, which no tool can set,
/// must be the same too (if the system reports it, as Linux does). A disk that decays without a write is not noticed here, but by <c>attribution store
/// verify</c>, which does not use remembered hashes.
/// </remarks>
/// <param name="cacheFile">The file that remembers hashes across processes; null to remember none. Any number of processes may share it, and it may be deleted
/// at any time.</param>
/// <param name="clock">The clock that decides whether a file has settled.</param>
internal sealed class FileHasher(string? cacheFile = null, TimeProvider? clock = null) : IDisposable
{
    /// <summary>The time since a file's last change after which its hash is remembered: the coarsest tick in use is FAT's 2 s.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private const int SaveAfterFiles = 256;
    private const long SaveAfterBytes = 256 << 20;
    private const int Attempts = 3;

    private readonly HashCache? _cache = cacheFile is null ? null : new HashCache(Path.GetFullPath(cacheFile));
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private int _filesRead;

    /// <summary>Whether what is learned is not written down.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>How many files were read to hash them: those that were not remembered.</summary>
    public int FilesRead => _filesRead;

    /// <summary>The hash of a file's bytes, or of a folder (<see cref="HashFolder"/>).</summary>
    /// <exception cref="AttributionException">ATTR1805: the path is missing or unreadable. ATTR1806: the file changes while it is read.</exception>
    public ContentHash Hash(string path) => Directory.Exists(path) ? HashFolder(path) : HashFile(path);

    /// <summary>The hash of a file's bytes, remembered if the file has not changed.</summary>
    /// <inheritdoc cref="Hash" path="/exception"/>
    public ContentHash HashFile(string path)
    {
        var full = Path.GetFullPath(path);
        if (FileIdentity.Of(full) is { } identity && Remembered(full, identity) is { } known)
            return known;
        return ReadAndRemember(full, path);
    }

    /// <summary>The hash of a file's bytes, which are read again even if a hash is remembered.</summary>
    /// <inheritdoc cref="Hash" path="/exception"/>
    public ContentHash RehashFile(string path) => ReadAndRemember(Path.GetFullPath(path), path);

    /// <summary>
    /// The hash of a folder: of its files' relative paths (with <c>/</c>) and hashes, sorted by path. Links are followed; empty folders, dates and permissions
    /// are ignored.
    /// </summary>
    /// <inheritdoc cref="Hash" path="/exception"/>
    public ContentHash HashFolder(string path)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect(new DirectoryInfo(path), "", [], files);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[ContentHash.Size];
        foreach (var (name, file) in files)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, utf8.Length);
            hash.AppendData(bytes[..sizeof(int)]);
            hash.AppendData(utf8);
            HashFile(file).WriteTo(bytes);
            hash.AppendData(bytes);
        }
        hash.GetHashAndReset(bytes);
        return new ContentHash(bytes);
    }

    /// <summary>Saves the new hashes for other processes.</summary>
    public void Dispose()
    {
        lock (_gate)
            if (!IsReadOnly)
                _cache?.Save();
    }

    private ContentHash? Remembered(string file, FileIdentity identity)
    {
        lock (_gate)
            return _cache?.Find(file, identity);
    }

    private ContentHash ReadAndRemember(string full, string shown)
    {
        try
        {
            FileIdentity.RequireFile(full);
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                using var stream = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
                var before = FileIdentity.Of(stream.SafeFileHandle);
                var started = _clock.GetUtcNow().UtcDateTime;
                var hash = ContentHash.Of(stream);
                Interlocked.Increment(ref _filesRead);
                if (FileIdentity.Of(stream.SafeFileHandle) != before)
                    continue;
                Remember(full, before, hash, started);
                return hash;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(shown, e);
        }
        throw new AttributionException(ErrorCodes.InputChanging,
            $"'{shown}' changed while it was read, {Attempts} times over. Wait until whatever writes it has finished, then build again.")
        { File = shown };
    }

    private void Remember(string file, FileIdentity identity, ContentHash hash, DateTime readFrom)
    {
        lock (_gate)
        {
            if (_cache is null)
                return;
            if (Math.Max(identity.Modified, identity.Changed) > FileIdentity.Nanoseconds(readFrom - Settled))
            {
                _cache.Forget(file);
                return;
            }
            _cache.Remember(file, identity, hash);
            if (!IsReadOnly && (_cache.Pending >= SaveAfterFiles || identity.Length >= SaveAfterBytes))
                _cache.Save();
        }
    }

    private static void Collect(DirectoryInfo folder, string prefix, HashSet<string> above, SortedDictionary<string, string> files)
    {
        try
        {
            var real = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
            if (!above.Add(real))
                throw new AttributionException(ErrorCodes.InputUnreadable,
                    $"'{folder.FullName}' links to a folder that contains it, so it has no end. Remove that link.")
                { File = folder.FullName };
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                if (Directory.Exists(entry.FullName))
                    Collect(new DirectoryInfo(entry.FullName), $"{prefix}{entry.Name}/", above, files);
                else
                    files.Add(prefix + entry.Name, entry.FullName);
            }
            above.Remove(real);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(folder.FullName, e);
        }
    }

    private static AttributionException Unreadable(string path, Exception e)
        => e is FileNotFoundException or DirectoryNotFoundException
            ? new(ErrorCodes.InputUnreadable, $"There is no file or folder '{path}'. Check the path.", e) { File = path }
            : new(ErrorCodes.InputUnreadable, $"'{path}' cannot be read: {e.Message}", e) { File = path };
}
