using Attribution.Data.Parquet;

namespace Attribution.Data;

/// <summary>
/// Writes attribution vectors as Parquet: columns <c>idx BIGINT</c>, <c>layer INTEGER</c>, <c>vector FLOAT[]</c>. Block by
/// block; the same rows in the same order give the same bytes, however they are cut into blocks.
/// </summary>
public sealed class VectorTableWriter : IDisposable
{
    /// <summary>About what one row group holds of vectors, uncompressed.</summary>
    private const int RowGroupBytes = 32 << 20;

    /// <summary>Row groups end where DuckDB was handed enough rows, so it is always handed this many at once.</summary>
    private const int BatchRows = 2048;

    private readonly long[] _indices = new long[BatchRows];
    private readonly int[] _layers = new int[BatchRows];
    private readonly float[] _vectors;
    private readonly int _dimension;
    private readonly NumberColumn<long> _index = new("idx");
    private readonly NumberColumn<int> _layer = new("layer");
    private readonly VectorColumn _vector;
    private readonly ParquetWriter _writer;
    private int _rows;

    /// <param name="path">The file; it appears when <see cref="Complete"/> returns.</param>
    /// <param name="dimension">D, the length of every vector.</param>
    public VectorTableWriter(string path, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        _dimension = dimension;
        _vectors = new float[BatchRows * dimension];
        _vector = new("vector", dimension);
        _writer = new(path, [_index, _layer, _vector], Math.Clamp(RowGroupBytes / (4 * dimension) / BatchRows * BatchRows, BatchRows, 122_880));
    }

    /// <summary>Adds one vector.</summary>
    /// <param name="index">The dataset's row.</param>
    /// <param name="layer">The 0-based block.</param>
    /// <param name="vector">float32 <c>[D]</c>; a zero or non-finite vector is kept as it is.</param>
    /// <exception cref="ArgumentException">The vector is of another length.</exception>
    /// <exception cref="DuckDb.DuckDbException">Writing failed, for instance on a full disk.</exception>
    public void Append(long index, int layer, ReadOnlySpan<float> vector)
    {
        if (vector.Length != _dimension)
            throw new ArgumentException($"this table holds vectors of {_dimension} numbers, not {vector.Length}", nameof(vector));
        (_indices[_rows], _layers[_rows]) = (index, layer);
        vector.CopyTo(_vectors.AsSpan(_rows * _dimension));
        if (++_rows == BatchRows)
            Flush();
    }

    /// <summary>Adds a block of rows.</summary>
    /// <param name="indices">The dataset's row of each vector.</param>
    /// <param name="layers">The 0-based block of each vector.</param>
    /// <param name="vectors">float32 <c>[rows, D]</c>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="DuckDb.DuckDbException">Writing failed, for instance on a full disk.</exception>
    public void Append(ReadOnlySpan<long> indices, ReadOnlySpan<int> layers, ReadOnlySpan<float> vectors)
    {
        if (layers.Length != indices.Length || vectors.Length != (long)indices.Length * _dimension)
            throw new ArgumentException($"{indices.Length} rows need as many layers and {(long)indices.Length * _dimension} floats, not {layers.Length} and {vectors.Length}", nameof(vectors));
        for (var row = 0; row < indices.Length; row++)
            Append(indices[row], layers[row], vectors.Slice(row * _dimension, _dimension));
    }

    /// <inheritdoc cref="ParquetWriter.Complete"/>
    public void Complete()
    {
        Flush();
        _writer.Complete();
    }

    /// <inheritdoc cref="ParquetWriter.Dispose"/>
    public void Dispose() => _writer.Dispose();

    private void Flush()
    {
        (_index.Values, _layer.Values, _vector.Values) = (_indices.AsMemory(0, _rows), _layers.AsMemory(0, _rows), _vectors.AsMemory(0, _rows * _dimension));
        _writer.Append();
        _rows = 0;
    }
}
