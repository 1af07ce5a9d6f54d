using System.Numerics;
using System.Numerics.Tensors;
using Attribution.Data.Store;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Attribution.Data.Parquet;

/// <summary>A Parquet file that one thread reads.</summary>
internal sealed class ParquetInput : IDisposable
{
    private readonly FileStream _stream;
    private readonly ParquetReader _reader;

    private ParquetInput(FileStream stream, ParquetReader reader) => (_stream, _reader) = (stream, reader);

    /// <summary>The number of row groups.</summary>
    public int Groups => _reader.RowGroupCount;

    /// <summary>Reading the footers of the largest tables takes some tenths of a second.</summary>
    internal static TimeSpan LongestOpening { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Opens a file.</summary>
    /// <exception cref="Exception">Any exception, if the file is damaged.</exception>
    public static ParquetInput Open(string path)
    {
        FileIdentity.RequireFile(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            // The package reads some damaged footers forever.
            var opening = Task.Run(() => ParquetReader.CreateAsync(stream, leaveStreamOpen: true));
            return ((IAsyncResult)opening).AsyncWaitHandle.WaitOne(LongestOpening)
                ? new(stream, opening.GetAwaiter().GetResult())
                : throw new InvalidDataException($"its footer was not read in {LongestOpening.TotalSeconds:0} s");
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A row group.</summary>
    public ParquetRowGroupReader Group(int index) => _reader.OpenRowGroupReader(index);

    /// <summary>The only column with this name; for a column of lists, that of its elements.</summary>
    /// <exception cref="InvalidDataException">There is no such column, or it contains structs.</exception>
    public DataField Column(string name, bool isList = false) => _reader.Schema.DataFields.Where(field => field.Path.FirstPart == name).ToArray() switch
    {
        [] => throw new InvalidDataException($"there is no column {name}"),
        [var field] when field.MaxRepetitionLevel == (isList ? 1 : 0) => field,
        _ => throw new InvalidDataException($"the column {name} {(isList ? "is not of lists of numbers" : "is of lists or structs")}"),
    };

    /// <summary>The values of an integer column.</summary>
    /// <exception cref="InvalidDataException">The column has another type, or contains a null.</exception>
    public static long[] ReadIntegers(ParquetRowGroupReader group, DataField field)
    {
        using var column = Read(group, field);
        return column switch
        {
            RawColumnData<long> { Values: var values } => values.ToArray(),
            RawColumnData<int> { Values: var values } => Convert<int, long>(values),
            RawColumnData<short> { Values: var values } => Convert<short, long>(values),
            RawColumnData<sbyte> { Values: var values } => Convert<sbyte, long>(values),
            RawColumnData<ulong> { Values: var values } => Convert<ulong, long>(values),
            RawColumnData<uint> { Values: var values } => Convert<uint, long>(values),
            RawColumnData<ushort> { Values: var values } => Convert<ushort, long>(values),
            RawColumnData<byte> { Values: var values } => Convert<byte, long>(values),
            _ => throw Unsuitable(field, "whole numbers"),
        };
    }

    /// <summary>The values of a numeric column, as float32.</summary>
    /// <exception cref="InvalidDataException">The column has another type, or contains a null.</exception>
    public static float[] ReadSingles(ParquetRowGroupReader group, DataField field)
    {
        using var column = Read(group, field);
        return column switch
        {
            RawColumnData<float> { Values: var values } => values.ToArray(),
            RawColumnData<double> { Values: var values } => Convert<double, float>(values),
            _ => throw Unsuitable(field, "numbers"),
        };
    }

    public void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stream.Dispose();
    }

    internal static InvalidDataException Unsuitable(DataField field, string wanted) =>
        new($"the column {field.Path.FirstPart} is of {field.ClrType.Name}, not of {wanted}");

    private static RawColumnData Read(ParquetRowGroupReader group, DataField field)
    {
        var column = group.ReadRawColumnDataBaseAsync(field, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (field.MaxDefinitionLevel == 0 || !column.DefinitionLevels.ContainsAnyExcept(field.MaxDefinitionLevel))
            return column;
        column.Dispose();
        throw new InvalidDataException($"the column {field.Path.FirstPart} has a null");
    }

    private static TTo[] Convert<TFrom, TTo>(ReadOnlySpan<TFrom> values) where TFrom : INumberBase<TFrom> where TTo : INumberBase<TTo>
    {
        var converted = new TTo[values.Length];
        TensorPrimitives.ConvertChecked(values, converted);
        return converted;
    }
}

/// <summary>The row group being written.</summary>
/// <param name="writer">The package's writer.</param>
internal readonly struct ParquetGroup(ParquetRowGroupWriter writer)
{
    /// <summary>Writes a column without nulls and lists.</summary>
    public void Write<T>(DataField field, ReadOnlyMemory<T> values) where T : struct => Write(field, values, null, null);

    /// <summary>Writes a column in Parquet's encoding.</summary>
    /// <param name="field">The column.</param>
    /// <param name="values">The values that are not null.</param>
    /// <param name="definitions">The definition level of each entry; null if all are 0.</param>
    /// <param name="repetitions">The repetition level of each entry; null for a column without lists.</param>
    public void Write<T>(DataField field, ReadOnlyMemory<T> values, ReadOnlyMemory<int>? definitions, ReadOnlyMemory<int>? repetitions) where T : struct =>
        writer.WriteAllPartsAsync(field, values, definitions, repetitions, CancellationToken.None).GetAwaiter().GetResult();
}
