using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace Attribution.Data.Parquet;

/// <summary>
/// A Parquet file, written one row group at a time. Equal columns give equal bytes with the same version of the package: neither dates nor the order of threads
/// affect them. The file appears under its name when it is complete.
/// </summary>
internal sealed class ParquetOutput : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream _stream;
    private ParquetWriter? _writer;

    /// <param name="path">The file; an existing one is replaced at the end.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="compression">How pages are compressed.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public ParquetOutput(string path, ParquetSchema schema, CompressionMethod compression)
    {
        _path = Path.GetFullPath(path);
        _partial = $"{_path}.{Guid.NewGuid():N}.partial";
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _stream = new(_partial, FileMode.CreateNew, FileAccess.ReadWrite);
        try
        {
            var options = new ParquetOptions { CompressionMethod = compression, CompressionLevel = CompressionLevel.Optimal };
            _writer = ParquetWriter.CreateAsync(schema, _stream, options).GetAwaiter().GetResult();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Adds a row group; <paramref name="write"/> writes every column, in the schema's order.</summary>
    public void WriteGroup(Action<ParquetGroup> write)
    {
        using var group = (_writer ?? throw new ObjectDisposedException(nameof(ParquetOutput))).CreateRowGroup();
        write(new(group));
        group.CompleteValidate();
    }

    /// <summary>Completes the file and gives it its final name.</summary>
    /// <exception cref="IOException">Writing failed, for example because the disk is full.</exception>
    public void Complete()
    {
        // The package writes the footer when its writer is disposed.
        var writer = _writer ?? throw new ObjectDisposedException(nameof(ParquetOutput));
        _writer = null;
        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stream.Dispose();
        File.Move(_partial, _path, overwrite: true);
    }

    /// <summary>Deletes the file unless <see cref="Complete"/> was called.</summary>
    public void Dispose()
    {
        _writer = null;
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // The last data to write, abandoned for the same reason already.
        }
        if (File.Exists(_partial))
            File.Delete(_partial);
    }
}
