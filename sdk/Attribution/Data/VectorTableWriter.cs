using System.Buffers;
using Attribution.Data.Parquet;
using Parquet;
using Parquet.Schema;

namespace Attribution.Data;

/// <summary>
/// Writes attribution vectors as Parquet: columns <c>idx BIGINT</c>, <c>layer INTEGER</c>, <c>vector FLOAT[]</c>. The same rows in the same order give the same
/// bytes, whatever the blocks they are appended in. Nothing is compressed: zstd would save a tenth of the size and take several times as long to read.
/// </summary>
public sealed class VectorTableWriter : IDisposable
{
    /// <summary>The approximate size of the vectors in one row group. A writer holds that much, each reading thread three times as much.</summary>
    private const int RowGroupBytes = 8 << 20;

    private const int MostRows = 1 << 17;

    private readonly DataField<long> _index = new("idx", false);
    private readonly DataField<int> _layer = new("layer", false);
    private readonly DataField<float> _element = new("element", false);
    private readonly long[] _indices;
    private readonly int[] _layers;
    private readonly float[] _vectors;
    private readonly int _dimension;
    private readonly ParquetOutput _output;
    private int _rows;

    /// <param name="path">The file; it appears when <see cref="Complete"/> returns.</param>
    /// <param name="dimension">D, the length of every vector.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public VectorTableWriter(string path, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        _dimension = dimension;
        var rows = Math.Clamp(RowGroupBytes / sizeof(float) / dimension, 1, MostRows);
        (_indices, _layers, _vectors) = (new long[rows], new int[rows], new float[rows * dimension]);
        _output = new(path, new ParquetSchema(_index, _layer, new ListField("vector", _element)), CompressionMethod.None);
    }

    /// <summary>Adds one vector.</summary>
    /// <param name="index">The row of the dataset.</param>
    /// <param name="layer">The 0-based block.</param>
    /// <param name="vector">float32 <c>[D]</c>; a zero or non-finite vector is stored as it is.</param>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    /// <exception cref="IOException">Writing failed, for example because the disk is full.</exception>
    public void Append(long index, int layer, ReadOnlySpan<float> vector)
    {
        if (vector.Length != _dimension)
            throw new ArgumentException($"this table holds vectors of {_dimension} numbers, not {vector.Length}", nameof(vector));
        (_indices[_rows], _layers[_rows]) = (index, layer);
        vector.CopyTo(_vectors.AsSpan(_rows * _dimension));
        if (++_rows == _indices.Length)
            Flush();
    }

    /// <summary>Adds a block of rows.</summary>
    /// <param name="indices">The dataset's row of each vector.</param>
    /// <param name="layers">The 0-based block of each vector.</param>
    /// <param name="vectors">float32 <c>[rows, D]</c>.</param>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    /// <exception cref="IOException">Writing failed, for example because the disk is full.</exception>
    public void Append(ReadOnlySpan<long> indices, ReadOnlySpan<int> layers, ReadOnlySpan<float> vectors)
    {
        if (layers.Length != indices.Length || vectors.Length != (long)indices.Length * _dimension)
            throw new ArgumentException($"{indices.Length} rows need as many layers and {(long)indices.Length * _dimension} floats, not "
                + $"{layers.Length} and {vectors.Length}", nameof(vectors));
        for (var row = 0; row < indices.Length; row++)
            Append(indices[row], layers[row], vectors.Slice(row * _dimension, _dimension));
    }

    /// <inheritdoc cref="ParquetOutput.Complete"/>
    public void Complete()
    {
        if (_rows > 0)
            Flush();
        _output.Complete();
    }

    /// <inheritdoc cref="ParquetOutput.Dispose"/>
    public void Dispose() => _output.Dispose();

    private void Flush()
    {
        var numbers = _rows * _dimension;
        var (definitions, repetitions) = (ArrayPool<int>.Shared.Rent(numbers), ArrayPool<int>.Shared.Rent(numbers));
        definitions.AsSpan(0, numbers).Fill(_element.MaxDefinitionLevel);
        repetitions.AsSpan(0, numbers).Fill(1);
        for (var row = 0; row < _rows; row++)
            repetitions[row * _dimension] = 0;
        _output.WriteGroup(group =>
        {
            group.Write<long>(_index, _indices.AsMemory(0, _rows));
            group.Write<int>(_layer, _layers.AsMemory(0, _rows));
            group.Write<float>(_element, _vectors.AsMemory(0, numbers), definitions.AsMemory(0, numbers), repetitions.AsMemory(0, numbers));
        });
        ArrayPool<int>.Shared.Return(definitions);
        ArrayPool<int>.Shared.Return(repetitions);
        _rows = 0;
    }
}
