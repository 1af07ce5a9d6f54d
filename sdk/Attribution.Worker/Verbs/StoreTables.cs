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

    /// <summary>The stages of a store, or the artifacts of one stage, as JSON.</summary>
    public static object ToJson(string root, IReadOnlyCollection<StoredArtifact> artifacts, string? stage, ArtifactNames names) => new
    {
        store = root,
        count = artifacts.Count,
        bytes = artifacts.Sum(a => a.Bytes),
        stages = stage is null ? StagesToJson(artifacts) : null,
        artifacts = stage is null ? null : artifacts.Where(a => a.Stage == stage).OrderByDescending(a => a.LastUsed).Select(a => new
        {
            a.Stage,
            fingerprint = $"{a.Fingerprint}",
            what = names.Of(a),
            a.Bytes,
            a.Manifest?.Seconds,
            a.Manifest?.Device,
            a.LastUsed,
            a.Damage,
        }),
    };

    /// <summary>The contents of each stage, as JSON.</summary>
    public static object StagesToJson(IReadOnlyCollection<StoredArtifact> artifacts) => artifacts.GroupBy(a => a.Stage).Select(stage => new
    {
        stage = stage.Key,
        count = stage.Count(),
        bytes = stage.Sum(a => a.Bytes),
        seconds = stage.Sum(a => a.Manifest?.Seconds ?? 0),
        lastUsed = stage.Max(a => a.LastUsed),
    });

    public static Table Artifacts(IReadOnlyCollection<StoredArtifact> artifacts, ArtifactNames names)
    {
        var table = New("fingerprint", "what", "size", "computed in", "on", "last used", "");
        foreach (var a in artifacts.OrderByDescending(a => a.LastUsed))
            table.AddRow(a.Fingerprint.Short, Shown.Of(names.Of(a)).EscapeMarkup(), Size(a.Bytes), Duration(a.Manifest?.Seconds ?? 0),
                Shown.Of(a.Manifest?.Device ?? "").EscapeMarkup(),
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
