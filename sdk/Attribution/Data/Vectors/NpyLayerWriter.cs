namespace Attribution.Data.Vectors;

/// <summary>Writes a table in one of the NumPy formats, see <see cref="VectorTables"/>.</summary>
internal sealed class NpyLayerWriter : ILayerVectorWriter
{
    private readonly int _dimension;
    private readonly NpyWriter<long> _index;
    private readonly NpyWriter<float>? _scales;
    private readonly NpyWriter<float>? _singles;
    private readonly NpyWriter<Half>? _halves;
    private readonly NpyWriter<sbyte>? _bytes;
    private readonly Half[] _half;
    private readonly sbyte[] _byte;

    public NpyLayerWriter(string folder, int layer, VectorFormat format, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        _dimension = dimension;
        (_half, _byte) = (format == VectorFormat.NpyFloat16 ? new Half[dimension] : [], format == VectorFormat.Int8 ? new sbyte[dimension] : []);
        var scores = Path.Combine(folder, VectorTables.ScoresFile(layer));
        _index = new(Path.Combine(folder, VectorTables.IndexFile(layer)), NpyType.Int64, null);
        if (format == VectorFormat.Npy)
            _singles = new(scores, NpyType.Float32, dimension);
        else
            _scales = new(Path.Combine(folder, VectorTables.ScalesFile(layer)), NpyType.Float32, null);
        if (format == VectorFormat.NpyFloat16)
            _halves = new(scores, NpyType.Float16, dimension);
        if (format == VectorFormat.Int8)
            _bytes = new(scores, NpyType.Int8, dimension);
    }

    public void Append(long index, ReadOnlySpan<float> vector)
    {
        if (vector.Length != _dimension)
            throw new ArgumentException($"this table holds vectors of {_dimension} numbers, not {vector.Length}", nameof(vector));
        _index.Append([index]);
        _singles?.Append(vector);
        if (_halves is not null)
        {
            _scales!.Append([RowQuantizer.ToHalf(vector, _half)]);
            _halves.Append(_half);
        }
        if (_bytes is not null)
        {
            _scales!.Append([RowQuantizer.ToInt8(vector, _byte)]);
            _bytes.Append(_byte);
        }
    }

    public void Complete()
    {
        _index.Complete();
        _scales?.Complete();
        _singles?.Complete();
        _halves?.Complete();
        _bytes?.Complete();
    }

    public void Dispose()
    {
        foreach (var writer in (IDisposable?[])[_index, _scales, _singles, _halves, _bytes])
            writer?.Dispose();
    }
}
