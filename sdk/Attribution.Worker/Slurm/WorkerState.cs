namespace Attribution.Worker.Slurm;

/// <summary>The state of a worker, as far as its journal was read.</summary>
/// <param name="path">The journal's file.</param>
internal sealed class WorkerState(string path)
{
    private long _read;

    /// <summary>The name of the journal, which is unique.</summary>
    public string Name => Path.GetFileNameWithoutExtension(path);

    /// <summary>The array and the task, for example <c>17_3</c>.</summary>
    public string Job { get; private set; } = "";

    /// <summary>The node.</summary>
    public string Host { get; private set; } = "";

    /// <summary>The unit that it computes; null if it computes none.</summary>
    public string? Unit { get; private set; }

    /// <summary>Whether it has written its last line.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether it received a signal that told it to end.</summary>
    public bool IsTold { get; private set; }

    /// <summary>Whether Slurm no longer knows it, although it has not written its last line.</summary>
    public bool IsDead { get; set; }

    /// <summary>Whether it is running.</summary>
    public bool IsAtWork => !HasEnded && !IsDead;

    /// <summary>Reads the new lines. An unfinished line at the end is read the next time.</summary>
    public IReadOnlyList<JournalLine> Read()
    {
        byte[] added;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = _read;
            added = new byte[Math.Max(0, file.Length - _read)];
            file.ReadExactly(added);
        }
        catch (IOException)
        {
            return [];
        }
        var whole = Array.LastIndexOf(added, (byte)'\n') + 1;
        _read += whole;
        JournalLine[] lines = [.. System.Text.Encoding.UTF8.GetString(added, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(JournalLine.Read).OfType<JournalLine>()];
        foreach (var line in lines)
            Take(line);
        return lines;
    }

    private void Take(JournalLine line)
    {
        switch (line.Kind)
        {
            case JournalLine.Start:
                (Job, Host) = (line.Job ?? "", line.Host ?? "");
                break;
            case JournalLine.Begin:
                Unit = line.Unit;
                break;
            case JournalLine.Done or JournalLine.Dropped or JournalLine.Failed:
                Unit = null;
                break;
            case JournalLine.Signal:
                IsTold = true;
                break;
            case JournalLine.End:
                HasEnded = true;
                break;
        }
    }
}
