using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Worker.Slurm;

/// <summary>A line of a worker's journal: the start or the end of the worker or of a unit, a warning, or a signal.</summary>
/// <param name="Kind">One of the constants below.</param>
internal sealed record JournalLine(string Kind)
{
    public const string Start = "start", Begin = "begin", Done = "done", Dropped = "dropped", Failed = "failed", Warning = "warning", Signal = "signal",
        End = "end";

    /// <summary>The extension of a journal's file.</summary>
    public const string Suffix = ".journal";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The time, in UTC.</summary>
    public DateTime At { get; init; }

    /// <summary>In the first line: the node.</summary>
    public string? Host { get; init; }

    /// <summary>In the first line: the array's job and the task, for example <c>17_3</c>.</summary>
    public string? Job { get; init; }

    /// <summary>In the first line: the GPUs that the worker sees.</summary>
    public string? Gpus { get; init; }

    /// <summary>The unit, for example <c>vector-blocks/HASH</c>; null if the line is about no unit.</summary>
    public string? Unit { get; init; }

    /// <summary>The number of the unit's rows; null if the unit is not a block of rows.</summary>
    public int? Rows { get; init; }

    /// <summary>The time that the unit took, in seconds.</summary>
    public double? Seconds { get; init; }

    /// <summary>Rows per second.</summary>
    public double? Rate { get; init; }

    /// <summary>The code of an error or a warning.</summary>
    public string? Code { get; init; }

    /// <summary>The message of an error or a warning, or the name of a signal.</summary>
    public string? Text { get; init; }

    /// <summary>The file that an error is about.</summary>
    public string? File { get; init; }

    /// <summary>The row of that file, from 0.</summary>
    public long? Row { get; init; }

    /// <summary>The property that an error comes from.</summary>
    public string? Property { get; init; }

    /// <summary>The line as JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads a line; null if the text is not one.</summary>
    public static JournalLine? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalLine>(line, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
