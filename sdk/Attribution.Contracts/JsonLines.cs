namespace Attribution.Contracts;

/// <summary>Files with a row per line, whose rows are counted without a database.</summary>
internal static class JsonLines
{
    /// <summary>Whether a file has a row per line, by its name; a compressed file does not count.</summary>
    public static bool Is(string file) => Path.GetExtension(file).ToLowerInvariant() is ".jsonl" or ".ndjson";

    /// <summary>The number of lines that are not blank, at most <paramref name="most"/>; the file is read only as far as that takes.</summary>
    /// <returns>0 for a pipe or a device, which is not opened.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static long Count(string file, long most = long.MaxValue)
    {
        // A pipe and a device have no length, and to open one may wait without end.
        if (new FileInfo(file).Length == 0)
            return 0;
        var (lines, isBlank, buffer) = (0L, true, new byte[1 << 16]);
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        for (int read; lines < most && (read = stream.Read(buffer)) > 0;)
        {
            var rest = buffer.AsSpan(0, read);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                if (!isBlank || !IsBlank(rest[..end]))
                    lines++;
                isBlank = true;
            }
            isBlank &= IsBlank(rest);
        }
        return Math.Min(isBlank ? lines : lines + 1, most);
    }

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r"u8) < 0;
}
