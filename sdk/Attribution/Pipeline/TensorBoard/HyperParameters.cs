using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attribution.Pipeline.TensorBoard;

/// <summary>
/// The settings of a run as TensorBoard's plugin HPARAMS reads them: <c>SessionStartInfo</c> in the metadata of a summary without a value
/// (<c>tensorboard/plugins/hparams/plugin_data.proto</c>, <c>summary.proto</c>, <c>google/protobuf/struct.proto</c>).
/// </summary>
internal static class HyperParameters
{
    private const string Tag = "_hparams_/session_start_info", Plugin = "hparams";

    /// <summary>The summary that gives the settings of a run at its start.</summary>
    public static ProtobufMessage SessionStart(IReadOnlyDictionary<string, JsonNode?> settings)
    {
        var start = new ProtobufMessage();
        foreach (var (name, value) in settings)
            if (value is not null)
                start.Message(1, Entry(name, value)); // SessionStartInfo.hparams
        var data = new ProtobufMessage();
        data.Message(3, start); // HParamsPluginData.session_start_info
        var plugin = new ProtobufMessage();
        plugin.Text(1, Plugin); // PluginData.plugin_name
        plugin.Message(2, data); // PluginData.content
        var metadata = new ProtobufMessage();
        metadata.Message(1, plugin); // SummaryMetadata.plugin_data
        var nothing = new ProtobufMessage();
        nothing.Integer(1, 1); // TensorProto.dtype: DT_FLOAT
        nothing.Message(2, new ProtobufMessage()); // TensorProto.tensor_shape: a scalar's
        var summaryValue = new ProtobufMessage();
        summaryValue.Text(1, Tag); // Summary.Value.tag
        summaryValue.Message(9, metadata); // Summary.Value.metadata
        summaryValue.Message(8, nothing); // Summary.Value.tensor
        var summary = new ProtobufMessage();
        summary.Message(1, summaryValue); // Summary.value
        return summary;
    }

    // An entry of map<string, google.protobuf.Value>.
    private static ProtobufMessage Entry(string name, JsonNode value)
    {
        var any = new ProtobufMessage();
        if (value.GetValueKind() == JsonValueKind.Number)
            any.Double(2, value.Deserialize<double>()); // Value.number_value
        else
            any.Text(3, value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()); // Value.string_value
        var entry = new ProtobufMessage();
        entry.Text(1, name);
        entry.Message(2, any);
        return entry;
    }
}
