using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Attribution.Tests;

/// <summary>A call as the server got it.</summary>
/// <param name="Path">Where it went.</param>
/// <param name="Authorization">The header with the key.</param>
/// <param name="Body">The body.</param>
internal sealed record ChatCall(string Path, string? Authorization, JsonElement Body)
{
    public IReadOnlyList<(string Role, string Content)> Messages =>
        [.. Body.GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))];

    /// <summary>The last message: what is to be judged.</summary>
    public string Asked => Messages[^1].Content;

    public bool HasFormat => Body.TryGetProperty("response_format", out _);
}

/// <summary>What the server does with a call.</summary>
internal sealed record ChatAct(int Status, string Body)
{
    public (string Name, string Value)[] Headers { get; init; } = [];

    /// <summary>Sends so many bytes of the body, though the headers promise all, and drops the connection.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Sends nothing, and keeps the connection until the other side gives up.</summary>
    public bool Hangs { get; init; }

    /// <summary>Sends spaces: without end, or, with a pause, one after each.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Waits before it answers.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>A completion with this text.</summary>
    public static ChatAct Say(string text, int inputTokens = 700, int outputTokens = 40) => new(200, JsonSerializer.Serialize(new
    {
        id = "x",
        @object = "chat.completion",
        choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = text } } },
        usage = new { prompt_tokens = inputTokens, completion_tokens = outputTokens, total_tokens = inputTokens + outputTokens },
    }));

    public static ChatAct Refuse(int status, string message, string code = "", params (string, string)[] headers) =>
        new(status, JsonSerializer.Serialize(new { error = new { message, code } })) { Headers = headers };
}

/// <summary>
/// An OpenAI-compatible server on the loopback address whose every answer, and every way of failing, is the test's own. It keeps connections open.
/// </summary>
internal sealed class ChatServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ChatCall, ChatAct> _act;
    private int _underWay, _mostUnderWay;
    private long _endlessBytes;

    public ChatServer(Func<ChatCall, ChatAct> act)
    {
        _act = act;
        _listener.Start(512);
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");

    /// <summary>All calls, in the order in which they came.</summary>
    public ConcurrentQueue<ChatCall> Calls { get; } = [];

    /// <summary>The calls that were answered in full with status 200.</summary>
    public ConcurrentQueue<ChatCall> Answered { get; } = [];

    /// <summary>What endless answers came to.</summary>
    public long EndlessBytes => Interlocked.Read(ref _endlessBytes);

    public int MostUnderWay => _mostUnderWay;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                client.NoDelay = true;
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var client = connection;
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[64 << 10];
            var have = 0;
            while (true)
            {
                int end;
                while ((end = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
                    if (!await Fill())
                        return;
                var head = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n");
                var headers = head.Skip(1).Select(h => h.Split(':', 2)).ToDictionary(h => h[0].Trim(), h => h[1].Trim(), StringComparer.OrdinalIgnoreCase);
                var length = int.Parse(headers["content-length"]);
                while (have < end + 4 + length)
                    if (!await Fill())
                        return;
                var call = new ChatCall(head[0].Split(' ')[1], headers.GetValueOrDefault("authorization"),
                    JsonDocument.Parse(buffer.AsMemory(end + 4, length).ToArray()).RootElement);
                buffer.AsSpan(end + 4 + length, have - end - 4 - length).CopyTo(buffer);
                have -= end + 4 + length;
                Calls.Enqueue(call);
                if (!await SendAsync(stream, call))
                    return;

                async Task<bool> Fill()
                {
                    if (have == buffer.Length)
                        Array.Resize(ref buffer, 2 * buffer.Length);
                    var read = await stream.ReadAsync(buffer.AsMemory(have), _stop.Token);
                    have += read;
                    return read > 0;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
        }
    }

    // Whether the connection may be used again.
    private async Task<bool> SendAsync(NetworkStream stream, ChatCall call)
    {
        var now = Interlocked.Increment(ref _underWay);
        for (var most = _mostUnderWay; now > most && Interlocked.CompareExchange(ref _mostUnderWay, now, most) != most; most = _mostUnderWay)
        {
        }
        try
        {
            var act = _act(call);
            if (act.IsEndless)
            {
                await stream.WriteAsync("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
                var spaces = Encoding.ASCII.GetBytes(new string(' ', act.Pause > TimeSpan.Zero ? 1 : 1 << 16));
                while (true)
                {
                    await stream.WriteAsync(spaces, _stop.Token);
                    Interlocked.Add(ref _endlessBytes, spaces.Length);
                    await Task.Delay(act.Pause, _stop.Token);
                }
            }
            if (act.Pause > TimeSpan.Zero)
                await Task.Delay(act.Pause, _stop.Token);
            if (act.Hangs)
            {
                _ = await stream.ReadAsync(new byte[1], _stop.Token);
                return false;
            }
            var body = Encoding.UTF8.GetBytes(act.Body);
            var head = $"HTTP/1.1 {act.Status} X\r\nContent-Type: application/json\r\nContent-Length: "
                + $"{body.Length}\r\n{string.Concat(act.Headers.Select(h => $"{h.Name}: {h.Value}\r\n"))}\r\n";
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body.AsSpan(0, act.CutAfter ?? body.Length)], _stop.Token);
            if (act.CutAfter is not null)
                return false;
            if (act.Status == 200)
                Answered.Enqueue(call);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
