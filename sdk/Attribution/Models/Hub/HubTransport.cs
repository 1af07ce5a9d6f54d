using System.Net;
using System.Net.Http.Headers;
using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>Sends single requests to the hub: handles redirects, the token, timeouts, and the meaning of each failure.</summary>
internal sealed class HubTransport(HubSettings settings) : IDisposable
{
    private const int MaxRedirects = 10;

    // Redirects are followed here, because the token may only be sent to the hub's own address.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = settings.Timeout })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { UserAgent = { new("attribution", typeof(HubTransport).Assembly.GetName().Version?.ToString(3)) } },
    };

    public void Dispose() => _http.Dispose();

    /// <summary>Requests a path below the hub's address, from a byte offset, and returns when the headers have arrived.</summary>
    /// <returns>A response with status 200, 206 or 416 (the last two only if <paramref name="from"/> is above 0).</returns>
    /// <exception cref="HubTransientException">The request failed and may be retried.</exception>
    /// <exception cref="AttributionException">ATTR1124, ATTR1125 or ATTR1126: a retry cannot help.</exception>
    public async Task<HttpResponseMessage> GetAsync(HubRepository repository, string path, long from, CancellationToken cancel)
    {
        var uri = new Uri(settings.Endpoint, path);
        for (var hops = 0; hops <= MaxRedirects; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            if (IsHub(uri))
                request.Headers.Authorization = settings.Token?.Header;
            if (from > 0)
                request.Headers.Range = new RangeHeaderValue(from, null);
            var response = await SendAsync(request, cancel).ConfigureAwait(false);
            try
            {
                if (response.StatusCode is HttpStatusCode.OK
                    || (from > 0 && response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable))
                    return response;
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                    throw Failure(repository, path, uri, response);
                uri = Redirect(uri, response) ?? throw Unreachable(repository, $"{uri.Host} redirects to where a download must not go");
            }
            catch
            {
                response.Dispose();
                throw;
            }
            response.Dispose();
        }
        throw Unreachable(repository, $"{uri.Host} redirects without end");
    }

    /// <summary>Reads the next bytes, or fails after the timeout.</summary>
    /// <returns>The number of bytes read; 0 at the end.</returns>
    /// <exception cref="HubTransientException">The connection broke or stayed silent.</exception>
    public Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancel) =>
        Guard(async linked => await body.ReadAsync(buffer, linked).ConfigureAwait(false), cancel);

    public AttributionException Unreachable(HubRepository repository, string reason, Exception? inner = null) =>
        new(ErrorCodes.HubUnreachable, $"{repository} could not be fetched from {settings.Endpoint.Host}: {reason}. Check the network and HF_ENDPOINT and "
            + "run again: what was fetched is kept.", inner)
        { Property = repository.ToString() };

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel) =>
        Guard(linked => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked), cancel);

    private async Task<T> Guard<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(settings.Timeout);
        try
        {
            return await step(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new HubTransientException($"no answer within {settings.Timeout.TotalSeconds:0.#} s", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new HubTransientException($"the connection failed ({e.Message.TrimEnd('.')})", inner: e);
        }
    }

    private bool IsHub(Uri uri) => Uri.Compare(uri, settings.Endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped,
        StringComparison.OrdinalIgnoreCase) == 0;

    private static Uri? Redirect(Uri from, HttpResponseMessage response)
    {
        if (response.Headers.Location is not { } location)
            return null;
        var to = new Uri(from, location);
        // A redirect from an encrypted to a plain connection, or to another protocol, is not followed.
        return to.Scheme == "https" || (to.Scheme == "http" && from.Scheme == "http") ? to : null;
    }

    private Exception Failure(HubRepository repository, string path, Uri uri, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : null;
        var retryAfter = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - DateTimeOffset.UtcNow : null;
        if (status is 408 or 429 or >= 500)
            return new HubTransientException($"{uri.Host} answered {status}", retryAfter);
        // A storage host refuses expired links; the hub gives a new one.
        if (!IsHub(uri) && status is 401 or 403)
            return new HubTransientException($"{uri.Host} answered {status} to the hub's link");
        var token = settings.Token is null ? "HF_TOKEN is not set" : "the token has no access to it";
        return (status, code) switch
        {
            (401 or 404, "RepoNotFound") or (404, null) => NotFound(repository,
                $"The hub has no {Kind(repository)} {repository.Id}, or it is private and {token}. Check the spelling."),
            (404, "RevisionNotFound") => NotFound(repository,
                $"The hub's {Kind(repository)} {repository.Id} has no revision '{repository.Revision}'. Its branches, tags and commits are "
                + $"listed on {PageOf(repository)}."),
            (404, _) => NotFound(repository, $"The hub has no file behind {path}."),
            (401 or 403, _) => Refused(repository, status, gated: code == "GatedRepo"),
            _ => Unreachable(repository, $"{uri.Host} answered {status}"),
        };
    }

    private AttributionException Refused(HubRepository repository, int status, bool gated)
    {
        var what = gated ? $"The {Kind(repository)} {repository.Id} is gated" : $"The hub refuses access to {repository.Id}";
        var advice = settings.Token is null
            ? $"Accept its licence on {PageOf(repository)}, create an access token on the hub's settings page and set HF_TOKEN to it."
            : $"The token that is set has no access to it: accept the licence on {PageOf(repository)} with the token's own account, wait if approval is "
                + "pending, and check that the token is valid and may read gated repositories.";
        return new(ErrorCodes.HubAccess, $"{what} ({status}). {advice}") { Property = repository.ToString() };
    }

    private static AttributionException NotFound(HubRepository repository, string message) =>
        new(ErrorCodes.HubNotFound, message) { Property = repository.ToString() };

    private static string Kind(HubRepository repository) => repository.Kind == HubRepositoryKind.Dataset ? "data set" : "model";

    private Uri PageOf(HubRepository repository) => new(settings.Endpoint, repository.Page);
}
