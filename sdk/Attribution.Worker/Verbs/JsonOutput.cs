using System.CommandLine;
using System.Text.Json;
using Attribution.Pipeline;

namespace Attribution.Worker.Verbs;

/// <summary>The option <c>--json</c> of every verb that prints a table: it prints the same data as JSON, complete and with names in snake_case.</summary>
internal static class JsonOutput
{
    /// <summary>The option.</summary>
    public static Option<bool> Option() => new("--json") { Description = "Print JSON instead of a table." };

    /// <summary>Writes an object as JSON.</summary>
    public static void Write(TextWriter output, object value) => output.WriteLine(JsonSerializer.Serialize(value, Readable.Indented));
}
