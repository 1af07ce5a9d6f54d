using System.Text.Json;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;

namespace Attribution.Worker.Stages;

/// <summary>Reads a stage's <c>.request.json</c>.</summary>
internal static class RequestFile
{
    /// <summary>Reads a request as the settings of its stage.</summary>
    /// <exception cref="AttributionException">ATTR1950; see <see cref="Read{T}"/>.</exception>
    public static StageSettings Read(string stage, string path)
    {
        var upstream = Read<StageSettings>(path).Upstream;
        return Read(path, bytes => StageRequestJson.Read(ExperimentStage.Find(stage, upstream).Settings, bytes));
    }

    /// <summary>Reads a request.</summary>
    /// <exception cref="AttributionException">ATTR1950: the file is missing, is not JSON, or a property is missing or has an invalid value.</exception>
    public static T Read<T>(string path)
        where T : StageSettings => Read(path, bytes => StageRequestJson.Read<T>(bytes));

    private static T Read<T>(string path, Func<byte[], T> read)
    {
        try
        {
            return read(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, null, e.Message);
        }
        catch (JsonException e)
        {
            // For an invalid number the path names the property; for a missing property the message does.
            var property = e.Path is { Length: > 2 } at ? at[2..] : null;
            throw Invalid(path, property, property is null ? e.Message : $"'{property}' has a value that it cannot have");
        }
    }

    private static AttributionException Invalid(string path, string? property, string why) =>
        new(ErrorCodes.RequestInvalid, $"The request '{path}' cannot be used: {why}. Correct the project's property "
            + "or item that it comes from.")
        { File = path, Property = property };
}
