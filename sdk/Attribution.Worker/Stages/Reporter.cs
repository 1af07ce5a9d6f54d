using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Worker.Watching;

namespace Attribution.Worker.Stages;

/// <summary>Reports a stage's progress to the process that started it: one JSON object per line. May be used from several threads.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="beat">The time after which the last progress is reported again, while a unit takes long; 4 seconds if null.</param>
internal sealed class Reporter(TextWriter output, TimeSpan? beat = null) : StageReporter, IDisposable
{
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(500);

    private readonly TimeSpan _beat = beat ?? TimeSpan.FromSeconds(4);

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _gate = new();
    private readonly Stopwatch _sinceProgress = new();
    private readonly HashSet<(string, string, string?, long?)> _warnings = [];
    private LiveFile? _live;
    private Timer? _heart;
    private string _progress = "working";
    private bool _wasProgress;

    /// <summary>Told of each warning: its code, its text, its file and row.</summary>
    public event Action<string, string, string?, long?>? Warned;

    /// <summary>Told of each error.</summary>
    public event Action<AttributionException>? Failed;

    /// <inheritdoc/>
    public override void Message(string text) => Write(new Line("message", text));

    /// <inheritdoc/>
    internal override void Annotation(string command) => Write(new Line(WorkerLineKinds.Annotation, command));

    /// <inheritdoc/>
    public override void Detail(string text) => Write(new Line("message", text) { Importance = "low" });

    /// <inheritdoc/>
    public override void Warning(string code, string text, string? file = null, long? row = null)
    {
        // What is tried several times is warned of once.
        lock (_gate)
            if (!_warnings.Add((code, text, file, row)))
                return;
        Warned?.Invoke(code, text, file, row);
        Write(new Line("warning", text) { Code = code, File = file, Row = row });
    }

    /// <inheritdoc/>
    public override void Error(AttributionException error)
    {
        Failed?.Invoke(error);
        Write(new Line("error", error.Message) { Code = error.Code, File = error.File, Row = error.Row, Property = error.Property });
    }

    /// <inheritdoc/>
    public override void Summary(string text) => Write(new Line("summary", text));

    /// <inheritdoc/>
    public override void Trained(string run, long step, double value, string measure) => _live?.Trained(run, step, value, measure);

    /// <summary>Begins a stage: from here on, people can watch it, and progress is reported every few seconds.</summary>
    /// <param name="state">The folder of the experiment's state.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="isHelper">Whether another process runs the stage.</param>
    public void Show(string state, string stage, bool isHelper)
    {
        _live = new LiveFile(state, stage, isHelper);
        _sinceProgress.Start();
        if (!isHelper)
            _heart = new Timer(_ => Repeat(), null, _beat, _beat);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heart?.Dispose();
        _live?.Dispose();
    }

    /// <summary>Reports progress, at most twice a second.</summary>
    public override void Progress(Func<string> text)
    {
        lock (_gate)
        {
            if (_wasProgress && _sinceProgress.Elapsed < ProgressPause)
                return;
            _wasProgress = true;
            _sinceProgress.Restart();
        }
        _progress = text();
        Write(new Line("progress", _progress));
    }

    private void Repeat()
    {
        lock (_gate)
        {
            if (_sinceProgress.Elapsed < _beat)
                return;
            _sinceProgress.Restart();
        }
        try
        {
            Write(new Line("progress", _progress) { IsRepeated = true });
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process that reads the lines has ended.
        }
    }

    private void Write(Line line)
    {
        // Much of it is text from others.
        line = line with
        {
            Text = line.Kind == WorkerLineKinds.Annotation ? Shown.Command(line.Text) : Shown.Of(line.Text),
            File = line.File is null ? null : Shown.Of(line.File),
            Property = line.Property is null
            ? null : Shown.Of(line.Property)
        };
        var json = JsonSerializer.Serialize(line, Options);
        if (line.Importance is null && !line.IsRepeated)
            _live?.Say(line.Kind, line.Text);
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

        [JsonIgnore]
        public bool IsRepeated { get; init; }
    }
}
