namespace Attribution.Data.Store.Journals;

/// <summary>
/// Reads the segments of a journal's folder, and later what has been added to them since. What is not a whole line yet is left for the next time: its writer is
/// at it, or was killed.
/// </summary>
internal sealed class JournalReader(string folder)
{
    private readonly Dictionary<string, long> _read = [];

    /// <summary>How many lines are not as they were written.</summary>
    public int Damaged { get; private set; }

    /// <summary>Reads what is new.</summary>
    /// <param name="entry">Told each entry.</param>
    /// <param name="own">A segment whose entries are known, which is left out.</param>
    public void Read(Action<ContentHash, string> entry, string? own = null)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var segment in Segments(folder))
        {
            if (segment.FullName == own || segment.Length == _read.GetValueOrDefault(segment.FullName))
                continue;
            try
            {
                using var file = new FileStream(segment.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
                Read(file, entry);
            }
            catch (IOException e) when (e is FileNotFoundException || StoreLock.IsHeldElsewhere(e))
            {
                // It is being set aside in this moment.
            }
        }
    }

    /// <summary>A journal's segments, the oldest first.</summary>
    public static IEnumerable<FileInfo> Segments(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*" + Journal.SegmentSuffix).OrderBy(f => f.Name, StringComparer.Ordinal);

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
