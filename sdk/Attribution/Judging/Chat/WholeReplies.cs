using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>Receives complete replies, within the call's own deadline, and none larger than any real answer: a server may send without end.</summary>
internal sealed class WholeReplies(ChatWire wire, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The longest answers of models have some hundred thousand bytes.</summary>
    internal const int LargestBytes = 4 << 20;

    /// <exception cref="AttributionException">ATTR1647: the reply is too large.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestBytes, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            response.Dispose();
            throw new AttributionException(ErrorCodes.ChatRefused,
                $"{wire.Place} answered with more than {LargestBytes >> 20} MB, which no answer has. Check that JudgeEndpoint is a model's.",
                e)
            { Property = "JudgeEndpoint" };
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
