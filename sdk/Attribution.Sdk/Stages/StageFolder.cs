using System.Text;

namespace Attribution.Sdk.Stages;

/// <summary>The files of a stage under <c>obj/attribution</c>.</summary>
/// <param name="path">The folder.</param>
internal sealed class StageFolder(string path)
{
    /// <summary>The stage's request.</summary>
    public string Request(string stage) => Path.Combine(path, $"{stage}.request.json");

    /// <summary>The sizes and times of the outside files that the stage reads.</summary>
    public string Inputs(string stage) => Path.Combine(path, $"{stage}.inputs");

    /// <summary>The stage's results, by content.</summary>
    public string Result(string stage) => Path.Combine(path, $"{stage}.result.json");

    /// <summary>The result of the comparison with the snapshot.</summary>
    public string Verdict => Path.Combine(path, "VerifySnapshot.verdict.json");

    /// <summary>The list of files that must exist unchanged.</summary>
    public string Files(string stage) => Path.Combine(path, $"{stage}.files");

    /// <summary>Its time is that of the last run, its text that of <see cref="StageFiles.Describe"/> then.</summary>
    public string Stamp(string stage) => Path.Combine(path, $"{stage}.stamp");

    /// <summary>Whether the file already has this text.</summary>
    public static bool Says(string file, string text) => File.Exists(file) && File.ReadAllText(file) == text;

    /// <summary>Writes the file in one step: a build that is killed leaves either the old or the new one.</summary>
    public static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, file, overwrite: true);
    }
}
