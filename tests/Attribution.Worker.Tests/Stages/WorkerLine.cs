using System.Text.Json;

namespace Attribution.Worker.Tests.Stages;

/// <summary>A line of what a worker reports.</summary>
internal sealed record WorkerLine(string Kind, string Text, string? Code, string? File, long? Row, string? Property, string? Importance)
{
    public static IReadOnlyList<WorkerLine> Parse(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonSerializer.Deserialize<WorkerLine>(line, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase })!)];
}
