namespace Attribution.Data.DuckDb;

/// <summary>Quoting for SQL text.</summary>
public static class Sql
{
    /// <summary>A string literal.</summary>
    public static string Literal(string value) => $"'{value.Replace("'", "''")}'";

    /// <summary>A column's or table's name, whatever it is made of.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    /// <summary>A list of string literals.</summary>
    public static string Literals(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Literal))}]";
}
