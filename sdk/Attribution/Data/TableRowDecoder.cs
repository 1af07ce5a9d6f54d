using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using Attribution.Tokenization;
using DuckDB.NET.Native;

namespace Attribution.Data;

/// <summary>Decodes rows that come as columns: Parquet's lists of structs, or JSON text in Parquet or CSV.</summary>
internal sealed class TableRowDecoder : RowDecoder
{
    private readonly Dictionary<string, int> _places = [];
    private readonly int _metadata = -1;
    private readonly bool _isOwn;

    /// <summary>
    /// The columns of messages with more fields than role and content. A struct has these for all messages of the file, with null where a message has none.
    /// </summary>
    private readonly HashSet<string> _asJson = [];

    /// <param name="source">The files with these columns.</param>
    /// <param name="metadataColumn">A column that already contains the other columns as JSON; null to collect them.</param>
    /// <param name="isAllNull">Whether a column contains only nulls, so that its type says nothing.</param>
    public TableRowDecoder(DatasetSource source, string? metadataColumn, Func<string, bool> isAllNull)
    {
        var selected = new List<string>();
        _isOwn = metadataColumn is not null;
        foreach (var field in source.Fields.Where(field => Columns.Conversations.Contains(field.Name)))
        {
            if (!Fits(field, out var wanted))
            {
                if (isAllNull(field.Name))
                    continue;
                throw new AttributionException(ErrorCodes.DatasetColumnType,
                    $"Column {field.Name} of '{Path.GetFileName(source.Files[0])}' is {Describe(field.Type)}; it must be {wanted}, or that as JSON text.")
                { File = source.Files[0], Property = field.Name };
            }
            _places.Add(field.Name, FirstColumn + selected.Count);
            if (IsPlain(field))
                selected.Add(source.Stored(field.Name));
            else
            {
                _asJson.Add(field.Name);
                selected.Add($"CASE WHEN {source.Stored(field.Name)} IS NOT NULL THEN CAST(to_json({source.Stored(field.Name)}) AS VARCHAR) END");
            }
        }
        var others = source.Fields.Where(field => !Columns.Conversations.Contains(field.Name)).ToArray();
        var metadata = metadataColumn is not null ? Sql.Identifier(metadataColumn)
            : others.Length > 0 ? source.AsJson(others)
            : null;
        if (metadata is not null)
        {
            _metadata = FirstColumn + selected.Count;
            selected.Add(metadata);
        }
        Projection = string.Concat(selected.Select(column => $", {column}"));
    }

    public override string Projection { get; }

    protected override (ConversationParts, ConversationParts, string?) Read(DuckDbReader reader, int row, RowPlace place)
    {
        var metadata = _metadata < 0 ? null : reader.Column(_metadata).GetString(row);
        return _isOwn ? MessageFields.Split(Side(Columns.Treatment), Side(Columns.Control), metadata)
            : (Side(Columns.Treatment), Side(Columns.Control), metadata);

        ConversationParts Side(string side)
        {
            var tokens = Has(Columns.Tokens(side), out var at) ? Tokens(reader.Column(at), row, place, Columns.Tokens(side)) : null;
            var keep = Has(Columns.Keep(side), out at) ? Keep(reader.Column(at), row, place, Columns.Keep(side)) : null;
            var messages = tokens is null && Has(Columns.Messages(side), out at) ? Messages(reader.Column(at), row, place, Columns.Messages(side)) : null;
            return new(messages, tokens, keep);
        }

        bool Has(string column, out int at) => _places.TryGetValue(column, out at) && !reader.Column(at).IsNull(row);
    }

    private IReadOnlyList<ChatMessage> Messages(DuckDbVector column, int row, RowPlace place, string name)
    {
        if (column.Type.Kind == DuckDBType.Varchar)
            return JsonConversations.Messages(JsonConversations.Parse(column.GetBytes(row), place, name), place, name, nullsAreAbsent: _asJson.Contains(name));
        var messages = column.Elements;
        var roles = messages.Field(messages.Type.IndexOf("role"));
        var contents = messages.Field(messages.Type.IndexOf("content"));
        var (first, count) = column.GetList(row).GetOffsetAndLength(messages.Length);
        var list = new ChatMessage[count];
        for (var i = 0; i < count; i++)
            list[i] = new(
                roles.GetString(first + i) ?? throw place.Error(ErrorCodes.MessagesMalformed, name,
                    $"message {i} has no role. Each message needs role and content."),
                contents.GetString(first + i) ?? throw place.Error(ErrorCodes.MessagesMalformed, name,
                    $"message {i} has no content. Each message needs role and content."));
        return list;
    }

    private static int[] Tokens(DuckDbVector column, int row, RowPlace place, string name)
    {
        if (column.Type.Kind == DuckDBType.Varchar)
            return JsonConversations.Tokens(JsonConversations.Parse(column.GetBytes(row), place, name), place, name);
        var elements = column.Elements;
        var (first, count) = column.GetList(row).GetOffsetAndLength(elements.Length);
        var tokens = new int[count];
        for (var t = 0; t < count; t++)
            tokens[t] = !elements.IsNull(first + t) && elements.GetInteger(first + t) is >= 0 and <= int.MaxValue and var id
                ? (int)id
                : throw place.Error(ErrorCodes.TokensMalformed, name,
                    $"{(elements.IsNull(first + t) ? "null" : elements.GetInteger(first + t))} is not a token id. Ids are whole numbers from 0.");
        return tokens;
    }

    private static bool[] Keep(DuckDbVector column, int row, RowPlace place, string name)
    {
        if (column.Type.Kind == DuckDBType.Varchar)
            return JsonConversations.Keep(JsonConversations.Parse(column.GetBytes(row), place, name), place, name);
        var elements = column.Elements;
        var (first, count) = column.GetList(row).GetOffsetAndLength(elements.Length);
        var keep = new bool[count];
        for (var t = 0; t < count; t++)
            keep[t] = !elements.IsNull(first + t) && elements.GetInteger(first + t) is var mark and (0 or 1)
                ? mark == 1
                : throw place.Error(ErrorCodes.TokensMalformed, name,
                    $"{(elements.IsNull(first + t) ? "null" : elements.GetInteger(first + t))} is not a keep mark. Marks are true or false, or 1 or 0.");
        return keep;
    }

    private static bool Fits(DuckDbField field, out string wanted)
    {
        var element = field.Type.Kind == DuckDBType.List ? field.Type.Fields[0].Type : null;
        (var fits, wanted) = field.Name.EndsWith("_messages", StringComparison.Ordinal)
            ? (element is { Kind: DuckDBType.Map } || (element is { Kind: DuckDBType.Struct } && IsText(element, "role") && IsText(element, "content")),
                "a list of structs with the texts role and content")
            : field.Name.EndsWith("_tokens", StringComparison.Ordinal)
                ? (element is { IsInteger: true }, "a list of integers")
                : (element is { Kind: DuckDBType.Boolean } or { IsInteger: true }, "a list of booleans");
        return fits || field.Type.Kind == DuckDBType.Varchar;

        static bool IsText(DuckDbType type, string name) => type.IndexOf(name) is >= 0 and var at && type.Fields[at].Type.Kind == DuckDBType.Varchar;
    }

    /// <summary>Whether a column can be read directly: its messages have only role and content, and are not maps.</summary>
    private static bool IsPlain(DuckDbField field) => field.Type.Kind != DuckDBType.List
        || field.Type.Fields[0].Type.Kind is not (DuckDBType.Struct or DuckDBType.Map)
        || field.Type.Fields[0].Type is { Kind: DuckDBType.Struct, Fields.Count: 2 };

    private static string Describe(DuckDbType type) => type.Kind switch
    {
        DuckDBType.List => $"a list of {Describe(type.Fields[0].Type)}",
        DuckDBType.Struct => $"a struct ({string.Join(", ", type.Fields.Select(field => $"{field.Name}: {Describe(field.Type)}"))})",
        _ => type.Kind.ToString().ToUpperInvariant(),
    };
}
