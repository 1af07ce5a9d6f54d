using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Attribution.Data;

/// <summary>A conversation that was tokenised elsewhere.</summary>
/// <param name="Tokens">Token ids, <c>[T]</c>, none negative.</param>
/// <param name="Keep">The keep mask, <c>[T]</c>: true on the tokens whose loss counts.</param>
public sealed record TokenConversation(IReadOnlyList<int> Tokens, IReadOnlyList<bool> Keep) : Conversation
{
    /// <summary>False if the loss has no token to count: such a row has no vector and is never selected.</summary>
    public bool KeepsAny => Keep.Contains(true);

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
