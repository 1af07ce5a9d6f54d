using Attribution.Pipeline.Results;

namespace Attribution.Worker.Slurm;

/// <summary>A line about how far a stage is, for builds that only ask; it lies beside the build's notes.</summary>
internal sealed class SlurmProgress(string state, string stage)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly string _file = FileOf(state);
    private DateTime _told = DateTime.MinValue;

    /// <summary>Writes it, every now and then.</summary>
    public void Tell(string text)
    {
        if (DateTime.UtcNow - _told < Pause)
            return;
        _told = DateTime.UtcNow;
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        WholeFile.Write(_file, $"{stage}: {text}\n");
    }

    /// <summary>Takes it away: the stage is done.</summary>
    public void Clear() => File.Delete(_file);

    /// <summary>What a build told last; null if it told nothing.</summary>
    public static string? Read(string state) => File.Exists(FileOf(state)) ? File.ReadAllText(FileOf(state)).Trim() : null;

    private static string FileOf(string state) => Path.Combine(Path.GetFullPath(state), "slurm.progress");
}
