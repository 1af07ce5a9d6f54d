using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>The file of a dataset, and which of its rows to use.</summary>
public sealed record DatasetOptions
{
    /// <summary>
    /// A file, or a glob of files that are read in the order of their names: <c>.parquet</c>, <c>.jsonl</c>, <c>.ndjson</c>, <c>.json</c> (an array),
    /// <c>.csv</c>, <c>.tsv</c>; all but Parquet optionally followed by <c>.gz</c> or <c>.zst</c>.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>
    /// A SQL predicate over the file's columns, for example <c>trait = 'sycophancy' AND len(prompt) &lt; 400</c>; null for all rows. In it, a CSV column is a
    /// number or a Boolean if all its cells are.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>The greatest number of rows to use, of those that pass the filter; null for all.</summary>
    public long? Take { get; init; }

    /// <summary>With <see cref="Take"/>, the seed of a random sample, which keeps the file's order. Without a seed, the first rows are used.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// The form of the file's conversations, if its columns are not the library's own: <c>messages</c>, <c>sharegpt</c>, <c>prompt_completion</c>,
    /// <c>alpaca</c> or <c>preference</c>; null to detect it from the columns.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>Instead of <see cref="Format"/>: the column of treatments, which are conversations, or answers if there is a column <c>prompt</c>.</summary>
    public string? TreatmentColumn { get; init; }

    /// <summary>With <see cref="TreatmentColumn"/>: the column of controls; null for none.</summary>
    public string? ControlColumn { get; init; }

    /// <summary>Whether every row must have a control.</summary>
    public bool RequireControl { get; init; }
}

/// <summary>The names of the library's own columns.</summary>
internal static class Columns
{
    public const string Treatment = "treatment";
    public const string Control = "control";

    public static string Messages(string side) => $"{side}_messages";

    public static string Tokens(string side) => $"{side}_tokens";

    public static string Keep(string side) => $"{side}_keep";

    /// <summary>All of these names. A file's other columns are metadata.</summary>
    public static IReadOnlySet<string> Conversations { get; } = new[] { Treatment, Control }
        .SelectMany(side => new[] { Messages(side), Tokens(side), Keep(side) })
        .ToHashSet(StringComparer.Ordinal);
}

/// <summary>The file format of a dataset.</summary>
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
    /// <summary>The format of a file by its extension, apart from an extension of compression.</summary>
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
