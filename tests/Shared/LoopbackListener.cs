using System.Net;

namespace Attribution.Tests;

/// <summary>Starts servers of tests.</summary>
internal static class LoopbackListener
{
    /// <summary>
    /// Starts a listener on the loopback address. <see cref="HttpListener"/> cannot choose a port, and a port that was seen free can be somebody else's a
    /// moment later, so ports are tried until one is had.
    /// </summary>
    /// <returns>The listener and its address, without a slash at the end.</returns>
    public static (HttpListener Listener, string Address) Start()
    {
        while (true)
        {
            // Below the ports that the system gives to connections.
            var address = $"http://127.0.0.1:{Random.Shared.Next(10_000, 32_000)}";
            var listener = new HttpListener { Prefixes = { address + "/" } };
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException)
            {
                // Taken.
            }
        }
    }
}
