using System.Net.Http.Headers;
using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>Where the hub and its cache are. The environment's variables are those of Hugging Face's own tools, so both share one cache.</summary>
public sealed record HubSettings
{
    /// <summary>The cache folder: <c>HF_HUB_CACHE</c>, else <c>$HF_HOME/hub</c>, else <c>~/.cache/huggingface/hub</c>.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The hub's address: <c>HF_ENDPOINT</c>, else <c>https://huggingface.co</c>.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co/");

    /// <summary>The access token, if there is one: <c>HF_TOKEN</c>, <c>HUGGING_FACE_HUB_TOKEN</c>, or the file that Hugging Face's login writes.</summary>
    public HubToken? Token { get; init; }

    /// <summary>Whether only the cache may be used: <c>HF_HUB_OFFLINE</c>.</summary>
    public bool Offline { get; init; }

    /// <summary>How long the hub may stay silent before a request counts as failed: <c>HF_HUB_DOWNLOAD_TIMEOUT</c> seconds, else 30.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the list of a repository's files may take in all.</summary>
    internal TimeSpan ListingDeadline => Timeout * 4;

    /// <summary>The fewest bytes that must come within each <see cref="Timeout"/> of a file's download: an endless drip is no download.</summary>
    internal int SlowestBytes { get; init; } = 16 << 10;

    /// <summary>The wait before the first retry; it doubles with each one that follows without progress.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Reads the settings from the environment.</summary>
    /// <param name="variable">Gives a variable's value; the process's environment if null.</param>
    /// <exception cref="AttributionException">ATTR1122: a variable has a value that cannot be used; its name is the property.</exception>
    public static HubSettings FromEnvironment(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var user = variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var home = Folder("HF_HOME") ?? Path.Combine(Folder("XDG_CACHE_HOME") ?? Path.Combine(user, ".cache"), "huggingface");
        return new()
        {
            CacheFolder = Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"),
            Endpoint = ReadEndpoint(Text("HF_ENDPOINT") ?? "https://huggingface.co"),
            Token = HubToken.From(variable("HF_TOKEN"), "HF_TOKEN")
                ?? HubToken.From(variable("HUGGING_FACE_HUB_TOKEN"), "HUGGING_FACE_HUB_TOKEN")
                ?? ReadTokenFile(Folder("HF_TOKEN_PATH") ?? Path.Combine(home, "token")),
            Offline = IsTrue("HF_HUB_OFFLINE") || IsTrue("TRANSFORMERS_OFFLINE"),
            Timeout = ReadTimeout(Text("HF_HUB_DOWNLOAD_TIMEOUT") ?? "30"),
        };

        string? Text(string name) => variable(name) is { } value && value.Trim() is { Length: > 0 } text ? text : null;

        string? Folder(string name) => Text(name) is not { } path ? null
            : path == "~" ? user
            : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(user, path[2..])
            : path;

        bool IsTrue(string name) => Text(name)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";
    }

    // The message leaves the value out: an address may carry a password.
    private static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri is { UserInfo: "", Query: "", Fragment: "" }
            ? uri
            : throw new AttributionException(ErrorCodes.HubSetting,
                "The hub's address must be an http or https address without user name or query, such as https://huggingface.co.")
            { Property = "HF_ENDPOINT" };

    private static TimeSpan ReadTimeout(string text) =>
        double.TryParse(text, out var seconds) && seconds is > 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
            : throw new AttributionException(ErrorCodes.HubSetting,
                $"The hub's timeout is '{text}'; it must be a number of seconds above 0.")
            { Property = "HF_HUB_DOWNLOAD_TIMEOUT" };

    private static HubToken? ReadTokenFile(string path)
    {
        try
        {
            return HubToken.From(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A hub access token. It shows itself to nothing but a request to the hub: not to logs, records, serializers or messages.</summary>
public sealed class HubToken
{
    private readonly string _value;

    private HubToken(string value)
    {
        _value = value;
        KnownSecrets.Add(value);
    }

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
            throw new AttributionException(ErrorCodes.HubSetting,
                "The hub token has characters that no token has: it was not copied right. Copy it again from the hub's settings page.")
            { Property = source };
        return new(text);
    }

    /// <summary>Says that there is a token, and never which.</summary>
    public override string ToString() => "(hidden)";
}

/// <summary>How far a download is.</summary>
/// <param name="File">The file that just got further.</param>
/// <param name="DoneBytes">The bytes of all wanted files that are here, cached or fetched.</param>
/// <param name="TotalBytes">The bytes of all wanted files.</param>
public readonly record struct HubProgress(string File, long DoneBytes, long TotalBytes);
