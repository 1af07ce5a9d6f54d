using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Attribution.Data.Store.Journals;

/// <summary>
/// A process's own segments of a journal. Lines that are appended while others are on their way to the disk go there together, with one flush. A segment that
/// has not grown for a while is never written to again, so that readers need not look at it again either.
/// </summary>
internal sealed class JournalWriter(string folder) : IDisposable
{
    /// <summary>A segment that has not grown for so long is finished.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Stopwatch _sinceWrite = new();
    private List<(byte[] Line, TaskCompletionSource Done)> _waiting = [];
    private SafeFileHandle? _file, _hold;
    private long _length;
    private bool _writing;

    /// <summary>The path of the segment that is written to; null before the first line is.</summary>
    public string? Path { get; private set; }

    /// <summary>Appends a line; it is on the disk when the task ends.</summary>
    /// <exception cref="IOException">It cannot be written; what was written before stays whole.</exception>
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
            Path = System.IO.Path.Combine(folder, $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss.fffffff}-{Environment.ProcessId}-{Guid.NewGuid():N}{Journal.SegmentSuffix}");
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
            // Half a line must not stand before the next one.
            RandomAccess.SetLength(_file, _length);
            throw;
        }
        _length += batch.Sum(b => (long)b.Line.Length);
        _sinceWrite.Restart();
    }
}
