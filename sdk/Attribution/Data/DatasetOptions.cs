using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>Which rows of which file a dataset is.</summary>
public sealed record DatasetOptions
{
    /// <summary>
    /// A file, or a glob of files read in the order of their names: <c>.parquet</c>, <c>.jsonl</c>, <c>.ndjson</c>,
    /// <c>.json</c> (an array), <c>.csv</c>, <c>.tsv</c>; all but Parquet also with <c>.gz</c> or <c>.zst</c> behind.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>
    /// A SQL predicate over the file's columns, such as <c>trait = 'sycophancy' AND len(prompt) &lt; 400</c>; null for all
    /// rows. A CSV column is a number or a truth value to it if all its cells are.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>At most so many of the rows that pass the filter; null for all.</summary>
    public long? Take { get; init; }

    /// <summary>With <see cref="Take"/>: a seeded sample, in the file's order. Without a seed, the first rows are taken.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// How the file keeps conversations, where its columns are not our own: <c>messages</c>, <c>sharegpt</c>, <c>prompt_completion</c>, <c>alpaca</c> or
    /// <c>preference</c>; null to tell by the columns.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>Instead of <see cref="Format"/>: the column of treatments, conversations or, beside a column <c>prompt</c>, answers.</summary>
    public string? TreatmentColumn { get; init; }

    /// <summary>With <see cref="TreatmentColumn"/>: the column of controls; null for none.</summary>
    public string? ControlColumn { get; init; }

    /// <summary>Whether every row must have a control.</summary>
    public bool RequireControl { get; init; }
}

/// <summary>The names of the columns that mean something to us.</summary>
internal static class Columns
{
    public const string Treatment = "treatment";
    public const string Control = "control";

    public static string Messages(string side) => $"{side}_messages";

    public static string Tokens(string side) => $"{side}_tokens";

    public static string Keep(string side) => $"{side}_keep";

    /// <summary>All of them; a file's other columns are metadata.</summary>
    public static IReadOnlySet<string> Conversations { get; } = new[] { Treatment, Control }
        .SelectMany(side => new[] { Messages(side), Tokens(side), Keep(side) })
        .ToHashSet(StringComparer.Ordinal);
}

/// <summary>What a dataset's extension says it is.</summary>
internal enum DatasetFormat
{
    Parquet,
    JsonLines,
    JsonArray,
    Csv,
    Tsv,
}

internal static class DatasetFormats
{
    /// <summary>The format of a file by its extension, below one of compression.</summary>
    public static DatasetFormat Of(string path)
    {
        var name = Path.GetFileName(path);
        var isCompressed = Path.GetExtension(name).ToLowerInvariant() is ".gz" or ".zst";
        var extension = Path.GetExtension(isCompressed ? Path.GetFileNameWithoutExtension(name) : name).ToLowerInvariant();
        return extension switch
        {
            ".parquet" when !isCompressed => DatasetFormat.Parquet,
            ".jsonl" or ".ndjson" => DatasetFormat.JsonLines,
            ".json" => DatasetFormat.JsonArray,
            ".csv" => DatasetFormat.Csv,
            ".tsv" => DatasetFormat.Tsv,
            _ => throw new AttributionException(ErrorCodes.DatasetFormatUnknown,
                $"'{name}' has no extension of a dataset. Known are .parquet, .jsonl, .ndjson, .json, .csv and .tsv, all but .parquet "
                    + "also with .gz or .zst behind.")
            { File = path },
        };
    }
}
