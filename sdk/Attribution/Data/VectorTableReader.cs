using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>
/// Streams vectors that <see cref="VectorTableWriter"/> (or anyone, with the same columns) wrote. Block by block with
/// <see cref="ReadBlock"/>, or row by row with <see cref="Read"/>; spans are valid until the next call.
/// </summary>
public sealed class VectorTableReader : IDisposable
{
    private readonly string _path;
    private readonly DuckDbConnection _connection;
    private readonly DuckDbReader _reader;
    private float[] _compact = [];
    private int _row;
    private int _rows;

    private VectorTableReader(string path, DuckDbConnection connection, DuckDbReader reader) =>
        (_path, _connection, _reader) = (path, connection, reader);

    /// <summary>D, the length of the vectors; known after the first block.</summary>
    public int Dimension { get; private set; }

    /// <summary>The dataset row of the vector that <see cref="Read"/> moved to.</summary>
    public long Index => Indices[_row];

    /// <summary>The 0-based block of the vector that <see cref="Read"/> moved to.</summary>
    public int Layer => Layers[_row];

    /// <summary>The vector that <see cref="Read"/> moved to: float32 <c>[D]</c>.</summary>
    public ReadOnlySpan<float> Vector => Vectors.Slice(_row * Dimension, Dimension);

    /// <summary>The present block's rows.</summary>
    public ReadOnlySpan<long> Indices => _reader.Column(0).Values<long>();

    /// <summary>The present block's layers.</summary>
    public ReadOnlySpan<int> Layers => _reader.Column(1).Values<int>();

    /// <summary>The present block's vectors, row after row: float32 <c>[rows, D]</c>.</summary>
    public ReadOnlySpan<float> Vectors
    {
        get
        {
            var vectors = _reader.Column(2);
            var start = vectors.GetList(0).Start.Value;
            return _compact.Length > 0 ? _compact.AsSpan(0, _rows * Dimension) : vectors.Elements.Values<float>().Slice(start, _rows * Dimension);
        }
    }

    /// <summary>Opens one file or several (a glob, such as <c>scores-*.parquet</c>, in the order of their names).</summary>
    /// <param name="path">A file or a glob.</param>
    /// <param name="layer">Only the vectors of this layer; all if null.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorTableInvalid"/>: no such file, or not a table of vectors.</exception>
    public static VectorTableReader Open(string path, int? layer = null)
    {
        var connection = DuckDbConnection.Open();
        try
        {
            var files = DatasetFiles.Expand(path, connection);
            if (files.Count == 0)
                throw Invalid(path, $"There are no vectors at '{path}'. Compute them first, or correct the path.");
            var where = layer is { } wanted ? $" WHERE layer = {wanted}" : "";
            return new(path, connection, connection.Query(
                $"SELECT CAST(idx AS BIGINT), CAST(layer AS INTEGER), CAST(vector AS FLOAT[]) FROM read_parquet({DatasetFiles.ToSql(files)}){where}"));
        }
        catch (DuckDbException error)
        {
            connection.Dispose();
            throw Invalid(path, $"'{path}' is not a table of vectors (Parquet with columns idx, layer, vector): {error.Message}");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Moves to the next block of rows; false at the end.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorTableInvalid"/>: a null or vectors of unequal length, or the file is damaged.</exception>
    public bool ReadBlock()
    {
        try
        {
            if (!_reader.ReadChunk())
                return false;
        }
        catch (DuckDbException error)
        {
            throw Invalid(_path, $"'{_path}' cannot be read to its end: {error.Message}");
        }
        _rows = _reader.Rows;
        _row = _rows;
        Arrange();
        return true;
    }

    /// <summary>Moves to the next row; false at the end.</summary>
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

    public void Dispose()
    {
        _reader.Dispose();
        _connection.Dispose();
    }

    /// <summary>Checks the block, and copies its vectors together where a filter left gaps between them.</summary>
    private void Arrange()
    {
        var vectors = _reader.Column(2);
        var contiguous = true;
        for (var row = 0; row < _rows; row++)
        {
            if (vectors.IsNull(row) || _reader.Column(0).IsNull(row) || _reader.Column(1).IsNull(row))
                throw Invalid(_path, $"'{_path}' holds a null idx, layer or vector. It is damaged or was not written as a table of vectors.");
            var list = vectors.GetList(row);
            var length = list.End.Value - list.Start.Value;
            if (Dimension == 0)
                Dimension = length;
            if (length != Dimension || length == 0)
                throw Invalid(_path, $"'{_path}' holds vectors of {Dimension} and of {length} numbers (idx {_reader.Column(0).GetInteger(row)}). Vectors of one table have one length.");
            contiguous &= list.Start.Value == vectors.GetList(0).Start.Value + row * Dimension;
        }
        if (contiguous)
        {
            _compact = [];
            return;
        }
        if (_compact.Length < _rows * Dimension)
            _compact = new float[_rows * Dimension];
        for (var row = 0; row < _rows; row++)
            vectors.Elements.Values<float>()[vectors.GetList(row)].CopyTo(_compact.AsSpan(row * Dimension));
    }

    private static AttributionException Invalid(string path, string message) => new(ErrorCodes.VectorTableInvalid, message) { File = path };
}
