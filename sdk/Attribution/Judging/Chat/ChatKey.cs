using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>
/// The key of an endpoint. It never leaves this process but in a call's header: it has no text, and whatever an endpoint says is cleared of it in every form.
/// </summary>
public sealed class ChatKey
{
    /// <summary>The environment variable, or the line of a <c>.env</c> file, that holds it.</summary>
    public const string Variable = "OPENAI_API_KEY";

    private ChatKey(string value)
    {
        Value = value;
        KnownSecrets.Add(value);
    }

    internal string Value { get; }

    /// <summary>The key of the environment; null if there is none.</summary>
    /// <exception cref="AttributionException">ATTR1646: it holds what no header can.</exception>
    public static ChatKey? FromEnvironment() => Of(Environment.GetEnvironmentVariable(Variable));

    /// <summary>A key; null for an empty text.</summary>
    /// <exception cref="AttributionException">ATTR1646: it holds what no header can.</exception>
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
