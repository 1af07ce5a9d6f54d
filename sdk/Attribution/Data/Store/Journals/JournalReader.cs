namespace Attribution.Data.Store.Journals;

/// <summary>
/// Reads the segments of a journal's folder, and later their additions. An incomplete line is left for the next time: its writer is still writing it, or was
/// killed.
/// </summary>
internal sealed class JournalReader(string folder)
{
    // Longer than a writer's pause, because the clocks of several machines differ.
    private static readonly TimeSpan Settled = 3 * JournalWriter.LongestPause;

    private readonly Dictionary<string, long> _read = [];
    private readonly HashSet<string> _finished = [];

    /// <summary>The number of damaged lines.</summary>
    public int Damaged { get; private set; }

    /// <summary>Reads what is new.</summary>
    /// <param name="entry">Called with each entry.</param>
    /// <param name="own">A segment whose entries are already known, which is skipped.</param>
    public void Read(Action<ContentHash, string> entry, string? own = null)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Journal.SegmentSuffix))
        {
            if (path == own || _finished.Contains(path))
                continue;
            var segment = new FileInfo(path);
            var isSettled = segment.Exists && segment.LastWriteTimeUtc < DateTime.UtcNow - Settled;
            if (!segment.Exists || (!isSettled && segment.Length == _read.GetValueOrDefault(path)))
                continue;
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
                Read(file, entry);
                if (isSettled)
                    _finished.Add(path);
            }
            catch (IOException e) when (e is FileNotFoundException || StoreLock.IsHeldElsewhere(e))
            {
                // It is being looked at or set aside at this moment; if it stays, the next reading has it.
            }
        }
    }

    /// <summary>Reads what is new in one segment.</summary>
    public void Read(FileStream file, Action<ContentHash, string> entry)
    {
        var start = _read.GetValueOrDefault(file.Name);
        var bytes = new byte[Math.Max(0, file.Length - start)];
        file.Position = start;
        file.ReadExactly(bytes);
        var rest = bytes.AsSpan();
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            if (JournalLine.TryRead(rest[..end], out var key, out var value))
                entry(key, value);
            else
                Damaged++;
        _read[file.Name] = start + bytes.Length - rest.Length;
    }
}
