using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Attribution.Worker.Doctor;

/// <summary>The doctor's results as a table or as JSON.</summary>
public static class DoctorReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>0, or 1 if something needed is missing.</summary>
    public static int ExitCode(IEnumerable<Check> checks) => checks.Any(check => check.Status == CheckStatus.Missing) ? 1 : 0;

    /// <summary>Writes a table, then the commands that fix what has to be fixed, outside of the table so that they can be copied as a whole.</summary>
    public static void WriteTable(IReadOnlyList<Check> checks, TextWriter output, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        if (!isTerminal)
            console.Profile.Width = 120;

        var table = new Table { Border = isTerminal ? TableBorder.Rounded : TableBorder.Ascii2 };
        table.AddColumn(new TableColumn("part").NoWrap());
        table.AddColumn(new TableColumn("status").NoWrap());
        table.AddColumn("found");
        foreach (var check in checks)
            table.AddRow(new Markup(Markup.Escape(check.Part)), new Markup($"[{Colour(check.Status)}]{Name(check.Status)}[/]"),
                new Markup(Markup.Escape(Shown.Of(check.Found))));
        console.Write(table);

        foreach (var check in checks.Where(check => check.Mend is not null))
            output.WriteLine($"{Name(check.Status),-8}{check.Part}: {Shown.Of(check.Mend!)}");
        output.WriteLine(ExitCode(checks) == 0 ? "Ready: nothing that is needed is missing." : "Not ready: something that is needed is missing.");
    }

    /// <summary>Writes <c>{"ready": true, "checks": [{"part", "status", "found", "mend"}]}</c>.</summary>
    public static void WriteJson(IReadOnlyList<Check> checks, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(new { ready = ExitCode(checks) == 0, checks }, Json));

    private static string Name(CheckStatus status) => status.ToString().ToLowerInvariant();

    private static string Colour(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "green",
        CheckStatus.Warn => "yellow",
        CheckStatus.Missing => "red",
        _ => "grey",
    };
}
