using System.Net;
using Amazon.Runtime;

namespace Attribution.Data.Store.Remote;

/// <summary>
/// Bounds what a service can answer: a listing or an error has at most 16 MB and comes within a minute; an object begins within a minute, and its reader counts
/// its bytes. The package itself would wait, and read, without end.
/// </summary>
/// <param name="patience">The time to begin an answer, and to complete a small one.</param>
internal sealed class BoundedResponses(TimeSpan patience) : DelegatingHandler(new SocketsHttpHandler
{
    AllowAutoRedirect = false,
    AutomaticDecompression = DecompressionMethods.None,
    UseCookies = false,
})
{
    /// <summary>The time that a service has to begin an answer, to complete a small one, and between two reads of an object.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // An upload of the largest part takes 20 minutes at 1 MB/s.
    private static readonly TimeSpan OfUpload = TimeSpan.FromHours(1);

    private const long MostBytes = 16 << 20;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(request.Content is null ? patience : OfUpload);
        try
        {
            var response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
            var isObject = request.Method == HttpMethod.Get && response.IsSuccessStatusCode
                && !request.RequestUri!.Query.Contains("list-type=", StringComparison.Ordinal);
            if (!isObject)
                await response.Content.LoadIntoBufferAsync(MostBytes, limit.Token).ConfigureAwait(false);
            return response;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"There was no whole answer within {patience.TotalSeconds:0.#} s.", e);
        }
    }

    /// <summary>Makes the clients of Amazon's package.</summary>
    public sealed class Factory : HttpClientFactory
    {
        /// <inheritdoc/>
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new BoundedResponses(Patience)) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
