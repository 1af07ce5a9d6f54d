namespace Attribution.Worker.Querying;

/// <summary>The output formats of a query's result.</summary>
internal enum QueryFormat
{
    /// <summary>A table for people: the first rows, with long texts cut.</summary>
    Table,

    /// <summary>CSV with a header.</summary>
    Csv,

    /// <summary>Parquet.</summary>
    Parquet,

    /// <summary>A JSON array of objects.</summary>
    Json,
}
