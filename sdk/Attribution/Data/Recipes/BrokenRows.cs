using Attribution.Diagnostics;

namespace Attribution.Data.Recipes;

/// <summary>
/// Counts the rows of published files that a recipe cannot use: broken rows, of which a few are skipped and many are an error, and rows that it leaves out by
/// its own rules.
/// </summary>
internal sealed class BrokenRows
{
    /// <summary>The number of broken rows that never stop a recipe.</summary>
    public const int AlwaysAllowed = 10;

    /// <summary>Beyond that number, the share of broken rows that is allowed.</summary>
    public const double AllowedShare = 0.01;

    private const int KeptExamples = 10;

    private readonly List<BrokenRow> _examples = [];
    private readonly SortedDictionary<string, long> _leftOut = new(StringComparer.Ordinal);

    /// <summary>The number of rows read.</summary>
    public long Read { get; private set; }

    /// <summary>The number of broken rows.</summary>
    public long Count { get; private set; }

    /// <summary>The first broken rows.</summary>
    public IReadOnlyList<BrokenRow> Examples => _examples;

    /// <summary>The number of intact rows that the recipe left out, by reason.</summary>
    public IReadOnlyDictionary<string, long> LeftOut => _leftOut;

    internal void AddRead() => Read++;

    internal void Add(BrokenRow row)
    {
        Count++;
        if (_examples.Count < KeptExamples)
            _examples.Add(row);
    }

    internal void LeaveOut(string reason) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + 1;

    /// <summary>Throws if too many rows were broken.</summary>
    /// <exception cref="AttributionException">ATTR1321, at the first broken row.</exception>
    public void Check(string recipe)
    {
        if (Count > Math.Max(AlwaysAllowed, AllowedShare * Read))
            throw new AttributionException(ErrorCodes.TooManyBrokenRows,
                $"{Count} of the {Read} rows read are not as the recipe {recipe} expects them; it skips {AlwaysAllowed} or {AllowedShare:P0}, not more. "
                    + $"The first: {_examples[0]}. "
                + "Name the files as they are published, or repair them.")
            { File = _examples[0].File, Row = _examples[0].Row, Property = _examples[0].Column };
    }
}

/// <summary>A broken row of a published file.</summary>
/// <param name="File">The file.</param>
/// <param name="Row">The 0-based index of the row in the file.</param>
/// <param name="Column">The faulty column; null if the whole row is.</param>
/// <param name="Reason">What is wrong.</param>
internal sealed record BrokenRow(string File, long Row, string? Column, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path.GetFileName(File)}, row {Row}: {Reason}";
}

/// <summary>Ends the reading of one row; later rows are read.</summary>
internal sealed class BrokenRowException(string? column, string reason) : Exception(reason)
{
    public string? Column { get; } = column;
}
