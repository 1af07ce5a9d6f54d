using System.Text.Json;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.Snapshots;

/// <summary>What the comparison with the snapshot said, for the report: a file of the experiment's state.</summary>
internal static class SnapshotVerdictFile
{
    /// <summary>Writes it, if it says something new.</summary>
    public static void Write(StateFolder state, SnapshotVerdict verdict) =>
        WholeFile.Write(state.VerdictFile, JsonSerializer.Serialize(verdict, Readable.Indented) + "\n");

    /// <summary>Reads it; null if nothing was compared yet.</summary>
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
