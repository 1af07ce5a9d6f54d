namespace Attribution.Worker.Querying;

/// <summary>A column of a table that queries may name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type.</param>
/// <param name="Description">What it says.</param>
/// <param name="Expression">What it is made of: the columns of the table's file, of <c>o</c> (the file's place in its experiment).</param>
internal sealed record QueryColumn(string Name, string Type, string Description, string Expression)
{
    public QueryColumn(string name, string type, string description) : this(name, type, description, $"f.{name}")
    {
    }
}
