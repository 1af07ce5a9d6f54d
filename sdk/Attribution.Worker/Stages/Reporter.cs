using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Diagnostics;

namespace Attribution.Worker.Stages;

/// <summary>Tells whoever started a stage how it goes: one JSON object per line. May be used from several threads.</summary>
internal sealed class Reporter(TextWriter output)
{
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(500);

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _gate = new();
    private readonly Stopwatch _sinceProgress = new();

    /// <summary>Something that a person should read.</summary>
    public void Message(string text) => Write(new Line("message", text));

    /// <summary>Something that only a person who looks for it should read.</summary>
    public void Detail(string text) => Write(new Line("message", text) { Importance = "low" });

    /// <summary>Something that is not as it should be and does not stop the stage.</summary>
    public void Warning(string code, string text, string? file = null, long? row = null) => Write(new Line("warning", text) { Code = code, File = file, Row = row });

    /// <summary>What stops the stage.</summary>
    public void Error(AttributionException error)
        => Write(new Line("error", error.Message) { Code = error.Code, File = error.File, Row = error.Row, Property = error.Property });

    /// <summary>The one line that says what the stage did.</summary>
    public void Summary(string text) => Write(new Line("summary", text));

    /// <summary>How far the stage has come; told at most twice a second.</summary>
    public void Progress(Func<string> text)
    {
        lock (_gate)
        {
            if (_sinceProgress.IsRunning && _sinceProgress.Elapsed < ProgressPause)
                return;
            _sinceProgress.Restart();
        }
        Write(new Line("progress", text()));
    }

    private void Write(Line line)
    {
        var json = JsonSerializer.Serialize(line, Options);
        lock (_gate)
        {
            output.WriteLine(json);
            output.Flush();
        }
    }

    private sealed record Line(string Kind, string Text)
    {
        public string? Code { get; init; }
        public string? File { get; init; }
        public long? Row { get; init; }
        public string? Property { get; init; }
        public string? Importance { get; init; }
    }
}
