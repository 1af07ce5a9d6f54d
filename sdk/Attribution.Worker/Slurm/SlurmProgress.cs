using Attribution.Pipeline.Results;

namespace Attribution.Worker.Slurm;

/// <summary>The progress of a stage in a file of the experiment's state, for builds that only ask for it.</summary>
internal sealed class SlurmProgress(string state, string stage)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly string _file = FileOf(state);
    private DateTime _told = DateTime.MinValue;

    /// <summary>Writes the progress, at most every two seconds.</summary>
    public void Tell(string text)
    {
        if (DateTime.UtcNow - _told < Pause)
            return;
        _told = DateTime.UtcNow;
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        WholeFile.Write(_file, $"{stage}: {text}\n");
    }

    /// <summary>Deletes the file, because the stage is done.</summary>
    public void Clear() => File.Delete(_file);

    /// <summary>The last progress of a build; null if there is none.</summary>
    public static string? Read(string state) => File.Exists(FileOf(state)) ? File.ReadAllText(FileOf(state)).Trim() : null;

    private static string FileOf(string state) => Path.Combine(Path.GetFullPath(state), "slurm.progress");
}
