using System.Net;
using System.Net.Sockets;
using System.Text;
using Attribution.Data.Store.Remote;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>Services that are silent, that drip, and that do not end.</summary>
public sealed class BoundedResponsesTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BoundedResponsesTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData("silence", "?list-type=2", "no whole answer within 0.4 s")]
    [InlineData("drip", "?list-type=2&prefix=a", "no whole answer within 0.4 s")]
    [InlineData("error that drips", "object", "no whole answer within 0.4 s")]
    [InlineData("no end", "?list-type=2", "16777216")]
    public async Task A_listing_or_an_error_is_whole_and_small_in_time(string kind, string path, string said)
    {
        _ = ServeAsync(kind);
        // What has no end is ended by its size: its time must not run out first.
        using var client = ClientOf(kind == "no end" ? TimeSpan.FromMinutes(2) : TimeSpan.FromMilliseconds(400));
        var error = await Should.ThrowAsync<HttpRequestException>(async () => await Get(client, path).WaitAsync(TimeSpan.FromMinutes(2)));
        error.Message.ShouldContain(said);
    }

    [Fact]
    public async Task An_object_is_not_read_ahead()
    {
        _ = ServeAsync("no end");
        using var client = ClientOf(TimeSpan.FromMinutes(2));
        using var response = await Get(client, "object");
        await using var body = await response.Content.ReadAsStreamAsync();
        (await body.ReadAtLeastAsync(new byte[1 << 16], 1 << 16)).ShouldBe(1 << 16);
    }

    private static HttpClient ClientOf(TimeSpan patience) => new(new BoundedResponses(patience));

    private Task<HttpResponseMessage> Get(HttpClient client, string path) =>
        client.GetAsync(new Uri($"http://{_listener.LocalEndpoint}/bucket/{path}"), HttpCompletionOption.ResponseHeadersRead);

    private async Task ServeAsync(string kind)
    {
        using var asked = await _listener.AcceptTcpClientAsync();
        await using var stream = asked.GetStream();
        await stream.ReadAtLeastAsync(new byte[4096], 1);
        if (kind == "silence")
        {
            await Task.Delay(TimeSpan.FromMinutes(5));
            return;
        }
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(kind.StartsWith("error", StringComparison.Ordinal) ? 500 : 200)} x\r\n\r\n"));
        try
        {
            for (var sent = 0; sent < 6000; sent++)
                if (kind == "no end")
                    await stream.WriteAsync(new byte[1 << 16]);
                else
                {
                    await stream.WriteAsync(new byte[1]);
                    await Task.Delay(50);
                }
        }
        catch (IOException)
        {
            // Whoever asked has heard enough.
        }
    }
}
