using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Attribution.Tests.Models.Hub;

internal sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public long From => Headers.TryGetValue("range", out var range) ? long.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;

    public string? Authorization => Headers.GetValueOrDefault("authorization");
}

/// <param name="DropAfter">Closes the connection after so many bytes of the body, though the headers promise all.</param>
/// <param name="Silent">Sends nothing more after those, but keeps the connection.</param>
internal sealed record Reply(int Status, byte[] Body, params (string Name, string Value)[] Headers)
{
    public int? DropAfter { get; init; }

    public bool Silent { get; init; }

    /// <summary>Sends the body again and again, with this pause between; null for once.</summary>
    public TimeSpan? Again { get; init; }
}

/// <summary>An HTTP server on the loopback address whose every answer, and every way of failing, is the test's own.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Request, Reply> _answer;
    private long _bodyBytes;

    public FakeServer(Func<Request, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public ConcurrentQueue<Request> Requests { get; } = [];

    /// <summary>The bytes of all bodies sent so far.</summary>
    public long BodyBytes => Interlocked.Read(ref _bodyBytes);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var client = connection;
        try
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            if (await reader.ReadLineAsync(_stop.Token) is not { } line)
                return;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
                headers[header[..header.IndexOf(':')]] = header[(header.IndexOf(':') + 1)..].Trim();
            var request = new Request(line.Split(' ')[1], headers);
            Requests.Enqueue(request);
            await SendAsync(client, _answer(request));
        }
        // The other side may leave at any time.
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
        }
    }

    private async Task SendAsync(TcpClient client, Reply reply)
    {
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} X\r\n{(reply.Again is null ? $"Content-Length: {reply.Body.Length}\r\n" : "")}Connection: "
            + "close\r\n");
        foreach (var (name, value) in reply.Headers)
            head.Append($"{name}: {value}\r\n");
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}\r\n"), _stop.Token);
        var body = reply.Body.AsMemory(0, reply.DropAfter ?? reply.Body.Length);
        await stream.WriteAsync(body, _stop.Token);
        Interlocked.Add(ref _bodyBytes, body.Length);
        while (reply.Again is { } pause)
        {
            await Task.Delay(pause, _stop.Token);
            await stream.WriteAsync(body, _stop.Token);
            Interlocked.Add(ref _bodyBytes, body.Length);
        }
        if (reply.Silent)
            await Task.Delay(Timeout.Infinite, _stop.Token);
    }
}
