using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Attribution.Models.Hub;

namespace Attribution.Tests.Models.Hub;

/// <summary>A hub with one repository, answering as the real one does, and the cache folder of a test.</summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string Token = "hf_averysecrettoken";
    public const string Id = "org/model";

    private readonly TemporaryFolder _folder = new();

    public FakeHub() => Server = new(request => Intercept(request) ?? Answer(request));

    public FakeServer Server { get; }

    public Dictionary<string, byte[]> Files { get; } = new()
    {
        ["config.json"] = "{}"u8.ToArray(),
        ["tokenizer.json"] = "hello"u8.ToArray(),
        ["model.safetensors"] = RandomNumberGenerator.GetBytes(3_000_000),
    };

    /// <summary>Answers in the hub's place where it gives one.</summary>
    public Func<Request, Reply?> Intercept { get; set; } = _ => null;

    public string Cache => _folder["hub"];

    public string Repository => _folder["hub", "models--org--model"];

    public HubSettings Settings => new()
    {
        CacheFolder = Cache,
        Endpoint = Server.Address,
        Token = HubToken.From(Token, "test"),
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>The requests for a file's content.</summary>
    public Request[] RequestsFor(string file) => [.. Server.Requests.Where(request => request.Path.EndsWith("/" + file, StringComparison.Ordinal))];

    public static bool IsLarge(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal) || path.EndsWith(".bin", StringComparison.Ordinal)
        || path.EndsWith(".parquet", StringComparison.Ordinal);

    public static string Hash(string path, byte[] content) => Convert.ToHexStringLower(IsLarge(path)
        ? SHA256.HashData(content)
        : SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    public static Reply Content(Request request, byte[] content) => request.From == 0
        ? new(200, content)
        : request.From >= content.Length
            ? new(416, [])
            : new(206, content[(int)request.From..], ("Content-Range", $"bytes {request.From}-{content.Length - 1}/{content.Length}"));

    public Reply Answer(Request request) =>
        request.Path.StartsWith("/api/", StringComparison.Ordinal)
            ? new(200, JsonSerializer.SerializeToUtf8Bytes(new { sha = Commit, siblings = Files.Select(Sibling) }))
            : request.Path.Split($"/resolve/{Commit}/") is [_, var path] && Files.TryGetValue(path, out var content)
                ? Content(request, content)
                : new(404, [], ("X-Error-Code", "EntryNotFound"));

    public void Dispose()
    {
        Server.Dispose();
        _folder.Dispose();
    }

    private static object Sibling(KeyValuePair<string, byte[]> file) => IsLarge(file.Key)
        ? new
        {
            rfilename = file.Key,
            size = file.Value.Length,
            blobId = new string('0', 40),
            lfs = new { sha256 = Hash(file.Key, file.Value), size = file.Value.Length, pointerSize = 130 }
        }
        : new { rfilename = file.Key, size = file.Value.Length, blobId = Hash(file.Key, file.Value) };
}
