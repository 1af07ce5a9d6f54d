using System.Runtime.InteropServices;

namespace Attribution.Data.Vectors;

/// <summary>Writes an array in NumPy's format row by row. The file appears under its name when it is complete.</summary>
internal sealed class NpyWriter<T> : IDisposable
    where T : unmanaged
{
    private const int BufferBytes = 1 << 20;

    private readonly string _path;
    private readonly string _partial;
    private readonly NpyType _type;
    private readonly int? _width;
    private readonly FileStream _file;
    private long _numbers;

    /// <param name="path">The file; an existing one is replaced at the end.</param>
    /// <param name="type">The type written for each <typeparamref name="T"/>, of equal size.</param>
    /// <param name="width">The length of a row; null for a one-dimensional array.</param>
    public NpyWriter(string path, NpyType type, int? width)
    {
        (_path, _type, _width) = (path, type, width);
        _partial = $"{path}.{Guid.NewGuid():N}.partial";
        _file = new FileStream(_partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
        _file.Write(new byte[NpyHeader.WrittenBytes]);
    }

    public void Append(ReadOnlySpan<T> numbers)
    {
        _file.Write(MemoryMarshal.AsBytes(numbers));
        _numbers += numbers.Length;
    }

    /// <summary>Writes the shape, which is now known, and gives the file its final name.</summary>
    public void Complete()
    {
        _file.Position = 0;
        _file.Write(_width is { } width ? NpyHeader.Write(_type, _numbers / width, width) : NpyHeader.Write(_type, _numbers));
        _file.Dispose();
        File.Move(_partial, _path, overwrite: true);
    }

    /// <summary>Deletes the file unless <see cref="Complete"/> was called.</summary>
    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_partial);
    }
}
