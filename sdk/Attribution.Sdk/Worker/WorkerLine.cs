using System.Text.Json;
using Attribution.Contracts;

namespace Attribution.Sdk.Worker;

/// <summary>A line of the worker's output.</summary>
/// <param name="Kind"><c>message</c>, <c>annotation</c>, <c>warning</c>, <c>error</c>, <c>progress</c> or <c>summary</c>.</param>
/// <param name="Text">The text for people.</param>
internal sealed record WorkerLine(string Kind, string Text)
{
    public string? Code { get; init; }
    public string? File { get; init; }

    /// <summary>The 0-based row.</summary>
    public long? Row { get; init; }

    public string? Property { get; init; }

    /// <summary>Whether it is a message for readers who ask for more output.</summary>
    public bool IsDetail { get; init; }

    /// <summary>Parses a line; null if it does not belong to the protocol: a native library may write to stdout too.</summary>
    public static WorkerLine? Parse(string line)
    {
        if (!line.StartsWith('{'))
            return null;
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return StringOf(root, "kind") is { } kind && (kind == WorkerLineKinds.Annotation
                ? Raw(root, "text") is { } command ? ForeignText.WithoutControls(command) : null : StringOf(root, "text")) is { } text
                ? new WorkerLine(kind, text)
                {
                    Code = StringOf(root, "code"),
                    File = StringOf(root, "file"),
                    Row = root.TryGetProperty("row", out var row) && row.TryGetInt64(out var number) ? number : null,
                    Property = StringOf(root, "property"),
                    IsDetail = StringOf(root, "importance") == "low",
                }
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? StringOf(JsonElement root, string name) => Raw(root, name) is { } text ? ForeignText.Visible(text) : null;

    private static string? Raw(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
