using Attribution.Data.Parquet;
using Attribution.Diagnostics;
using Parquet.Schema;

namespace Attribution.Data;

/// <summary>The row groups of one or several vector files, in the order of the files' names, for one or several reading threads.</summary>
internal sealed class VectorTableFiles
{
    /// <summary>A number, its definition level and its repetition level, each in an array.</summary>
    private const int BytesOfNumber = 12;

    private readonly int? _layer;

    private VectorTableFiles(int? layer, IReadOnlyList<VectorRowGroup> groups) => (_layer, Groups) = (layer, groups);

    /// <summary>All row groups.</summary>
    public IReadOnlyList<VectorRowGroup> Groups { get; }

    /// <summary>The memory that reading any one row group needs, in bytes.</summary>
    public long LargestGroupBytes => Groups.Count == 0 ? 0 : Groups.Max(group => group.Numbers) * BytesOfNumber;

    /// <summary>D, if the first row group's size tells it without reading; else 0.</summary>
    public int Dimension =>
        Groups.FirstOrDefault(group => group.Rows > 0) is { } first && first.Numbers % first.Rows == 0 ? (int)(first.Numbers / first.Rows) : 0;

    /// <summary>Finds the files and reads their metadata, but no vectors.</summary>
    /// <param name="path">A file or a glob.</param>
    /// <param name="layer">Only the vectors of this layer; all if null.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorTableInvalid"/>: there is no such file, or it is not a table of vectors.</exception>
    public static VectorTableFiles Open(string path, int? layer)
    {
        var files = DatasetFiles.Expand(path);
        if (files.Count == 0)
            throw Invalid(path, $"There are no vectors at '{path}'. Compute them first, or correct the path.");
        var groups = new List<VectorRowGroup>();
        var first = 0L;
        foreach (var file in files)
            Try(file, "is not a table of vectors (Parquet with columns idx, layer, vector)", () =>
            {
                using var input = ParquetInput.Open(file);
                var columns = VectorColumns.Of(input);
                for (var number = 0; number < input.Groups; number++)
                {
                    using var group = input.Group(number);
                    var numbers = group.GetMetadata(columns.Vector)?.MetaData?.NumValues
                        ?? throw new InvalidDataException($"row group {number} has no column vector");
                    if (group.RowCount is < 0 or > int.MaxValue || numbers < 0 || numbers > Array.MaxLength)
                        throw new InvalidDataException($"row group {number} has {numbers:N0} numbers in {group.RowCount:N0} rows, "
                            + $"and at most {Array.MaxLength:N0} can be read at once. Write it with smaller row groups");
                    groups.Add(new(file, number, first, (int)group.RowCount, numbers));
                    first += group.RowCount;
                }
                return 0;
            });
        return new(layer, groups);
    }

    /// <summary>Creates a reader for one thread.</summary>
    public VectorGroupReader CreateReader() => new(_layer);

    /// <summary>Calls a function that reads a file, and translates its failure.</summary>
    public static T Try<T>(string file, string wrong, Func<T> read)
    {
        try
        {
            return read();
        }
        // For damaged files the package throws whatever exception its arithmetic runs into.
        catch (Exception e) when (e is not (AttributionException or OperationCanceledException))
        {
            throw new AttributionException(ErrorCodes.VectorTableInvalid, $"'{file}' {wrong}: {e.Message.TrimEnd('.')}.", e) { File = file };
        }
    }

    public static AttributionException Invalid(string path, string message) => new(ErrorCodes.VectorTableInvalid, message) { File = path };
}

/// <summary>The columns of a file of vectors.</summary>
internal sealed record VectorColumns(DataField Index, DataField Layer, DataField Vector)
{
    public static VectorColumns Of(ParquetInput input)
    {
        var columns = new VectorColumns(input.Column("idx"), input.Column("layer"), input.Column("vector", isList: true));
        return columns.Vector.ClrType == typeof(float) || columns.Vector.ClrType == typeof(double)
            ? columns
            : throw ParquetInput.Unsuitable(columns.Vector, "float or double");
    }
}
