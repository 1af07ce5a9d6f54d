using System.Numerics.Tensors;
using Attribution.Data.Parquet;
using Attribution.Diagnostics;
using Parquet;
using Parquet.Schema;

namespace Attribution.Data;

/// <summary>Reads row groups of vectors, one at a time, into reused memory. For one thread.</summary>
/// <param name="layer">Only the vectors of this layer; all if null.</param>
internal sealed class VectorGroupReader(int? layer) : IDisposable
{
    private string? _file;
    private ParquetInput? _input;
    private VectorColumns? _columns;
    private long[] _indices = [];
    private int[] _layers = [];
    private int _rows;
    private float[] _vectors = [];
    private double[] _wide = [];
    private int[] _definitions = [];
    private int[] _repetitions = [];

    /// <summary>D, the length of the vectors read last; 0 before the first.</summary>
    public int Dimension { get; private set; }

    /// <summary>The dataset row of each vector.</summary>
    public ReadOnlySpan<long> Indices => _indices.AsSpan(0, _rows);

    /// <summary>The layer of each vector.</summary>
    public ReadOnlySpan<int> Layers => _layers.AsSpan(0, _rows);

    /// <summary>The vectors, row-major float32 <c>[rows, D]</c>.</summary>
    public ReadOnlySpan<float> Vectors => _vectors.AsSpan(0, _rows * Dimension);

    /// <summary>Reads a row group.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="dimension">D, if it is known; 0 otherwise.</param>
    /// <returns>The number of its rows with the wanted layer.</returns>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorTableInvalid"/>: a vector is null or has another length, or the file is
    /// damaged.</exception>
    public int Read(VectorRowGroup group, int dimension) => VectorTableFiles.Try(group.File, "cannot be read to its end", () =>
    {
        Open(group.File);
        using var rows = _input!.Group(group.Number);
        _indices = ParquetInput.ReadIntegers(rows, _columns!.Index);
        _layers = Array.ConvertAll(ParquetInput.ReadIntegers(rows, _columns.Layer), value => checked((int)value));
        if (_indices.Length != group.Rows || _layers.Length != group.Rows)
            throw new InvalidDataException($"row group {group.Number} has {group.Rows} rows, and {_indices.Length} of idx and {_layers.Length} of layer");
        _rows = 0;
        if (layer is null ? group.Rows > 0 : _layers.Contains(layer.Value))
        {
            ReadVectors(rows, _columns.Vector, (int)group.Numbers);
            Arrange(group, dimension);
        }
        return _rows;
    });

    public void Dispose() => _input?.Dispose();

    private void Open(string file)
    {
        if (_file == file)
            return;
        _input?.Dispose();
        (_file, _input) = (null, null);
        _input = ParquetInput.Open(file);
        _columns = VectorColumns.Of(_input);
        _file = file;
    }

    private void ReadVectors(ParquetRowGroupReader rows, DataField field, int numbers)
    {
        if (_vectors.Length < numbers)
            (_vectors, _definitions, _repetitions) = (new float[numbers], new int[numbers], new int[numbers]);
        var (definitions, repetitions) = (_definitions.AsMemory(0, numbers), _repetitions.AsMemory(0, numbers));
        if (field.ClrType == typeof(float))
        {
            rows.ReadRawAsync(field, _vectors.AsMemory(0, numbers), definitions, repetitions, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return;
        }
        if (_wide.Length < numbers)
            _wide = new double[numbers];
        rows.ReadRawAsync(field, _wide.AsMemory(0, numbers), definitions, repetitions, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        TensorPrimitives.ConvertTruncating<double, float>(_wide.AsSpan(0, numbers), _vectors);
    }

    /// <summary>Checks the vectors' lengths, and moves those of the layer to the front.</summary>
    private void Arrange(VectorRowGroup group, int dimension)
    {
        var repetitions = _repetitions.AsSpan(0, (int)group.Numbers);
        if (_definitions.AsSpan(0, repetitions.Length).ContainsAnyExcept(_columns!.Vector.MaxDefinitionLevel))
            throw VectorTableFiles.Invalid(group.File,
                $"'{group.File}' holds a null or empty vector, or a null in one. It is damaged or was not written as a table of vectors.");
        var at = 0;
        for (var row = 0; row < group.Rows; row++)
        {
            if (at >= repetitions.Length || repetitions[at] != 0)
                throw new InvalidDataException($"row group {group.Number} has {group.Rows} rows and vectors for {row}");
            var length = repetitions[(at + 1)..].IndexOf(0) is var next and >= 0 ? next + 1 : repetitions.Length - at;
            if (layer is null || _layers[row] == layer)
            {
                dimension = dimension == 0 ? length : dimension;
                if (length != dimension)
                    throw VectorTableFiles.Invalid(group.File,
                        $"'{group.File}' holds vectors of {dimension} and of {length} numbers (idx {_indices[row]}). Vectors of one table have one length.");
                (_indices[_rows], _layers[_rows]) = (_indices[row], _layers[row]);
                _vectors.AsSpan(at, length).CopyTo(_vectors.AsSpan(_rows++ * length));
            }
            at += length;
        }
        if (at != repetitions.Length)
            throw new InvalidDataException($"row group {group.Number} has {group.Rows} rows and more vectors");
        Dimension = dimension;
    }
}
