using System.Text.Encodings.Web;
using System.Text.Json;

namespace QuickstartModel.Corpus;

/// <summary>Writes rows in the form that experiments read: one JSON object a line.</summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(string path, IReadOnlyList<T> rows, Action<Utf8JsonWriter, T> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var file = File.Create(path);
        foreach (var row in rows)
        {
            using (var json = new Utf8JsonWriter(file, Options))
            {
                json.WriteStartObject();
                write(json, row);
                json.WriteEndObject();
            }
            file.WriteByte((byte)'\n');
        }
    }
}
