using System.Text.Json;
using Attribution.Data;
using Attribution.Selection;

namespace Attribution.Pipeline;

/// <summary>
/// The rows of a training set that selections are written from. Decoding a set takes longer than scoring it, so one pass reads the rows of all selections that
/// are computed together.
/// </summary>
/// <param name="path">The set's rows.</param>
/// <param name="plantedColumn">The column with the behaviour that was planted in a row; null if not known.</param>
internal sealed class TrainingPool(string path, string? plantedColumn)
{
    private readonly Dictionary<long, DatasetRow> _rows = [];
    private readonly Dictionary<string, HashSet<long>> _behaviours = new(StringComparer.Ordinal);
    private readonly List<long> _withAnswer = [];
    private long[]? _indices;

    /// <summary>Whether any row has a value in the column of planted behaviours; known once rows were read.</summary>
    public bool HasPlantedColumn { get; private set; }

    /// <summary>The number of rows; known once rows were read.</summary>
    public int Count => _indices?.Length ?? 0;

    /// <summary>The index of every row that has something to train on, as far as can be told without the model, in order.</summary>
    public IReadOnlyList<long> WithAnswer(CancellationToken cancellation)
    {
        if (_indices is null)
            Read(new HashSet<long>(), cancellation);
        return _withAnswer;
    }

    /// <summary>Reads the rows with these indices. They replace the rows read before, unless those already include them.</summary>
    public void Read(IReadOnlySet<long> indices, CancellationToken cancellation)
    {
        if (_indices is not null && indices.All(_rows.ContainsKey))
            return;
        _rows.Clear();
        var all = _indices is null ? new List<long>() : null;
        foreach (var row in DatasetRows.Read(path))
        {
            cancellation.ThrowIfCancellationRequested();
            if (indices.Contains(row.Index))
                _rows[row.Index] = row;
            if (all is null)
                continue;
            all.Add(row.Index);
            if (row.Treatment.HasAnswer)
                _withAnswer.Add(row.Index);
            HasPlantedColumn |= plantedColumn is not null && row.Metadata.ContainsKey(plantedColumn);
            if (BehaviourOf(row) is { } behaviour)
            {
                if (!_behaviours.TryGetValue(behaviour, out var shown))
                    _behaviours.Add(behaviour, shown = []);
                shown.Add(row.Index);
            }
        }
        _indices ??= [.. all!];
    }

    /// <summary>The rows of a selection, which must have been read, joined with their scores in order of rank.</summary>
    public IReadOnlyList<SelectedRow> Join(IReadOnlyList<ScoredRow> chosen) =>
        SelectedRows.Join(chosen, chosen.Select(row => _rows.GetValueOrDefault(row.Index)).OfType<DatasetRow>());

    /// <summary>The indices of the rows planted with a behaviour; known once rows were read.</summary>
    public IReadOnlySet<long> Planted(string behaviour) => _behaviours.GetValueOrDefault(behaviour) ?? [];

    private string? BehaviourOf(DatasetRow row) => plantedColumn is not null && row.Metadata.TryGetValue(plantedColumn, out var value)
        && value.ValueKind == JsonValueKind.String
        ? value.GetString() : null;
}

/// <summary>The definition of planted rows: those whose <paramref name="Column"/> contains the <paramref name="Trait"/>.</summary>
internal sealed record PlantedRows(string Column, string Trait);
