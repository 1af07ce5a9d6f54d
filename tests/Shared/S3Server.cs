using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Attribution.Tests;

/// <summary>
/// A service on the loopback address that speaks as S3 does: objects are put whole or in parts, read, and listed by pages. It refuses what is not signed with
/// its key (Signature Version 4, as AWS documents it) and what is not the content that was signed.
/// </summary>
internal sealed class S3Server : IDisposable
{
    public const string KeyId = "AKIDTESTKEY123456789", Secret = "secretOfTheTest/abcdefghijklmnopqrstuvwx", Bucket = "results";
    public const string Region = "eu-test-1";
    private const int PageSize = 3;

    private static readonly XNamespace Ns = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly HttpListener _listener;

    public S3Server()
    {
        (_listener, Address) = LoopbackListener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Address { get; }

    /// <summary>What is in the bucket, by key.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>The parts of uploads that were begun and neither completed nor aborted, by the upload's id and the part's number.</summary>
    public ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> Uploads { get; } = new(StringComparer.Ordinal);

    /// <summary>All requests, as METHOD PATH.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>What was wrong with requests.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    /// <summary>Asked before each request; true refuses it.</summary>
    public Func<string, bool> Refuse { get; set; } = _ => false;

    /// <summary>Gives, for a continuation token, the XML that is sent in the place of a listing; null for the listing itself.</summary>
    public Func<string?, string?> ListInstead { get; set; } = _ => null;

    /// <summary>The environment of a process that uses it.</summary>
    public Dictionary<string, string?> Environment => new()
    {
        ["AWS_ENDPOINT_URL"] = Address,
        ["AWS_ACCESS_KEY_ID"] = KeyId,
        ["AWS_SECRET_ACCESS_KEY"] = Secret,
        ["AWS_REGION"] = Region,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
            try
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => Answer(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
    }

    private void Answer(HttpListenerContext context)
    {
        try
        {
            var (request, response) = (context.Request, context.Response);
            var line = $"{request.HttpMethod} {request.Url!.PathAndQuery}";
            Requests.Enqueue(line);
            using var copy = new MemoryStream();
            request.InputStream.CopyTo(copy);
            var body = copy.ToArray();
            if (FaultOf(request, body) is { } fault)
            {
                Faults.Enqueue($"{line}: {fault}");
                // The real one says the key too.
                Send(response, 403, $"<Error><Code>SignatureDoesNotMatch</Code><Message>{fault} {KeyId}</Message></Error>");
            }
            else if (Refuse(line))
                Send(response, 403, $"<Error><Code>AccessDenied</Code><Message>not for {KeyId} with {Secret}</Message></Error>");
            else
                Answer(request, response, body);
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The other side has left.
        }
    }

    private void Answer(HttpListenerRequest request, HttpListenerResponse response, byte[] body)
    {
        var path = Uri.UnescapeDataString(request.Url!.AbsolutePath).TrimStart('/').Split('/', 2);
        if (path[0] != Bucket)
            Send(response, 404, "<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>");
        else if (path is [_] or [_, ""] && request.QueryString["list-type"] == "2")
            Send(response, 200, ListInstead(request.QueryString["continuation-token"])
                ?? List(request.QueryString["prefix"] ?? "", request.QueryString["continuation-token"]));
        else if (path is [_, var key] && (request.QueryString["uploadId"] is not null || request.Url.Query == "?uploads"))
            AnswerOfParts(request, response, key, body);
        else if (request.HttpMethod == "PUT")
        {
            Objects[path[1]] = body;
            Send(response, 200, "");
        }
        else if (request.HttpMethod == "GET" && Objects.TryGetValue(path[1], out var content))
        {
            response.ContentLength64 = content.Length;
            response.OutputStream.Write(content);
            response.Close();
        }
        else
            Send(response, 404, "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>");
    }

    // An upload in parts: POST begins it, PUT brings a part, POST completes it, DELETE aborts it.
    private void AnswerOfParts(HttpListenerRequest request, HttpListenerResponse response, string key, byte[] body)
    {
        if (request.QueryString["uploadId"] is not { } upload)
        {
            upload = $"{Guid.NewGuid():N}";
            Uploads[upload] = [];
            Send(response, 200, new XElement(Ns + "InitiateMultipartUploadResult", new XElement(Ns + "Bucket", Bucket), new XElement(Ns + "Key", key),
                new XElement(Ns + "UploadId", upload)).ToString());
        }
        else if (!Uploads.TryGetValue(upload, out var parts))
            Send(response, 404, "<Error><Code>NoSuchUpload</Code><Message>no such upload</Message></Error>");
        else if (request.HttpMethod == "PUT")
        {
            parts[int.Parse(request.QueryString["partNumber"]!, CultureInfo.InvariantCulture)] = body;
            response.Headers["ETag"] = TagOf(body);
            Send(response, 200, "");
        }
        else if (request.HttpMethod == "DELETE")
        {
            Uploads.TryRemove(upload, out _);
            Send(response, 204, "");
        }
        else
        {
            var listed = XElement.Parse(Encoding.UTF8.GetString(body)).Elements().Where(part => part.Name.LocalName == "Part").Select(part =>
                (Number: (int)Child(part, "PartNumber"), Tag: (string)Child(part, "ETag"))).ToArray();
            if (!listed.Select(part => part.Number).SequenceEqual(listed.Select(part => part.Number).Order())
                || listed.Any(part => !parts.TryGetValue(part.Number, out var content) || TagOf(content) != part.Tag))
            {
                Send(response, 400, "<Error><Code>InvalidPart</Code><Message>a part is not there, or not in order</Message></Error>");
                return;
            }
            Objects[key] = [.. listed.SelectMany(part => parts[part.Number])];
            Uploads.TryRemove(upload, out _);
            Send(response, 200, new XElement(Ns + "CompleteMultipartUploadResult", new XElement(Ns + "Key", key), new XElement(Ns + "ETag", "\"whole\""))
                .ToString());
        }
    }

    private static XElement Child(XElement parent, string name) => parent.Elements().Single(e => e.Name.LocalName == name);

    private static string TagOf(byte[] content) => $"\"{Hex(SHA256.HashData(content))[..32]}\"";

    private string List(string prefix, string? after)
    {
        string[] keys = [.. Objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, after ?? "") > 0)
            .Order(StringComparer.Ordinal)];
        var isMore = keys.Length > PageSize;
        return new XDocument(new XElement(Ns + "ListBucketResult", new XElement(Ns + "Name", Bucket), new XElement(Ns + "Prefix", prefix),
            new XElement(Ns + "IsTruncated", isMore), isMore ? new XElement(Ns + "NextContinuationToken", keys[PageSize - 1]) : null,
            keys.Take(PageSize).Select(key => new XElement(Ns + "Contents", new XElement(Ns + "Key", key), new XElement(Ns + "Size", Objects[key].Length)))))
            .ToString();
    }

    private static string? FaultOf(HttpListenerRequest request, byte[] body)
    {
        const string scheme = "AWS4-HMAC-SHA256 ";
        if (request.Headers["Authorization"] is not { } authorization || !authorization.StartsWith(scheme, StringComparison.Ordinal))
            return "not signed";
        var parts = authorization[scheme.Length..].Split(',').Select(part => part.Trim().Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        if (parts["Credential"].Split('/') is not [KeyId, var date, var region, "s3", "aws4_request"])
            return $"credential {parts["Credential"]}";
        if (region != Region)
            return $"region {region}";
        if (request.Headers["x-amz-content-sha256"] is not { } content || content != Hex(SHA256.HashData(body)))
            return $"content {request.Headers["x-amz-content-sha256"]}";
        var headers = string.Concat(parts["SignedHeaders"].Split(';').Select(name => $"{name}:{request.Headers[name]?.Trim()}\n"));
        var query = string.Join('&', request.Url!.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Contains('=') ? pair : pair + "=").Order(StringComparer.Ordinal));
        var canonical = string.Join('\n', request.HttpMethod, request.Url.AbsolutePath, query, headers, parts["SignedHeaders"], content);
        var text = string.Join('\n', scheme.Trim(), request.Headers["x-amz-date"], $"{date}/{region}/s3/aws4_request", Hex(SHA256.HashData(Bytes(canonical))));
        var key = new[] { date, region, "s3", "aws4_request" }.Aggregate(Bytes("AWS4" + Secret), (k, part) => HMACSHA256.HashData(k, Bytes(part)));
        return parts["Signature"] == Hex(HMACSHA256.HashData(key, Bytes(text))) ? null : "signature";
    }

    private static void Send(HttpListenerResponse response, int status, string xml)
    {
        response.StatusCode = status;
        response.ContentType = "application/xml";
        response.OutputStream.Write(Bytes(xml));
        response.Close();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
