using Attribution.Diagnostics;

namespace Attribution.Data;

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
                $"'{name}' has no extension of a dataset. Known are .parquet, .jsonl, .ndjson, .json, .csv and .tsv, all but .parquet also with .gz or .zst behind.")
            { File = path },
        };
    }
}
