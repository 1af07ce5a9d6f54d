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
