using System.Collections.Concurrent;
using Attribution.Diagnostics;

namespace Attribution.Data.Store.Journals;

/// <summary>
/// Many small results of one kind, each with its own key: for results that are too small for an artifact each, and too expensive to compute twice. An entry is
/// on the disk before it is returned, and is available to every process that uses the store.
/// </summary>
/// <remarks>
/// Each process appends to its own segment, so that no two write to the same file. A line has a checksum, and an incomplete line at the end of a killed
/// process's segment is ignored. A lock per key makes a second process that wants an entry wait for the first; within a process, the second caller shares the
/// first one's work. Files of a journal are only appended to, except by <c>attribution store verify</c> and <c>gc</c>.
/// </remarks>
internal sealed class Journal : IDisposable
{
    /// <summary>The store's folder of journals, beside the folders of stages.</summary>
    public const string StageName = "replies";

    internal const string SegmentSuffix = ".journal";

    private const string AboutFile = "about.json";
    private static readonly TimeSpan PauseForOthers = TimeSpan.FromMilliseconds(20);

    private readonly ArtifactStore _store;
    private readonly string _about;
    private readonly JournalReader _reader;
    private readonly JournalWriter _writer;
    private readonly KeyLocks _locks;
    private readonly ConcurrentDictionary<ContentHash, string> _entries = [];
    private readonly Dictionary<ContentHash, Task<string>> _underWay = [];
    private readonly Lock _gate = new();
    private bool _prepared, _markedUsed;

    private Journal(ArtifactStore store, ContentHash group, string about)
    {
        (_store, _about) = (store, about);
        Folder = store.Layout.ArtifactFolder(StageName, group);
        (_reader, _writer, _locks) = (new(Folder), new(Folder), KeyLocks.Of(store.Layout.KeyLocks));
    }

    /// <summary>The folder of its files.</summary>
    public string Folder { get; }

    /// <summary>The number of known entries.</summary>
    public int Count => _entries.Count;

    /// <summary>The values of all known entries.</summary>
    public IEnumerable<string> Values => _entries.Values;

    /// <summary>Opens a journal and reads it. Changes nothing.</summary>
    /// <param name="store">The store, which must outlive it.</param>
    /// <param name="group">Identifies the journal: the hash of what its entries have in common.</param>
    /// <param name="about">What they have in common, as JSON for people.</param>
    /// <exception cref="AttributionException">ATTR1812: the journal cannot be read.</exception>
    public static Journal Open(ArtifactStore store, ContentHash group, string about)
    {
        var journal = new Journal(store, group, about);
        journal.Guarded(() => journal.Refresh());
        if (journal._reader.Damaged > 0)
            store.Warn(ErrorCodes.ReplyDamaged, $"{journal._reader.Damaged} entries of {Path.GetRelativePath(store.Root, journal.Folder)} are damaged and "
                + "are asked for again when they are needed. `attribution store verify` sets them aside.");
        return journal;
    }

    /// <summary>Gets an entry, if it is known.</summary>
    public bool TryGet(ContentHash key, out string value) => _entries.TryGetValue(key, out value!);

    /// <summary>Gets an entry, producing and storing it if it does not exist.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="produce">Produces the entry, as text without line breaks. If it throws, nothing is stored.</param>
    /// <param name="cancellation">Cancels the wait for others, and is passed to <paramref name="produce"/>.</param>
    /// <returns>The entry, and whether this call produced it.</returns>
    /// <exception cref="AttributionException">ATTR1802, ATTR1803, ATTR1812: the entry cannot be written.</exception>
    public async Task<(string Value, bool Produced)> GetOrAddAsync(ContentHash key, Func<CancellationToken, Task<string>> produce,
        CancellationToken cancellation)
    {
        while (true)
        {
            if (TryGet(key, out var value))
            {
                MarkUsed();
                return (value, false);
            }
            Task<string> work;
            TaskCompletionSource<string>? own = null;
            lock (_gate)
            {
                if (!_underWay.TryGetValue(key, out work!))
                {
                    own = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    _underWay.Add(key, work = own.Task);
                }
            }
            if (own is not null)
                return await ProduceAsync(key, own, produce, cancellation).ConfigureAwait(false);
            try
            {
                return (await work.WaitAsync(cancellation).ConfigureAwait(false), false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The producer was cancelled; this caller was not.
            }
        }
    }

    /// <summary>Closes the segment. No operation may be running.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _locks.Dispose();
    }

    private async Task<(string, bool)> ProduceAsync(ContentHash key, TaskCompletionSource<string> own, Func<CancellationToken, Task<string>> produce,
        CancellationToken cancellation)
    {
        try
        {
            using var held = await AcquireAsync(key, cancellation).ConfigureAwait(false);
            // The previous holder may have just added it.
            Guarded(Refresh);
            var known = TryGet(key, out var value);
            if (!known)
            {
                value = await produce(cancellation).ConfigureAwait(false);
                await AppendAsync(key, value).ConfigureAwait(false);
            }
            Finish(key);
            own.SetResult(value);
            return (value, !known);
        }
        catch (Exception e)
        {
            Finish(key);
            if (e is OperationCanceledException)
                own.SetCanceled(CancellationToken.None);
            else
                own.SetException(e);
            // The caller gets the exception from what follows; nobody else may observe this task.
            _ = own.Task.Exception;
            throw;
        }
    }

    private void Finish(ContentHash key)
    {
        lock (_gate)
            _underWay.Remove(key);
    }

    private async Task<IDisposable> AcquireAsync(ContentHash key, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var held = Guarded(() =>
            {
                Prepare(cancellation);
                return _locks.TryTake(key);
            });
            if (held is not null)
                return held;
            await Task.Delay(PauseForOthers, cancellation).ConfigureAwait(false);
        }
    }

    private async Task AppendAsync(ContentHash key, string value)
    {
        try
        {
            await _writer.AppendAsync(JournalLine.Write(key, value)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Of(_store.Root, e);
        }
        _entries[key] = value;
    }

    private bool Refresh()
    {
        lock (_gate)
            _reader.Read((key, value) => _entries.TryAdd(key, value), _writer.Path);
        return true;
    }

    private void Prepare(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _prepared))
            return;
        _store.Prepare(cancellation);
        Directory.CreateDirectory(Folder);
        var about = Path.Combine(Folder, AboutFile);
        if (!File.Exists(about))
            File.WriteAllText(about, _about + "\n");
        Volatile.Write(ref _prepared, true);
    }

    private void MarkUsed()
    {
        if (!Interlocked.Exchange(ref _markedUsed, true))
            ArtifactStore.MarkUsed(Folder);
    }

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Of(_store.Root, e);
        }
    }
}
