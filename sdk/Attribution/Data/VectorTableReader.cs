using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>
/// Streams vectors that <see cref="VectorTableWriter"/>, or another program with the same columns, wrote: block by block with <see cref="ReadBlock"/>, or row
/// by row with <see cref="Read"/>. Spans are valid until the next call. A block is a row group of the file.
/// </summary>
public sealed class VectorTableReader : IDisposable
{
    private readonly VectorTableFiles _files;
    private readonly VectorGroupReader _reader;
    private int _group;
    private int _row;
    private int _rows;

    private VectorTableReader(VectorTableFiles files) => (_files, _reader) = (files, files.CreateReader());

    /// <summary>D, the length of the vectors; known after the first block.</summary>
    public int Dimension => _reader.Dimension;

    /// <summary>The dataset row of the current vector, after <see cref="Read"/>.</summary>
    public long Index => Indices[_row];

    /// <summary>The 0-based block of the current vector, after <see cref="Read"/>.</summary>
    public int Layer => Layers[_row];

    /// <summary>The current vector, float32 <c>[D]</c>, after <see cref="Read"/>.</summary>
    public ReadOnlySpan<float> Vector => Vectors.Slice(_row * Dimension, Dimension);

    /// <summary>The dataset rows of the current block.</summary>
    public ReadOnlySpan<long> Indices => _reader.Indices;

    /// <summary>The layers of the current block.</summary>
    public ReadOnlySpan<int> Layers => _reader.Layers;

    /// <summary>The vectors of the current block, row-major float32 <c>[rows, D]</c>.</summary>
    public ReadOnlySpan<float> Vectors => _reader.Vectors;

    /// <summary>Opens one file, or several with a glob, for example <c>scores-*.parquet</c>, in the order of their names.</summary>
    /// <param name="path">A file or a glob.</param>
    /// <param name="layer">Only the vectors of this layer; all if null.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorTableInvalid"/>: there is no such file, or it is not a table of vectors.</exception>
    public static VectorTableReader Open(string path, int? layer = null) => new(VectorTableFiles.Open(path, layer));

    /// <summary>Moves to the next block of rows; returns false at the end.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorTableInvalid"/>: a vector is null or has another length, or the file is
    /// damaged.</exception>
    public bool ReadBlock()
    {
        do
        {
            if (_group == _files.Groups.Count)
                return false;
            _rows = _reader.Read(_files.Groups[_group++], Dimension);
        }
        while (_rows == 0);
        _row = _rows;
        return true;
    }

    /// <summary>Moves to the next row; returns false at the end.</summary>
    /// <exception cref="AttributionException">As for <see cref="ReadBlock"/>.</exception>
    public bool Read()
    {
        if (++_row < _rows)
            return true;
        if (!ReadBlock())
            return false;
        _row = 0;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}

/// <summary>A row group of a vector file.</summary>
/// <param name="File">The file.</param>
/// <param name="Number">The 0-based number of the row group in the file.</param>
/// <param name="FirstRow">The position of its first row in the table.</param>
/// <param name="Rows">The number of its rows.</param>
/// <param name="Numbers">The number of components in all its vectors.</param>
internal sealed record VectorRowGroup(string File, int Number, long FirstRow, int Rows, long Numbers);
