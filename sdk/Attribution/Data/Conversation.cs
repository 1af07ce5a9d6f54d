using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>One side of a dataset's row: messages to be rendered, or tokens.</summary>
public abstract record Conversation
{
    private protected Conversation()
    {
    }

    /// <summary>False if no token counts in the loss whatever the model: all answers are empty, or do not count.</summary>
    internal abstract bool HasAnswer { get; }

    /// <summary>Hashes the canonical form, which differs for any two different conversations.</summary>
    internal abstract void AddTo(IncrementalHash hash);
}

/// <summary>A conversation that was tokenized elsewhere.</summary>
/// <param name="Tokens">Token ids, <c>[T]</c>, none negative.</param>
/// <param name="Keep">The keep mask, <c>[T]</c>: true for the tokens that count in the loss.</param>
public sealed record TokenConversation(IReadOnlyList<int> Tokens, IReadOnlyList<bool> Keep) : Conversation
{
    /// <summary>False if no token counts in the loss: such a row has no vector and is never selected.</summary>
    public bool KeepsAny => Keep.Contains(true);

    // The first token is predicted from nothing.
    internal override bool HasAnswer => Keep.Skip(1).Contains(true);

    internal override void AddTo(IncrementalHash hash)
    {
        hash.AppendData("t"u8);
        var bytes = new byte[4 + 5 * Tokens.Count];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Tokens.Count);
        for (var t = 0; t < Tokens.Count; t++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 + 5 * t), Tokens[t]);
            bytes[4 + 5 * t + 4] = Keep[t] ? (byte)1 : (byte)0;
        }
        hash.AppendData(bytes);
    }
}

/// <summary>A conversation as messages, at least one of them from the assistant.</summary>
public sealed record MessageConversation(IReadOnlyList<ChatMessage> Messages) : Conversation
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The chat template's other variables in the row, for example <c>tools</c>; null for none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Variables { get; init; }

    /// <summary>The same variables in the form that templates take.</summary>
    internal IReadOnlyDictionary<string, object?>? TemplateVariables => Variables?.ToDictionary(variable => variable.Key, variable => (object?)variable.Value);

    // A template may write other fields, such as tool_calls, also where there is no text.
    internal override bool HasAnswer => Messages.Any(message => message is { Role: "assistant", Counts: true }
        && (message.Content.Length > 0 || message.Fields?.Keys.Any(name => name is not ("weight" or "train")) == true));

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
