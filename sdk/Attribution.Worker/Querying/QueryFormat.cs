namespace Attribution.Worker.Querying;

/// <summary>How the result of a query is given.</summary>
internal enum QueryFormat
{
    /// <summary>A table for people: the first rows, long texts cut.</summary>
    Table,

    /// <summary>CSV with a header.</summary>
    Csv,

    /// <summary>Parquet.</summary>
    Parquet,

    /// <summary>A JSON array of objects.</summary>
    Json,
}
