namespace Attribution.Data.Store.Journals;

/// <summary>Finds damaged entries of a journal and sets them aside.</summary>
internal static class JournalCheck
{
    /// <summary>Reads every byte.</summary>
    /// <returns>The damage; null if there is none.</returns>
    public static string? DamageOf(string folder)
    {
        var reader = new JournalReader(folder);
        var whole = 0;
        reader.Read((_, _) => whole++);
        return reader.Damaged == 0 ? null : $"{reader.Damaged} of its {whole + reader.Damaged} entries are not what was written";
    }

    /// <summary>Moves segments with damaged entries away; their intact entries are kept in new segments. A segment that is being written stays.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="damaged">The folder to move them to.</param>
    public static void SetAside(string folder, string damaged)
    {
        foreach (var segment in Directory.GetFiles(folder, "*" + Journal.SegmentSuffix))
        {
            using var alone = Open(segment);
            if (alone is null)
                continue;
            var whole = new List<byte[]>();
            var reader = new JournalReader(folder);
            reader.Read(alone, (key, value) => whole.Add(JournalLine.Write(key, value)));
            if (reader.Damaged == 0)
                continue;
            Directory.CreateDirectory(damaged);
            var mended = Path.ChangeExtension(segment, $".{Guid.NewGuid():N}{Journal.SegmentSuffix}");
            var unfinished = mended + ".tmp";
            File.WriteAllBytes(unfinished, [.. whole.SelectMany(line => line)]);
            StableStorage.Flush(unfinished);
            File.Move(unfinished, mended);
            File.Move(segment, Path.Combine(damaged, Path.GetFileName(segment)));
        }
    }

    // A segment's writer, and any current reader, holds it shared.
    private static FileStream? Open(string segment)
    {
        try
        {
            return new FileStream(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (e is FileNotFoundException || StoreLock.IsHeldElsewhere(e))
        {
            return null;
        }
    }
}
