using Microsoft.Win32.SafeHandles;

namespace Attribution.Models.Safetensors;

/// <summary>
/// The bytes of one tensor inside a mapped file. The mapping stays in place until the file and every such view of it are disposed.
/// </summary>
/// <remarks>
/// Pages are copied when they are written: a write changes this process's view only, never the file. What a view shows is undefined, and reading it
/// may end the process, if another process truncates the file meanwhile; files that are replaced by renaming are safe.
/// </remarks>
internal sealed unsafe class MappedBytes : IDisposable
{
    private SafeMemoryMappedViewHandle? _view;

    internal MappedBytes(SafeMemoryMappedViewHandle view, bool isWritable, byte* pointer, long length)
    {
        var held = false;
        view.DangerousAddRef(ref held);
        _view = view;
        IsWritable = isWritable;
        Pointer = pointer;
        Length = length;
    }

    /// <summary>The first byte; valid until <see cref="Dispose"/>. Aligned as the file aligns it, which may be not at all.</summary>
    public byte* Pointer { get; }

    /// <summary>
    /// Whether the bytes may be written; else a write ends the process. Only the mapping of a file for which the system would not reserve as much memory is not
    /// writable.
    /// </summary>
    public bool IsWritable { get; }

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes as a span; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="OverflowException">There are more than a span can hold (2 GiB).</exception>
    public ReadOnlySpan<byte> Span => _view is null ? throw new ObjectDisposedException(nameof(MappedBytes)) : new(Pointer, checked((int)Length));

    /// <summary>Whether these are the same bytes as others, however many.</summary>
    public bool ContentEquals(MappedBytes other)
    {
        if (Length != other.Length)
            return false;
        const int step = 1 << 24;
        for (var at = 0L; at < Length; at += step)
        {
            var count = (int)Math.Min(step, Length - at);
            if (!new ReadOnlySpan<byte>(Pointer + at, count).SequenceEqual(new ReadOnlySpan<byte>(other.Pointer + at, count)))
                return false;
        }
        return true;
    }

    /// <summary>Lets go of the mapping.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _view, null)?.DangerousRelease();
        GC.SuppressFinalize(this);
    }

    ~MappedBytes() => Interlocked.Exchange(ref _view, null)?.DangerousRelease();
}
