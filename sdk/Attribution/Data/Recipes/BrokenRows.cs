using Attribution.Diagnostics;

namespace Attribution.Data.Recipes;

/// <summary>
/// The rows of published files that a recipe could not use: broken ones, of which few are skipped and many are an error, and those that it leaves out by its
/// own rule.
/// </summary>
internal sealed class BrokenRows
{
    /// <summary>So many broken rows never stop a recipe.</summary>
    public const int AlwaysAllowed = 10;

    /// <summary>Beyond that, the share of broken rows that it goes on with.</summary>
    public const double AllowedShare = 0.01;

    private const int KeptExamples = 10;

    private readonly List<BrokenRow> _examples = [];
    private readonly SortedDictionary<string, long> _leftOut = new(StringComparer.Ordinal);

    /// <summary>How many rows were read.</summary>
    public long Read { get; private set; }

    /// <summary>How many of them were broken.</summary>
    public long Count { get; private set; }

    /// <summary>The first broken rows.</summary>
    public IReadOnlyList<BrokenRow> Examples => _examples;

    /// <summary>How many whole rows the recipe left out, by reason.</summary>
    public IReadOnlyDictionary<string, long> LeftOut => _leftOut;

    internal void AddRead() => Read++;

    internal void Add(BrokenRow row)
    {
        Count++;
        if (_examples.Count < KeptExamples)
            _examples.Add(row);
    }

    internal void LeaveOut(string reason) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + 1;

    /// <summary>Fails if too many rows were broken.</summary>
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

/// <summary>A row of a published file that is not as it should be.</summary>
/// <param name="File">The file.</param>
/// <param name="Row">The row's 0-based place there.</param>
/// <param name="Column">The column at fault; null where the whole row is.</param>
/// <param name="Reason">What is wrong.</param>
internal sealed record BrokenRow(string File, long Row, string? Column, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path.GetFileName(File)}, row {Row}: {Reason}";
}

/// <summary>Ends the reading of one row; the rows after it are read.</summary>
internal sealed class BrokenRowException(string? column, string reason) : Exception(reason)
{
    public string? Column { get; } = column;
}
