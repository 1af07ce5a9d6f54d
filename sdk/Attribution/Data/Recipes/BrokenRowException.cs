namespace Attribution.Data.Recipes;

/// <summary>Ends the reading of one row; the rows after it are read.</summary>
internal sealed class BrokenRowException(string? column, string reason) : Exception(reason)
{
    public string? Column { get; } = column;
}
