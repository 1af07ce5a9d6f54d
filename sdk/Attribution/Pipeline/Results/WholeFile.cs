using System.Text;

namespace Attribution.Pipeline.Results;

/// <summary>Writes files atomically, and leaves a file alone if its content would not change.</summary>
internal static class WholeFile
{
    /// <summary>Writes a text.</summary>
    /// <returns>Whether the file changed.</returns>
    public static bool Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes.</summary>
    /// <returns>Whether the file changed.</returns>
    public static bool Write(string path, byte[] bytes)
    {
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            return false;
        Replace(path, temporary => File.WriteAllBytes(temporary, bytes));
        return true;
    }

    /// <summary>Replaces a file by the output of <paramref name="write"/>, which gets the path to write to.</summary>
    public static void Replace(string path, Action<string> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
