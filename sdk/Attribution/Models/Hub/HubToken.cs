using System.Net.Http.Headers;
using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>A hub access token. It shows itself to nothing but a request to the hub: not to logs, records, serializers or messages.</summary>
public sealed class HubToken
{
    private readonly string _value;

    private HubToken(string value) => _value = value;

    internal AuthenticationHeaderValue Header => new("Bearer", _value);

    /// <summary>Takes a token from a setting's or file's text; null if there is none in it.</summary>
    /// <param name="text">The text; white space around the token is ignored.</param>
    /// <param name="source">The setting or file, for messages.</param>
    /// <exception cref="AttributionException">ATTR1122: the text cannot be a token.</exception>
    public static HubToken? From(string? text, string source)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Any(c => c is <= ' ' or > '~'))
            throw new AttributionException(ErrorCodes.HubSetting, "The hub token has characters that no token has: it was not copied right. Copy it again from the hub's settings page.") { Property = source };
        return new(text);
    }

    public override string ToString() => "(hidden)";
}
