using System.Text;

namespace Attribution.Sdk.Stages;

/// <summary>The names of a stage's files under <c>obj/attribution</c>, and how they are written.</summary>
/// <param name="path">The folder.</param>
internal sealed class StageFolder(string path)
{
    /// <summary>What the stage is asked to do.</summary>
    public string Request(string stage) => Path.Combine(path, $"{stage}.request.json");

    /// <summary>Size and time of the files from outside that it reads.</summary>
    public string Inputs(string stage) => Path.Combine(path, $"{stage}.inputs");

    /// <summary>What it made, by content.</summary>
    public string Result(string stage) => Path.Combine(path, $"{stage}.result.json");

    /// <summary>How the metrics compared with the snapshot.</summary>
    public string Verdict => Path.Combine(path, "VerifySnapshot.verdict.json");

    /// <summary>The files that must be there, as it left them.</summary>
    public string Files(string stage) => Path.Combine(path, $"{stage}.files");

    /// <summary>Its time is that of the last run, its text that of <see cref="StageFiles.Describe"/> then.</summary>
    public string Stamp(string stage) => Path.Combine(path, $"{stage}.stamp");

    /// <summary>Whether the file already says so.</summary>
    public static bool Says(string file, string text) => File.Exists(file) && File.ReadAllText(file) == text;

    /// <summary>Writes the file in one step: a build that is killed leaves the old or the new one.</summary>
    public static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, file, overwrite: true);
    }
}
