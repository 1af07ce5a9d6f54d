using Attribution.Data.Store;
using Spectre.Console;

namespace Attribution.Worker.Verbs;

/// <summary>Shows the store's contents as tables.</summary>
internal static class StoreTables
{
    private const int WidthOfNoTerminal = 160;

    /// <param name="output">The output; escape codes are used only if it is a terminal.</param>
    /// <param name="widthOfNoTerminal">The width in columns for a file or a pipe.</param>
    public static IAnsiConsole ConsoleOn(TextWriter output, int widthOfNoTerminal = WidthOfNoTerminal)
    {
        // Foreign text is made safe cell by cell here; the console's own escape codes must pass.
        var terminal = output is Shown.Writer;
        output = (output as Shown.Writer)?.Inner ?? output;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No
        });
        if (!terminal)
            console.Profile.Width = widthOfNoTerminal;
        return console;
    }

    public static Table Stages(IReadOnlyCollection<StoredArtifact> artifacts)
    {
        var table = New("stage", "artifacts", "size", "computed in", "last used");
        foreach (var stage in artifacts.GroupBy(a => a.Stage))
            table.AddRow(Shown.Of(stage.Key).EscapeMarkup(), $"{stage.Count()}", Size(stage.Sum(a => a.Bytes)),
                Duration(stage.Sum(a => a.Manifest?.Seconds ?? 0)), Time(stage.Max(a => a.LastUsed)));
        return table;
    }

    public static Table Artifacts(IReadOnlyCollection<StoredArtifact> artifacts)
    {
        var table = New("fingerprint", "size", "computed in", "on", "last used", "");
        foreach (var a in artifacts.OrderByDescending(a => a.LastUsed))
            table.AddRow(a.Fingerprint.Short, Size(a.Bytes), Duration(a.Manifest?.Seconds ?? 0), Shown.Of(a.Manifest?.Device ?? "").EscapeMarkup(),
                Time(a.LastUsed), Shown.Of(a.Damage is null ? "" : $"damaged: {a.Damage}").EscapeMarkup());
        return table;
    }

    public static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    public static string Size(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1000_000 => $"{bytes / 1e3:0.0} kB",
        < 1000_000_000 => $"{bytes / 1e6:0.0} MB",
        _ => $"{bytes / 1e9:0.0} GB",
    };

    private static Table New(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column).NoWrap());
        return table;
    }

    private static string Duration(double seconds) => seconds < 100 ? $"{seconds:0.0} s" : $"{seconds / 60:0} min";

    private static string Time(DateTime utc) => $"{utc.ToLocalTime():yyyy-MM-dd HH:mm}";
}
