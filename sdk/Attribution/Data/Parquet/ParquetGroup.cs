using Parquet;
using Parquet.Schema;

namespace Attribution.Data.Parquet;

/// <summary>The row group that is being written.</summary>
/// <param name="writer">The package's.</param>
internal readonly struct ParquetGroup(ParquetRowGroupWriter writer)
{
    /// <summary>Writes a column without nulls and lists.</summary>
    public void Write<T>(DataField field, ReadOnlyMemory<T> values) where T : struct => Write(field, values, null, null);

    /// <summary>Writes a column as Parquet's format has it.</summary>
    /// <param name="field">The column.</param>
    /// <param name="values">The values that are there.</param>
    /// <param name="definitions">The definition level of each entry; null where the column's are all 0.</param>
    /// <param name="repetitions">The repetition level of each entry; null outside of lists.</param>
    public void Write<T>(DataField field, ReadOnlyMemory<T> values, ReadOnlyMemory<int>? definitions, ReadOnlyMemory<int>? repetitions) where T : struct =>
        writer.WriteAllPartsAsync(field, values, definitions, repetitions, CancellationToken.None).GetAwaiter().GetResult();
}
