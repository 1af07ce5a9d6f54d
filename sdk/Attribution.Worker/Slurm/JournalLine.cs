using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Worker.Slurm;

/// <summary>A line of a worker's journal: what it began, computed or failed at, and why it ended.</summary>
/// <param name="Kind">One of the names below.</param>
internal sealed record JournalLine(string Kind)
{
    public const string Start = "start", Begin = "begin", Done = "done", Dropped = "dropped", Failed = "failed", Warning = "warning", Signal = "signal",
        End = "end";

    /// <summary>What files of journals end with.</summary>
    public const string Suffix = ".journal";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>When, in UTC.</summary>
    public DateTime At { get; init; }

    /// <summary>At the start: the node.</summary>
    public string? Host { get; init; }

    /// <summary>At the start: the array's job and the task, such as <c>17_3</c>.</summary>
    public string? Job { get; init; }

    /// <summary>At the start: the GPUs that it sees.</summary>
    public string? Gpus { get; init; }

    /// <summary>The unit, such as <c>vector-blocks/HASH</c>; null for what happened to no unit.</summary>
    public string? Unit { get; init; }

    /// <summary>The unit's rows, if it is a block of rows.</summary>
    public int? Rows { get; init; }

    /// <summary>How long it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>Rows a second.</summary>
    public double? Rate { get; init; }

    /// <summary>The code of an error or a warning.</summary>
    public string? Code { get; init; }

    /// <summary>Its words; of a signal, its name.</summary>
    public string? Text { get; init; }

    /// <summary>The file that an error is about.</summary>
    public string? File { get; init; }

    /// <summary>The row there.</summary>
    public long? Row { get; init; }

    /// <summary>The property that an error comes from.</summary>
    public string? Property { get; init; }

    /// <summary>The line as JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, Options);

    /// <summary>The line; null for what is none.</summary>
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
