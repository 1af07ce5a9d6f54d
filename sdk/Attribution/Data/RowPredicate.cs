using System.Data.Common;
using System.Text.Json.Nodes;
using Attribution.Data.DuckDb;
using DuckDB.NET.Data;

namespace Attribution.Data;

/// <summary>
/// Decides whether a filter is a function of the row, so that its result can be stored under the filter's text and the file's content. It asks DuckDB's parser
/// about the text and DuckDB's catalog about the functions; nothing is run.
/// </summary>
internal sealed class RowPredicate
{
    /// <summary>Table functions that depend only on their arguments.</summary>
    private static readonly HashSet<string> TablesOfArguments = ["unnest", "range", "generate_series", "json_each"];

    /// <summary>Functions that the catalog wrongly calls consistent: they read a setting or, with one argument, the clock.</summary>
    private static readonly HashSet<string> OfTheSession = ["current_setting", "getvariable", "age"];

    /// <summary>Functions that recurse on each level of a text's nesting, which has no limit.</summary>
    private static readonly HashSet<string> Recursive = ["json_structure", "json_contains", "json_pretty"];

    private readonly DuckDBConnection _connection;
    private readonly HashSet<string> _columns;
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private string? _fault;

    private RowPredicate(IEnumerable<string> columns, DuckDBConnection connection) =>
        (_columns, _connection) = (new(columns, StringComparer.OrdinalIgnoreCase), connection);

    /// <summary>
    /// The part of a filter that is not a function of the row, as a clause; null if there is none, or if the filter cannot be parsed, for which binding it
    /// gives a better error.
    /// </summary>
    /// <param name="filter">The filter.</param>
    /// <param name="columns">The rows' columns.</param>
    /// <param name="connection">The connection whose parser and catalog are used.</param>
    public static string? Fault(string filter, IEnumerable<string> columns, DuckDBConnection connection)
    {
        if (Parse($"SELECT 1 FROM t WHERE (\n{filter}\n)", connection) is not { } tree)
            return null;
        var whole = Parse("SELECT 1 FROM t WHERE (\ntrue\n)", connection)!;
        if (tree is not [JsonObject { } statement] || statement["node"] is not JsonObject select || select["where_clause"] is not { } where)
            return "it is not one predicate";
        select["where_clause"] = null;
        whole[0]!["node"]!["where_clause"] = null;
        if (!JsonNode.DeepEquals(tree, whole))
            return "it is not one predicate but goes on after it";
        var check = new RowPredicate(columns, connection);
        check.Walk(where);
        return check._fault;
    }

    private static JsonArray? Parse(string sql, DuckDBConnection connection)
    {
        var json = connection.QueryStrings($"SELECT json_serialize_sql({Sql.Literal(sql)})");
        return JsonNode.Parse(json[0]) is JsonObject parsed && parsed["error"]?.GetValue<bool>() == false
            ? Without((JsonArray)parsed["statements"]!, "query_location") : null;
    }

    private static JsonArray Without(JsonArray tree, string property)
    {
        var rest = new Stack<JsonNode>([tree]);
        while (rest.TryPop(out var node))
        {
            (node as JsonObject)?.Remove(property);
            foreach (var child in Children(node))
                rest.Push(child);
        }
        return tree;
    }

    private static IEnumerable<JsonNode> Children(JsonNode node) => node switch
    {
        JsonObject fields => fields.Select(field => field.Value).OfType<JsonNode>(),
        JsonArray items => items.OfType<JsonNode>(),
        _ => [],
    };

    private void Walk(JsonNode? root)
    {
        var rest = new Stack<JsonNode>();
        if (root is not null)
            rest.Push(root);
        while (_fault is null && rest.TryPop(out var node))
        {
            if (node is JsonObject fields)
                Visit(fields);
            foreach (var child in Children(node))
                rest.Push(child);
        }
    }

    private void Visit(JsonObject node)
    {
        switch (Text(node, "class"))
        {
            case "FUNCTION" or "WINDOW":
                Function(Text(node, "function_name")!, node["children"] is JsonArray arguments ? arguments.Count : 0);
                break;
            case "COLUMN_REF" when node["column_names"] is JsonArray { Count: 1 } names:
                Name(names[0]!.GetValue<string>());
                break;
            case "CAST" when node["cast_type"] is JsonObject type && Text(type, "id") == "VARIANT":
                _fault = "a cast to VARIANT follows the nesting of a text, which has no bound";
                break;
        }
        if (node["from_table"] is JsonObject table)
            Table(table);
        if (node["sample"] is not null)
            _fault = "it takes a random sample";
    }

    /// <summary>A table in a subquery. Its expressions are visited like all others.</summary>
    private void Table(JsonObject table)
    {
        switch (Text(table, "type"))
        {
            case "EMPTY" or "EXPRESSION_LIST" or "SUBQUERY":
                break;
            case "JOIN":
                Table((JsonObject)table["left"]!);
                Table((JsonObject)table["right"]!);
                break;
            case "TABLE_FUNCTION" when table["function"] is JsonObject function && Text(function, "function_name") is { } name:
                if (!TablesOfArguments.Contains(name.ToLowerInvariant()))
                    _fault = $"{name}(...) is another table";
                break;
            default:
                _fault = $"it reads another table{(Text(table, "table_name") is { Length: > 0 } named ? $", {named}" : "")}";
                break;
        }
    }

    /// <summary>A name that is not a column may be a function called without parentheses, for example the current time.</summary>
    private void Name(string name)
    {
        if (_columns.Contains(name))
            return;
        try
        {
            if (_connection.IsSelect($"SELECT {Sql.Identifier(name)}"))
                _fault = $"{name} is no column but something of the session or the clock";
        }
        catch (DbException)
        {
            // A lambda's variable, a subquery's column, or a mistake, which binding reports.
        }
    }

    private void Function(string name, int arguments)
    {
        name = name.ToLowerInvariant();
        if (Recursive.Contains(name))
            _fault = $"{name} follows the nesting of a text, which has no bound; json_extract, json_keys and json_type do not";
        else if (OfTheSession.Contains(name) && (name != "age" || arguments == 1))
            _fault = $"{name} reads the clock or a setting";
        else if (_seen.Add(name))
            foreach (var overload in _connection.QueryStrings($"""
                SELECT CASE
                    WHEN function_type = 'macro' THEN 'macro:' || coalesce(macro_definition, '')
                    WHEN stability <> 'CONSISTENT' OR (len(parameters) = 0 AND regexp_matches(return_type, '^(DATE|TIME)')) THEN 'changes:'
                    ELSE '' END
                FROM duckdb_functions() WHERE function_name = {Sql.Literal(name)} AND function_type IN ('scalar', 'aggregate', 'macro')
                """))
                if (overload.StartsWith("changes:", StringComparison.Ordinal))
                    _fault ??= $"{name} does not give the same for the same row each time";
                else if (overload.StartsWith("macro:", StringComparison.Ordinal))
                    Walk(Parse($"SELECT {overload["macro:".Length..]}", _connection)?[0]);
    }

    private static string? Text(JsonObject node, string property) => node[property] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
