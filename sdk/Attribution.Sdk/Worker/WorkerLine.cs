using System.Text.Json;
using Attribution.Contracts;

namespace Attribution.Sdk.Worker;

/// <summary>One line of what the worker says.</summary>
/// <param name="Kind"><c>message</c>, <c>warning</c>, <c>error</c>, <c>progress</c> or <c>summary</c>.</param>
/// <param name="Text">For people.</param>
internal sealed record WorkerLine(string Kind, string Text)
{
    public string? Code { get; init; }
    public string? File { get; init; }

    /// <summary>0-based.</summary>
    public long? Row { get; init; }

    public string? Property { get; init; }

    /// <summary>A message for those who look for it.</summary>
    public bool IsDetail { get; init; }

    /// <summary>The line, or null if it is none of the protocol: a native library may write to stdout, too.</summary>
    public static WorkerLine? Parse(string line)
    {
        if (!line.StartsWith('{'))
            return null;
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return StringOf(root, "kind") is { } kind && StringOf(root, "text") is { } text
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

    private static string? StringOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? ForeignText.Visible(value.GetString()!) : null;
}
