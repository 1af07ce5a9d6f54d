namespace Attribution.Data;

/// <summary>
/// Creates a dataset's rows with code instead of reading them from a file as they are. Implement it in an experiment's own C# file and name it in the item's
/// <c>Recipe</c>; the class needs a parameterless constructor.
/// </summary>
public interface IDatasetRecipe
{
    /// <summary>The recipe's name.</summary>
    string Name { get; }

    /// <summary>
    /// Creates the rows. The same options and file content must give the same rows on every machine, because the result is stored and not asked for again.
    /// </summary>
    /// <param name="options">The item's metadata. The path may name an input file or be empty. Filter, take and seed are applied to the rows that the recipe
    /// returns; the recipe may apply them early to save work.</param>
    IEnumerable<DatasetRow> Rows(DatasetOptions options);
}
