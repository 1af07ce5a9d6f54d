using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>
/// The API key of an endpoint. It leaves this process only in a call's header: it has no text form, and it is removed in every form from whatever an endpoint
/// says.
/// </summary>
public sealed class ChatKey
{
    /// <summary>The name of the environment variable, or of the line in a <c>.env</c> file, with the key.</summary>
    public const string Variable = "OPENAI_API_KEY";

    private ChatKey(string value)
    {
        Value = value;
        KnownSecrets.Add(value);
    }

    internal string Value { get; }

    /// <summary>Whether a key may be sent to an endpoint: over HTTPS, or to this machine. Over plain HTTP anyone on the way could read it.</summary>
    internal static bool MayBeSentTo(Uri endpoint) => endpoint.Scheme == Uri.UriSchemeHttps || endpoint.IsLoopback;

    /// <summary>The key in the environment; null if there is none.</summary>
    /// <exception cref="AttributionException">ATTR1646: it contains characters that a header cannot have.</exception>
    public static ChatKey? FromEnvironment() => Of(Environment.GetEnvironmentVariable(Variable));

    /// <summary>A key; null for an empty text.</summary>
    /// <exception cref="AttributionException">ATTR1646: it contains characters that a header cannot have.</exception>
    public static ChatKey? Of(string? value)
    {
        var key = value?.Trim();
        if (string.IsNullOrEmpty(key))
            return null;
        return key.All(c => c is > ' ' and <= '~')
            ? new ChatKey(key)
            : throw new AttributionException(ErrorCodes.ChatAccess,
                $"{Variable} holds a space or a character that no key has. Set it to the key alone.")
            { Property = Variable };
    }

    /// <inheritdoc/>
    public override string ToString() => KnownSecrets.Hidden;
}
