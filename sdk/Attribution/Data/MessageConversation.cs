using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>A conversation as messages, at least one of them the assistant's.</summary>
public sealed record MessageConversation(IReadOnlyList<ChatMessage> Messages) : Conversation
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the row gives the chat template besides the messages, such as <c>tools</c>; null for nothing.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Variables { get; init; }

    /// <summary>The same in the form that templates take.</summary>
    internal IReadOnlyDictionary<string, object?>? TemplateVariables => Variables?.ToDictionary(variable => variable.Key, variable => (object?)variable.Value);

    /// <summary>The same as columns of a row that is read back to the same conversation; null for none.</summary>
    public Dictionary<string, JsonElement>? ToColumns() => RowVariables.ToColumns(Variables).ToDictionary() is { Count: > 0 } columns ? columns : null;

    internal override void AddTo(IncrementalHash hash)
    {
        hash.AppendData("m"u8);
        AddLength(hash, Messages.Count);
        foreach (var message in Messages)
        {
            AddText(hash, message.Role);
            AddText(hash, message.Content);
        }
        if (Messages.All(message => message.Fields is null) && Variables is null)
            return;
        hash.AppendData("f"u8);
        foreach (var fields in Messages.Select(message => message.Fields).Append(Variables))
        {
            AddLength(hash, fields?.Count ?? 0);
            foreach (var (name, value) in fields ?? new Dictionary<string, JsonElement>())
            {
                AddText(hash, name);
                AddText(hash, JsonSerializer.Serialize(value, Plain));
            }
        }
    }

    private static void AddText(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AddLength(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AddLength(IncrementalHash hash, int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }
}
