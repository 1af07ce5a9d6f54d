using Parquet.Schema;

namespace Attribution.Data.Parquet;

/// <summary>
/// A column of lists in Parquet's encoding. A null list has definition level 0, an empty one 1, an element the column's highest; the first entry of a row has
/// repetition level 0, the others 1.
/// </summary>
/// <param name="field">The column of the elements.</param>
internal sealed class ListLevels<T>(DataField field) where T : struct
{
    private readonly List<T> _values = [];
    private readonly List<int> _definitions = [];
    private readonly List<int> _repetitions = [];

    /// <summary>Adds a row; null for no list.</summary>
    public void Add(IReadOnlyCollection<T>? list)
    {
        if (list is not { Count: > 0 })
        {
            _definitions.Add(list is null ? 0 : 1);
            _repetitions.Add(0);
            return;
        }
        _values.AddRange(list);
        for (var i = 0; i < list.Count; i++)
        {
            _definitions.Add(field.MaxDefinitionLevel);
            _repetitions.Add(i == 0 ? 0 : 1);
        }
    }

    /// <summary>Writes and clears the added rows.</summary>
    public void Write(ParquetGroup group)
    {
        group.Write<T>(field, _values.ToArray(), _definitions.ToArray(), _repetitions.ToArray());
        _values.Clear();
        _definitions.Clear();
        _repetitions.Clear();
    }
}
