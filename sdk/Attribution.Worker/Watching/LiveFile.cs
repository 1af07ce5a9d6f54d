using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Worker.Watching;

/// <summary>
/// Writes what a running stage reports, for people who watch the build: lines of JSON in the folder <c>live</c> of the state, in a file for each process. No
/// result depends on them, and the stage goes on if they cannot be written.
/// </summary>
internal sealed class LiveFile : IDisposable
{
    /// <summary>The name of the folder in the experiment's state.</summary>
    public const string FolderName = "live";

    private static readonly TimeSpan StepPause = TimeSpan.FromMilliseconds(200);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals
    };

    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private DateTime _nextStep;

    /// <summary>Begins a stage's file.</summary>
    /// <param name="state">The folder of the experiment's state.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="isHelper">Whether another process runs the stage. Only that process removes the files of the stage's last run.</param>
    public LiveFile(string state, string stage, bool isHelper)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(state, FolderName)).FullName;
            if (!isHelper)
                foreach (var old in Directory.EnumerateFiles(folder, $"{stage}.*"))
                    File.Delete(old);
            var path = Path.Combine(folder, isHelper ? $"{stage}.{Environment.ProcessId}.jsonl" : $"{stage}.jsonl");
            _writer = new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
            Write(new LiveLine(LiveLine.Started, DateTime.UtcNow));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _writer = null;
        }
    }

    /// <summary>Adds a message of the stage.</summary>
    public void Say(string kind, string text) => Write(new LiveLine(kind, DateTime.UtcNow) { Text = text });

    /// <summary>Adds a step of training, at most five times a second.</summary>
    public void Trained(string run, long step, double value, string measure)
    {
        var now = DateTime.UtcNow;
        lock (_gate)
        {
            if (now < _nextStep)
                return;
            _nextStep = now + StepPause;
        }
        Write(new LiveLine(LiveLine.OfTraining, now) { Text = run, Step = step, Value = value, Measure = measure });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Write(new LiveLine(LiveLine.Ended, DateTime.UtcNow));
        lock (_gate)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private void Write(LiveLine line)
    {
        lock (_gate)
            try
            {
                _writer?.WriteLine(JsonSerializer.Serialize(line, Options));
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                _writer = null;
            }
    }

    /// <summary>The lines of a file, without a last line that is not finished.</summary>
    public static IReadOnlyList<LiveLine> Read(string path)
    {
        var lines = new List<LiveLine>();
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            while (reader.ReadLine() is { } text)
                if (JsonSerializer.Deserialize<LiveLine>(text, Options) is { } line)
                    lines.Add(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // The lines before it can be shown.
        }
        return lines;
    }
}

/// <summary>A line of a <see cref="LiveFile"/>.</summary>
/// <param name="Kind">One of the constants here, or the kind of a line that the build reads.</param>
/// <param name="At">The time, in UTC.</param>
internal sealed record LiveLine(string Kind, DateTime At)
{
    public const string Started = "started", Ended = "ended", OfTraining = "step";

    /// <summary>The message, or the name of what is trained.</summary>
    public string? Text { get; init; }

    /// <summary>The step of a training.</summary>
    public long? Step { get; init; }

    /// <summary>The value at the step.</summary>
    public double? Value { get; init; }

    /// <summary>What the value is, one of <see cref="Pipeline.TrainingMeasures"/>.</summary>
    public string? Measure { get; init; }
}
