using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Attribution.Models.Safetensors;

/// <summary>
/// A memory-mapped safetensors file: 8 bytes of header length, a JSON header, and the tensors' bytes without gaps (https://github.com/huggingface/safetensors,
/// "Format"). Opening the file validates everything except the values, which are read when used.
/// </summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly SafeMemoryMappedViewHandle _view;
    private readonly bool _isWritable;
    private readonly byte* _buffer;
    private readonly Dictionary<string, SafetensorsEntry> _byName;
    private bool _disposed;

    private SafetensorsFile(string path, SafeMemoryMappedViewHandle view, bool isWritable, byte* buffer, SafetensorsHeader header)
    {
        FilePath = path;
        _view = view;
        _isWritable = isWritable;
        _buffer = buffer;
        Entries = header.Entries;
        Metadata = header.Metadata;
        _byName = header.Entries.ToDictionary(e => e.Name);
    }

    /// <summary>The file's path, as it was opened.</summary>
    public string FilePath { get; }

    /// <summary>The tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The file's free-form metadata, for example <c>format: pt</c>; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor with this name.</summary>
    /// <exception cref="AttributionException">ATTR1114: the file has no tensor with this name.</exception>
    public SafetensorsEntry this[string name] => Find(name)
        ?? throw new AttributionException(ErrorCodes.TensorMissing, $"There is no tensor '{name}' among the {Entries.Count} of this file.")
        {
            File = FilePath,
            Property = name
        };

    /// <summary>Opens a file.</summary>
    /// <exception cref="AttributionException">ATTR1110: the file is missing or may not be read. ATTR1111: its header is damaged. ATTR1112: a tensor's dtype,
    /// shape and offsets contradict each other or the file's size.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileIdentity.RequireFile(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
            var length = stream.Length;
            if (length < SafetensorsHeader.LengthBytes)
                throw SafetensorsHeader.Header($"The file has {length} bytes, fewer than the 8 that give the header's length: it is truncated.", path);
            var (view, isWritable) = MapWhole(stream, length);
            try
            {
                return Read(path, view, isWritable, length);
            }
            catch
            {
                view.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.SafetensorsUnreadable, $"The file cannot be opened: {e.Message}", e) { File = path };
        }
    }

    /// <summary>The tensor with this name; null if the file has none.</summary>
    public SafetensorsEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The bytes of a tensor, in the file's order (little-endian, row-major), without a copy.</summary>
    /// <exception cref="AttributionException">ATTR1114: the file has no tensor of that name.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public MappedBytes Map(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entry = this[name];
        return new(_view, _isWritable, _buffer + entry.Begin, entry.ByteCount);
    }

    /// <summary>Closes the file. The mapping exists until its last <see cref="MappedBytes"/> is disposed.</summary>
    public void Dispose()
    {
        _disposed = true;
        _view.Dispose();
    }

    private static (SafeMemoryMappedViewHandle View, bool IsWritable) MapWhole(FileStream stream, long length)
    {
        try
        {
            return (View(MemoryMappedFileAccess.CopyOnWrite), true);
        }
        // The system reserves memory for writable pages, and may refuse to for a file larger than memory.
        catch (Exception e) when (e is IOException or OutOfMemoryException)
        {
            return (View(MemoryMappedFileAccess.Read), false);
        }

        // Only the handle is kept: disposing the view's accessor would unmap it.
        SafeMemoryMappedViewHandle View(MemoryMappedFileAccess access)
        {
            using var map = MemoryMappedFile.CreateFromFile(stream, null, 0, access, HandleInheritability.None, leaveOpen: true);
            return map.CreateViewAccessor(0, length, access).SafeMemoryMappedViewHandle;
        }
    }

    private static SafetensorsFile Read(string path, SafeMemoryMappedViewHandle view, bool isWritable, long length)
    {
        var start = (byte*)view.DangerousGetHandle();
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, SafetensorsHeader.LengthBytes));
        if (headerBytes > SafetensorsHeader.MaxBytes)
            throw SafetensorsHeader.Header($"The header's length is given as {headerBytes} bytes, over the format's limit of "
                + $"{SafetensorsHeader.MaxBytes}: this is not a safetensors file, or a damaged one.", path);
        var bufferBytes = length - SafetensorsHeader.LengthBytes - (long)headerBytes;
        if (bufferBytes < 0)
            throw SafetensorsHeader.Header($"The header's length is given as {headerBytes} bytes, but the file has {length}: it is "
                + "truncated. Fetch or save it again.", path);
        var json = new ReadOnlySpan<byte>(start + SafetensorsHeader.LengthBytes, (int)headerBytes).ToArray();
        return new(path, view, isWritable, start + (length - bufferBytes), SafetensorsHeader.Parse(json, bufferBytes, path));
    }
}

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="DType">The type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar.</param>
/// <param name="Begin">The offset of its first byte from the end of the header.</param>
/// <param name="End">The offset after its last byte.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsDType DType, long[] Shape, long Begin, long End)
{
    /// <summary>The size in bytes.</summary>
    public long ByteCount => End - Begin;
}

/// <summary>A tensor to write. Its bytes are requested only when it is written.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="DType">The type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar.</param>
/// <param name="WriteTo">Writes exactly the bytes of this type and shape, little-endian and row-major.</param>
internal sealed record SafetensorsSource(string Name, SafetensorsDType DType, long[] Shape, Action<Stream> WriteTo);
