using System.Text.Json;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.Snapshots;

/// <summary>The file with the result of the snapshot comparison, in the experiment's state, for the report.</summary>
internal static class SnapshotVerdictFile
{
    /// <summary>Writes the file if its content changes.</summary>
    public static void Write(StateFolder state, SnapshotVerdict verdict) =>
        WholeFile.Write(state.VerdictFile, JsonSerializer.Serialize(verdict, Readable.Indented) + "\n");

    /// <summary>Reads the file; null if nothing was compared yet.</summary>
    public static SnapshotVerdict? TryRead(StateFolder state)
    {
        try
        {
            return JsonSerializer.Deserialize<SnapshotVerdict>(File.ReadAllBytes(state.VerdictFile), Readable.Line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
