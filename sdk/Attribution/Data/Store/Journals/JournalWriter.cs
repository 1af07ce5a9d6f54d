using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Attribution.Data.Store.Journals;

/// <summary>
/// A process's own segments of a journal. Lines that are appended while others are being flushed are flushed together. A segment that has not grown for a while
/// is never written to again, so that readers need not check it again.
/// </summary>
internal sealed class JournalWriter(string folder) : IDisposable
{
    /// <summary>The pause after which a segment is finished.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Stopwatch _sinceWrite = new();
    private List<(byte[] Line, TaskCompletionSource Done)> _waiting = [];
    private SafeFileHandle? _file, _hold;
    private long _length;
    private bool _writing;

    /// <summary>The path of the current segment; null before the first line.</summary>
    public string? Path { get; private set; }

    /// <summary>Appends a line. It is on the disk when the task completes.</summary>
    /// <exception cref="IOException">The line cannot be written; earlier lines stay intact.</exception>
    public Task AppendAsync(byte[] line)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((line, done));
            if (_writing)
                return done.Task;
            _writing = true;
        }
        _ = Task.Run(WriteAll);
        return done.Task;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _hold?.Dispose();
    }

    private void WriteAll()
    {
        while (true)
        {
            List<(byte[] Line, TaskCompletionSource Done)> batch;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _writing = false;
                    return;
                }
                (batch, _waiting) = (_waiting, []);
            }
            try
            {
                Write(batch);
                batch.ForEach(b => b.Done.SetResult());
            }
            catch (Exception e)
            {
                batch.ForEach(b => b.Done.SetException(e));
            }
        }
    }

    private void Write(List<(byte[] Line, TaskCompletionSource Done)> batch)
    {
        if (_file is null || _sinceWrite.Elapsed > LongestPause)
        {
            Dispose();
            Directory.CreateDirectory(folder);
            var name = $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss.fffffff}-{Environment.ProcessId}-{Guid.NewGuid():N}";
            Path = System.IO.Path.Combine(folder, name + Journal.SegmentSuffix);
            _length = 0;
            _file = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            // What sets damaged segments aside leaves alone what is locked; on nfs and cifs .NET locks nothing that it may write to.
            _hold = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            StableStorage.Flush(folder);
        }
        try
        {
            RandomAccess.Write(_file, [.. batch.Select(b => (ReadOnlyMemory<byte>)b.Line)], _length);
            RandomAccess.FlushToDisk(_file);
        }
        catch
        {
            // An incomplete line must not precede the next one.
            RandomAccess.SetLength(_file, _length);
            throw;
        }
        _length += batch.Sum(b => (long)b.Line.Length);
        _sinceWrite.Restart();
    }
}
