using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>A conversation as messages, at least one of them the assistant's.</summary>
public sealed record MessageConversation(IReadOnlyList<ChatMessage> Messages) : Conversation
{
    internal override void AddTo(IncrementalHash hash)
    {
        hash.AppendData("m"u8);
        AddLength(hash, Messages.Count);
        foreach (var message in Messages)
        {
            AddText(hash, message.Role);
            AddText(hash, message.Content);
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
