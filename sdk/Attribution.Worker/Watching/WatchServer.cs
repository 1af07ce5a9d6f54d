using System.Net;
using System.Net.Sockets;
using System.Text;
using Attribution.Diagnostics;
using Attribution.Reporting.Watch;

namespace Attribution.Worker.Watching;

/// <summary>Serves the page of a build, to this machine only.</summary>
internal sealed class WatchServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly WatchedBuild _build;
    private readonly string _page;

    /// <summary>Starts the server.</summary>
    /// <param name="build">The build.</param>
    /// <param name="experiment">The name of the experiment, for the page.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <exception cref="AttributionException">ATTR1015: the port is taken.</exception>
    public WatchServer(WatchedBuild build, string experiment, int port)
    {
        (_build, _page) = (build, WatchPage.Render(experiment));
        (_listener, Address) = Listen(port);
        _ = ServeAsync();
    }

    /// <summary>The page's address.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var asked = await _listener.GetContextAsync();
                try
                {
                    await AnswerAsync(asked);
                }
                catch
                {
                    // Without an end the browser would wait for ever.
                    asked.Response.Abort();
                    throw;
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The browser has gone away, the server is closed, or a file of the build could not be read at this moment.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext asked)
    {
        var (status, type, text) = (asked.Request.HttpMethod, asked.Request.Url?.AbsolutePath) switch
        {
            ("GET", "/") => (200, "text/html; charset=utf-8", _page),
            ("GET", "/state.json") => (200, "application/json", _build.Read().Write()),
            _ => (404, "text/plain", "there is / and /state.json"),
        };
        var bytes = Encoding.UTF8.GetBytes(text);
        asked.Response.StatusCode = status;
        asked.Response.ContentType = type;
        asked.Response.ContentLength64 = bytes.Length;
        await asked.Response.OutputStream.WriteAsync(bytes);
        asked.Response.Close();
    }

    private static (HttpListener Listener, string Address) Listen(int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            // The listener answers no request that names another host, so a page of another site cannot read this one.
            var address = $"http://127.0.0.1:{(port == 0 ? FreePort() : port)}/";
            var listener = new HttpListener { Prefixes = { address } };
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (port == 0 && attempt < 20)
            {
                // Another program took the port after it was seen free.
            }
            catch (HttpListenerException e)
            {
                throw new AttributionException(ErrorCodes.FileAccess, $"The page cannot be served at {address}: {e.Message} Name another --port.", e)
                {
                    Property = "--port"
                };
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
