using System.Globalization;
using System.Net.Http.Headers;
using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>The settings of the hub and its cache. The environment variables are those of Hugging Face's own tools, so that both share one cache.</summary>
public sealed record HubSettings
{
    /// <summary>The cache folder: <c>HF_HUB_CACHE</c>, else <c>$HF_HOME/hub</c>, else <c>~/.cache/huggingface/hub</c>.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The hub's address: <c>HF_ENDPOINT</c>, else <c>https://huggingface.co</c>.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co/");

    /// <summary>
    /// The access token: <c>HF_TOKEN</c>, <c>HUGGING_FACE_HUB_TOKEN</c>, or the file that Hugging Face's login writes; null if there is none.
    /// </summary>
    public HubToken? Token { get; init; }

    /// <summary>Whether to use only the cache: <c>HF_HUB_OFFLINE</c>.</summary>
    public bool Offline { get; init; }

    /// <summary>The silence of the hub after which a request counts as failed: <c>HF_HUB_DOWNLOAD_TIMEOUT</c> seconds, else 30.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The total time limit for the list of a repository's files.</summary>
    internal TimeSpan ListingDeadline => Timeout * 4;

    /// <summary>The least number of bytes that must arrive in each <see cref="Timeout"/> of a download; a slower one fails.</summary>
    internal int SlowestBytes { get; init; } = 16 << 10;

    /// <summary>The wait before the first retry; it doubles with each further retry without progress.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Reads the settings from the environment.</summary>
    /// <param name="variable">Returns a variable's value; null to read the process's environment.</param>
    /// <exception cref="AttributionException">ATTR1122: a variable has an unusable value; its name is the property.</exception>
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

    // The message omits the value, because an address may contain a password.
    private static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri is { UserInfo: "", Query: "", Fragment: "" }
            ? uri
            : throw new AttributionException(ErrorCodes.HubSetting,
                "The hub's address must be an http or https address without user name or query, such as https://huggingface.co.")
            { Property = "HF_ENDPOINT" };

    private static TimeSpan ReadTimeout(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e6
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

/// <summary>A hub access token. Only requests to the hub can read it; logs, records, serializers and messages cannot.</summary>
public sealed class HubToken
{
    private readonly string _value;

    private HubToken(string value)
    {
        _value = value;
        KnownSecrets.Add(value);
    }

    internal AuthenticationHeaderValue Header => new("Bearer", _value);

    /// <summary>Reads a token from the text of a setting or file; null if the text has none.</summary>
    /// <param name="text">The text; white space around the token is ignored.</param>
    /// <param name="source">The setting or file, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1122: the text is not a possible token.</exception>
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

    /// <summary>Shows that there is a token, but not which.</summary>
    public override string ToString() => "(hidden)";
}

/// <summary>The progress of a download.</summary>
/// <param name="File">The file that progressed last.</param>
/// <param name="DoneBytes">The number of bytes of all wanted files that are in the cache or downloaded.</param>
/// <param name="TotalBytes">The size of all wanted files, in bytes.</param>
public readonly record struct HubProgress(string File, long DoneBytes, long TotalBytes);
