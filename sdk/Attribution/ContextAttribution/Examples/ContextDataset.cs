using System.Text.Json;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>Questions with their contexts, read from a file row by row; see <see cref="ContextColumns"/>.</summary>
public sealed class ContextDataset
{
    private readonly DatasetSource _source;
    private readonly DatasetOptions _options;
    private readonly DatasetRecords _records;
    private readonly ContextColumns _columns;
    private readonly ContextRecipe? _recipe;
    private readonly bool _thoughts;

    private ContextDataset(DatasetSource source, DatasetOptions options, ContextColumns columns, ContextRecipe? recipe, bool thoughts) =>
        (_source, _options, _columns, _recipe, _thoughts, _records) = (source, options, columns, recipe, thoughts,
            // Rows that the recipe leaves out do not count in Take.
            new DatasetRecords(recipe is null ? options : options with { Take = null }, source));

    /// <summary>The files that the path matches.</summary>
    public IReadOnlyList<string> Files => _source.Files;

    /// <summary>Finds the file and its columns and checks the filter. Reads no rows yet.</summary>
    /// <param name="options">The file, and which of its rows to use.</param>
    /// <param name="columns">The columns; the defaults unless given.</param>
    /// <param name="recipe">The recipe that makes rows from a file with another purpose; it brings its own columns.</param>
    /// <param name="thoughts">Whether answers are attributed to the thoughts before them, so that a row needs no context.</param>
    /// <exception cref="AttributionException">ATTR1301 to ATTR1310: the file is missing or unreadable, a column is missing, or a filter or option is
    /// wrong.</exception>
    public static ContextDataset Open(DatasetOptions options, ContextColumns? columns = null, ContextRecipe? recipe = null, bool thoughts = false)
    {
        DatasetRecords.Check(options);
        columns = recipe?.Columns ?? columns ?? new ContextColumns();
        using var connection = DuckDbDatabase.OpenReader();
        var dataset = new ContextDataset(DatasetSource.Open(options.Path, options.Filter, indexColumn: null, connection), options, columns, recipe, thoughts);
        if (!dataset._source.IsJson || dataset._source.Fields.Count > 0)
            foreach (var column in new[] { thoughts ? null : columns.Context, columns.Query, columns.Answer, columns.Truth }.OfType<string>())
                dataset.Require(column);
        return dataset;
    }

    /// <summary>The rows, streamed from the file on each enumeration.</summary>
    /// <exception cref="AttributionException">ATTR1460: a row's columns have the wrong content. ATTR1308: there are no rows.</exception>
    public IEnumerable<ContextRow> Rows()
    {
        if (_recipe is null || _options.Take is not { } take)
            return Records().Select(row => Decode(row.Json, row.Place));
        if (_options.Seed is not { } seed)
            return Records().Take((int)Math.Min(take, int.MaxValue)).Select(row => Decode(row.Json, row.Place));
        var sample = RowSample.Draw(Records().Select(row => row.Place.Row), take, seed).ToHashSet();
        return Records().Where(row => sample.Contains(row.Place.Row)).Select(row => Decode(row.Json, row.Place));
    }

    private IEnumerable<(JsonElement Json, RowPlace Place)> Records()
    {
        var projection = _source.IsJson ? DatasetSource.JsonText : ", " + _source.AsJson(_source.Fields);
        var rows = 0L;
        foreach (var (reader, row) in _records.Read(projection))
        {
            var place = new RowPlace(Files.Count == 1 ? Files[0] : reader.Column(1).GetString(row)!, reader.Column(0).GetInteger(row));
            var json = reader.Column(2).IsNull(row) ? default : JsonConversations.Parse(reader.Column(2).GetBytes(row), place, "row");
            if (json.ValueKind != JsonValueKind.Object)
                throw place.Error(ErrorCodes.RowNotAnObject, "row", "the row is not a JSON object. Each row is {\"context\": \"...\", \"query\": \"...\"}.");
            if (_recipe is not null && !_recipe.Takes(json))
                continue;
            rows++;
            yield return (json, place);
        }
        if (rows == 0)
            throw new AttributionException(ErrorCodes.DatasetEmpty, $"The recipe {_recipe?.Name} takes no row of '{Files[0]}'.")
            {
                File = Files[0],
                Property = "Recipe"
            };
    }

    private ContextRow Decode(JsonElement json, RowPlace place) => new(place.Row, Documents(json, place), Text(json, _columns.Query, place))
    {
        Previous = Value(json, _columns.Messages) is { } messages && _recipe is null ? JsonConversations.Messages(messages, place, _columns.Messages) : [],
        Answer = _columns.Answer is { } answer ? Text(json, answer, place) : null,
        Truth = _columns.Truth is { } truth && Value(json, truth) is { } value ? Texts(value, truth, place) : null,
    };

    private IReadOnlyList<string> Documents(JsonElement json, RowPlace place)
    {
        if (Value(json, _columns.Context) is { } context)
            return Texts(context, _columns.Context, place);
        return _thoughts ? [] : [""];
    }

    private static IReadOnlyList<string> Texts(JsonElement value, string column, RowPlace place) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String
            ? item.GetString()! : throw Wrong(item, column, place))],
        _ => throw Wrong(value, column, place),
    };

    private static string Text(JsonElement json, string column, RowPlace place)
    {
        if (Value(json, column) is not { } value)
            throw place.Error(ErrorCodes.ContextRowMalformed, column, $"the row has no {column}. Give it one, or leave the row out with Filter.");
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(value, column, place);
        return string.IsNullOrWhiteSpace(text) ? throw place.Error(ErrorCodes.ContextRowMalformed, column,
            $"{column} is empty. Give it a text, or leave the row out with Filter.") : text;
    }

    private static JsonElement? Value(JsonElement json, string column) =>
        json.TryGetProperty(column, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    private static AttributionException Wrong(JsonElement value, string column, RowPlace place)
    {
        var text = value.GetRawText();
        return place.Error(ErrorCodes.ContextRowMalformed, column,
            $"{(text.Length > 40 ? text[..40] + "..." : text)} is no text{(value.ValueKind == JsonValueKind.Array ? " nor a list of texts" : "")}.");
    }

    private void Require(string column)
    {
        if (_source.Fields.All(field => field.Name != column))
            throw new AttributionException(ErrorCodes.DatasetColumnMissing,
                $"'{Path.GetFileName(Files[0])}' has no column {column}. Its columns are: "
                    + $"{string.Join(", ", _source.Fields.Select(field => field.Name))}. Name the one that is meant with the item's metadata, such "
                    + "as QueryColumn=\"question\".")
            { File = Files[0], Property = column };
    }
}

/// <summary>The columns of a file.</summary>
public sealed record ContextColumns
{
    /// <summary>The column of the context: a text, or a list of texts, one for each document.</summary>
    public string Context { get; init; } = "context";

    /// <summary>The column of the question, a text.</summary>
    public string Query { get; init; } = "query";

    /// <summary>The column of the earlier chat, a list of role and content; optional in a file.</summary>
    public string Messages { get; init; } = "messages";

    /// <summary>The column of answers to use instead of the model's own; null to have the model answer.</summary>
    public string? Answer { get; init; }

    /// <summary>
    /// The column with the text of the context that the answer comes from: a text, or a list of texts, one for each sentence of the answer; null if not known.
    /// </summary>
    public string? Truth { get; init; }
}
