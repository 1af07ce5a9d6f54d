using Microsoft.Win32.SafeHandles;

namespace Attribution.Models.Safetensors;

/// <summary>The bytes of one tensor in a mapped file. The mapping exists until the file and all such views of it are disposed.</summary>
/// <remarks>
/// Pages are copied on write: a write changes this process's view only, never the file. If another process truncates the file meanwhile, the content of a view
/// is undefined, and reading it may end the process; replacing a file by renaming is safe.
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

    /// <summary>The address of the first byte; valid until <see cref="Dispose"/>. Its alignment is that of the file, possibly none.</summary>
    public byte* Pointer { get; }

    /// <summary>
    /// Whether the bytes may be written; if not, a write ends the process. Only the mapping of a file that is too large for the system to reserve memory for is
    /// not writable.
    /// </summary>
    public bool IsWritable { get; }

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes as a span; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="OverflowException">There are more bytes than a span can hold (2 GiB).</exception>
    public ReadOnlySpan<byte> Span => _view is null ? throw new ObjectDisposedException(nameof(MappedBytes)) : new(Pointer, checked((int)Length));

    /// <summary>Whether the bytes equal those of another view, whatever the length.</summary>
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

    /// <summary>Releases the mapping.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _view, null)?.DangerousRelease();
        GC.SuppressFinalize(this);
    }

    ~MappedBytes() => Interlocked.Exchange(ref _view, null)?.DangerousRelease();
}
