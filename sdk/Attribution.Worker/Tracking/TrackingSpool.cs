using System.Security.Cryptography;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Worker.GitHub;

namespace Attribution.Worker.Tracking;

/// <summary>
/// Builds that a tracker has not received, or only in part: one folder each in the experiment's state, with copies of the files to send. They stay until
/// everything has arrived, so that nothing is lost while a tracker is down.
/// </summary>
/// <param name="state">The folder of the experiment's state.</param>
internal sealed class TrackingSpool(string state)
{
    private const string BuildFile = "build.json", SentFile = "sent.txt", Files = "files";

    private readonly string _folder = Path.Combine(state, "tracking");

    private string LastFile => Path.Combine(_folder, "last.txt");

    /// <summary>Adds the present results, unless the last results that were added are the same.</summary>
    /// <returns>True if they were added.</returns>
    public bool Add(ReportSettings settings, SnapshotVerdict? verdict, DateTimeOffset now)
    {
        DeleteRemains();
        var metrics = Path.Combine(settings.Out, Metrics.File);
        if (!File.Exists(metrics))
            return false;
        byte[] told = [.. File.ReadAllBytes(metrics), .. JsonSerializer.SerializeToUtf8Bytes(verdict, Readable.Line)];
        var content = Convert.ToHexStringLower(SHA256.HashData(told));
        if (File.Exists(LastFile) && File.ReadAllText(LastFile) == content)
            return false;
        // Written to a temporary folder and then moved, so that a build that is killed adds all or nothing.
        var (folder, temporary) = (Path.Combine(_folder, $"{now.UtcDateTime:yyyyMMddHHmmssfff}"), Path.Combine(_folder, ".new"));
        Directory.CreateDirectory(Path.Combine(temporary, Files));
        foreach (var file in new[] { metrics, Path.Combine(settings.Out, "report.html") }.Where(File.Exists))
            File.Copy(file, Path.Combine(temporary, Files, Path.GetFileName(file)));
        if (verdict is not null)
            File.WriteAllText(Path.Combine(temporary, Files, "snapshot.md"), SnapshotOnGitHub.Summary(settings.Experiment, verdict));
        File.WriteAllText(Path.Combine(temporary, BuildFile), JsonSerializer.Serialize(TrackedBuild.Of(settings, now), Readable.Line));
        Directory.Move(temporary, folder);
        WholeFile.Write(LastFile, content);
        return true;
    }

    /// <summary>The builds to send, oldest first.</summary>
    public IReadOnlyList<SpooledBuild> Waiting() => [.. Folders().Where(IsWhole).Order(StringComparer.Ordinal).Select(folder => new SpooledBuild(folder))];

    private IEnumerable<string> Folders() => Directory.Exists(_folder) ? Directory.EnumerateDirectories(_folder) : [];

    private static bool IsWhole(string folder) => Path.GetFileName(folder)[0] != '.' && File.Exists(Path.Combine(folder, BuildFile));

    // What was being written or deleted when a build was killed.
    private void DeleteRemains()
    {
        foreach (var folder in Folders().Where(folder => !IsWhole(folder)).ToArray())
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>A build that waits to be sent.</summary>
    internal sealed class SpooledBuild(string folder)
    {
        private readonly Dictionary<string, string> _sent = File.Exists(Path.Combine(folder, SentFile))
            ? File.ReadAllLines(Path.Combine(folder, SentFile)).Select(line => line.Split('\t')).Where(line => line.Length == 2)
                .GroupBy(line => line[0]).ToDictionary(line => line.Key, line => line.Last()[1])
            : [];

        public TrackedBuild Build { get; } = JsonSerializer.Deserialize<TrackedBuild>(File.ReadAllBytes(Path.Combine(folder, BuildFile)), Readable.Line)!;

        /// <summary>The files to send with it.</summary>
        public IEnumerable<string> Artifacts => Directory.EnumerateFiles(Path.Combine(folder, Files)).Order(StringComparer.Ordinal);

        /// <summary>Whether something of it has arrived.</summary>
        public bool HasNotes => _sent.Count > 0;

        /// <summary>The answer that was noted for an item; null if the item has not arrived.</summary>
        public string? Sent(string what) => _sent.GetValueOrDefault(what);

        /// <summary>Notes that an item has arrived, with the tracker's answer.</summary>
        public void Note(string what, string answer)
        {
            _sent[what] = answer;
            File.AppendAllText(Path.Combine(folder, SentFile), $"{what}\t{answer}\n");
        }

        /// <summary>Forgets what has arrived.</summary>
        public void Forget()
        {
            File.Delete(Path.Combine(folder, SentFile));
            _sent.Clear();
        }

        /// <summary>Deletes the folder once everything has arrived; all or, for the next build, nothing is left of it if this one is killed.</summary>
        public void Done()
        {
            var removed = Path.Combine(Path.GetDirectoryName(folder)!, $".{Path.GetFileName(folder)}");
            Directory.Move(folder, removed);
            Directory.Delete(removed, recursive: true);
        }
    }
}
