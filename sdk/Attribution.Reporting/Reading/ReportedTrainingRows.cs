using System.Text.Json;
using Attribution.Data;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Tokenization;

namespace Attribution.Reporting.Reading;

/// <summary>The rows of a training set: which behaviour was planted in which, and the texts of the rows that are shown.</summary>
internal sealed class ReportedTrainingRows
{
    private readonly string _path;
    private readonly string? _column;
    private readonly Dictionary<long, string> _planted = [];

    public ReportedTrainingRows(StageContext context, string train, StageRequests requests)
    {
        _path = context.Input(context.Upstream(ImportDatasetsStage.Name).Get(ImportDatasetsStage.KeyOf(train, "train")), ImportDatasetsStage.RowsFile).Path;
        _column = (string?)requests.Items(SelectTrainingDataStage.Name, "train").FirstOrDefault(t => (string?)t["name"] == train)?["plantedColumn"];
        if (_column is null)
            return;
        var names = new Dictionary<string, string>();
        foreach (var row in DatasetRows.Read(_path))
            if (PlantedIn(row) is { } behaviour)
            {
                // All rows of a behaviour share one string.
                names.TryAdd(behaviour, behaviour);
                _planted[row.Index] = names[behaviour];
            }
    }

    /// <summary>Whether a behaviour was planted in a row; null if the training set does not say.</summary>
    public Func<long, bool>? PlantedWith(string? trait) => _column is null || trait is null ? null : row => _planted.GetValueOrDefault(row) == trait;

    /// <summary>The texts of rows.</summary>
    public IReadOnlyDictionary<long, ReportedRow> Texts(IReadOnlySet<long> rows) => rows.Count == 0
        ? new Dictionary<long, ReportedRow>()
        : new SortedDictionary<long, ReportedRow>(DatasetRows.Read(_path).Where(row => rows.Contains(row.Index))
            .ToDictionary(row => row.Index, row => new ReportedRow(Messages(row.Treatment), _planted.GetValueOrDefault(row.Index))));

    private string? PlantedIn(DatasetRow row) => row.Metadata.TryGetValue(_column!, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString() : null;

    private static IReadOnlyList<ChatMessage> Messages(Conversation conversation) => conversation is TokenConversation tokens
        ? [new("tokens", string.Join(' ', tokens.Tokens))]
        : [.. ((MessageConversation)conversation).Messages.Select(WithoutNulls)];

    // A table column has every field in every message, mostly null.
    private static ChatMessage WithoutNulls(ChatMessage message) => message.Fields is null ? message : message with
    {
        Fields = message.Fields.Where(field => field.Value.ValueKind != JsonValueKind.Null).ToDictionary(),
    };
}
