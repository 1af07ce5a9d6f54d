using System.Text;
using System.Text.Json;

namespace Attribution.Data.Store;

/// <summary>
/// Content hashes in a file that any number of processes read and append to. Each line has its own checksum, so that a line that was torn by a kill, or
/// damaged, is ignored. Appends hold the file's lock; a process that does not get it soon discards its hashes, which only means hashing again.
/// </summary>
internal sealed class HashCache(string path)
{
    private const int CheckLength = 8;
    private const long SmallestRewritten = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, Entry> _known = [];
    private readonly Dictionary<string, Entry> _pending = [];
    private bool _loaded;
    private int _lines;

    public int Pending => _pending.Count;

    public ContentHash? Find(string file, FileIdentity identity)
    {
        Load();
        return _known.TryGetValue(file, out var entry) && entry.Identity == identity ? entry.Hash : null;
    }

    public void Remember(string file, FileIdentity identity, ContentHash hash)
    {
        Load();
        _known[file] = _pending[file] = new Entry(file, identity, hash);
    }

    public void Forget(string file)
    {
        _known.Remove(file);
        _pending.Remove(file);
    }

    /// <summary>Appends the hashes that this process computed.</summary>
    public void Save()
    {
        if (_pending.Count == 0)
            return;
        using var stream = OpenPatiently(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (stream is null)
            return;
        try
        {
            if (stream.Length > SmallestRewritten && _lines > 2 * _known.Count)
                Rewrite(stream);
            stream.Seek(0, SeekOrigin.End);
            // The first newline ends a line that a killed process left incomplete.
            stream.Write(Encoding.UTF8.GetBytes("\n" + string.Concat(_pending.Values.Select(Line))));
            _lines += _pending.Count;
            _pending.Clear();
        }
        catch (IOException)
        {
            // On a full disk, only the hashes are lost.
        }
    }

    private void Load()
    {
        if (_loaded)
            return;
        _loaded = true;
        if (!File.Exists(path))
            return;
        using var stream = OpenPatiently(FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (stream is null)
            return;
        Read(stream);
    }

    private void Read(FileStream stream)
    {
        var entries = Lines(stream);
        _lines = entries.Count;
        foreach (var entry in entries)
            _known[entry.File] = entry;
    }

    private void Rewrite(FileStream stream)
    {
        Read(stream);
        var living = _known.Values.Where(e => !_pending.ContainsKey(e.File) && Path.Exists(e.File)).ToArray();
        _lines = living.Length;
        stream.SetLength(0);
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(living.Select(Line))));
    }

    private static List<Entry> Lines(FileStream stream)
    {
        stream.Seek(0, SeekOrigin.Begin);
        var entries = new List<Entry>();
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } line)
            if (Parse(line) is { } entry)
                entries.Add(entry);
        return entries;
    }

    private static string Line(Entry entry)
    {
        var json = JsonSerializer.Serialize(entry);
        return $"{Check(json)} {json}\n";
    }

    private static Entry? Parse(string line)
        => line.Length > CheckLength + 1 && line[(CheckLength + 1)..] is var json && Check(json).AsSpan().SequenceEqual(line.AsSpan(0, CheckLength))
            ? JsonSerializer.Deserialize<Entry>(json)
            : null;

    private static string Check(string json) => ContentHash.Of(json).ToString()[..CheckLength];

    private FileStream? OpenPatiently(FileMode mode, FileAccess access, FileShare share)
    {
        for (var until = DateTime.UtcNow + Patience; ;)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // Without a buffer: what does not fit on the disk fails where it is written, not where the stream is closed.
                return new FileStream(path, mode, access, share, bufferSize: 1);
            }
            catch (IOException e) when (StoreLock.IsHeldElsewhere(e) && DateTime.UtcNow < until)
            {
                Thread.Sleep(5);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    private sealed record Entry(string File, FileIdentity Identity, ContentHash Hash);
}
