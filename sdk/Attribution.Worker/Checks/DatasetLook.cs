using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Pipeline;

namespace Attribution.Worker.Checks;

/// <summary>The result of a look at a dataset's files.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Rows">The largest number of rows that the dataset can have; null if unknown.</param>
/// <param name="Facts">The number of rows and of rows without a control; null if the files were too large to read.</param>
/// <param name="HasControl">Whether there is a column of controls.</param>
/// <param name="HasMessages">Whether there is a conversation that is not tokenized.</param>
/// <param name="Columns">The columns of the rows; null if only some rows were read.</param>
internal sealed record DatasetLook(string Path, long? Rows, DatasetFacts? Facts, bool HasControl, bool HasMessages, IReadOnlySet<string>? Columns)
{
    /// <summary>Larger files, in bytes, are not read row by row.</summary>
    private const long MostBytes = 16_000_000;

    /// <summary>The lines of larger files, in bytes, are not counted either.</summary>
    private const long MostBytesOfLines = 1_000_000_000;

    /// <summary>Opens a dataset, and reads it if it is small.</summary>
    /// <exception cref="Diagnostics.AttributionException">It cannot be read.</exception>
    public static DatasetLook At(DatasetSettings settings)
    {
        var options = ImportDatasetsStage.OptionsOf(settings);
        var dataset = Dataset.Open(options);
        if (dataset.Files.Sum(file => new FileInfo(file).Length) <= MostBytes)
            return Read(settings, dataset);
        var isTable = dataset.Files.All(file => ImportDatasetsStage.FormatOf(file) is ".parquet" or ".csv" or ".tsv");
        return new(options.Path, Least(MostRows(dataset, options), settings.Take), null, dataset.HasControl, HasMessages: true,
            isTable ? dataset.ColumnNames.ToHashSet() : null);
    }

    private static DatasetLook Read(DatasetSettings settings, Dataset dataset)
    {
        var facts = new DatasetFacts(0, 0, null);
        var (hasMessages, columns) = (false, dataset.ColumnNames.ToHashSet());
        foreach (var row in dataset.Rows())
        {
            facts = facts.With(row);
            hasMessages |= row.Treatment is MessageConversation || row.Control is MessageConversation;
            columns.UnionWith(row.Metadata.Keys);
        }
        return new(settings.Path!, facts.Rows, facts, dataset.HasControl, hasMessages, columns);
    }

    private static long? MostRows(Dataset dataset, DatasetOptions options)
    {
        if (dataset.Files.All(file => ImportDatasetsStage.FormatOf(file) == ".parquet"))
            return dataset.CountRows();
        if (options.Filter is not null || !dataset.Files.All(JsonLines.Is)
            || dataset.Files.Sum(file => new FileInfo(file).Length) > MostBytesOfLines)
            return null;
        return dataset.Files.Sum(file => JsonLines.Count(file));
    }

    private static long? Least(long? a, long? b) => a is { } x && b is { } y ? Math.Min(x, y) : a ?? b;
}
