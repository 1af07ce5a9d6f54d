namespace Attribution.Data;

/// <summary>
/// Makes a dataset's rows by code instead of reading them as they are in a file. Implement it in an experiment's own C# file and name it
/// in the item's <c>Recipe</c>; it needs a constructor without parameters.
/// </summary>
public interface IDatasetRecipe
{
    /// <summary>The name to use it by.</summary>
    string Name { get; }

    /// <summary>Makes the rows, the same for the same options and file content on every machine: the result is kept and not asked for again.</summary>
    /// <param name="options">
    /// The item's metadata: the path, which may name a file to start from or be empty; filter, take and seed are applied to the rows that the recipe makes,
    /// which may heed them early to save work.
    /// </param>
    IEnumerable<DatasetRow> Rows(DatasetOptions options);
}
