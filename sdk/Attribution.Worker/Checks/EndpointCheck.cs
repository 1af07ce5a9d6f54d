using System.Net;
using System.Net.Http.Headers;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;
using Attribution.Pipeline;

namespace Attribution.Worker.Checks;

/// <summary>Checks that the judging model can be asked: its key is set and its endpoint answers one free request.</summary>
internal static class EndpointCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks for the list of models, as in OpenAI's interface. An endpoint that does not know this request has answered, too.</summary>
    /// <param name="llm">The model.</param>
    /// <param name="isKnown">Whether all answers are already in the store; called only if there is a problem.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="AttributionException">ATTR1120: there is no such folder. ATTR1646: the key is missing or refused. ATTR1648: no answer.</exception>
    public static void Run(LlmSettings llm, Func<bool> isKnown, CancellationToken cancellation)
    {
        try
        {
            if (llm.Folder is not null)
                JudgingModel.RequireFolder(llm.Folder);
            else
                Ask(JudgingModel.Endpoint(llm.Endpoint), ChatKey.FromEnvironment(), cancellation);
        }
        catch (AttributionException) when (isKnown())
        {
            // Every answer is already in the store.
        }
    }

    private static void Ask(Uri endpoint, ChatKey? key, CancellationToken cancellation)
    {
        if (key is null && endpoint.Host == ChatOptions.DefaultEndpoint.Host)
            throw Access($"{endpoint.Host} wants a key, and there is none.");
        // As for the conversations themselves: no redirect, which could lead to an address that the project did not name, and the key to nobody who may not
        // have it.
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !endpoint.IsLoopback })
        {
            Timeout = Patience
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{endpoint.AbsoluteUri.TrimEnd('/')}/models");
        var isSent = key is not null && ChatKey.MayBeSentTo(endpoint);
        if (isSent)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key!.Value);
        try
        {
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                throw Access(key is not null && !isSent
                    ? $"{endpoint.Authority} wants a key ({(int)response.StatusCode}), and over plain http none is sent to another machine. "
                        + "Use https, or a tunnel to a port of this machine."
                    : key is null ? $"{endpoint.Authority} wants a key, and there is none ({(int)response.StatusCode})."
                    : $"{endpoint.Authority} does not take the key ({(int)response.StatusCode}).");
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new AttributionException(ErrorCodes.ChatUnreachable,
                $"The judging model cannot be asked: {endpoint.Authority} "
                + (e is OperationCanceledException ? $"does not answer within {Patience.TotalSeconds:0} s"
                    : $"cannot be reached ({KnownSecrets.Hide(e.Message.TrimEnd('.'))})")
                + ". Start it, or correct JudgeEndpoint.", e)
            { Property = "JudgeEndpoint" };
        }
    }

    private static AttributionException Access(string what) => new(ErrorCodes.ChatAccess,
        $"{what} Set {ChatKey.Variable}, in the environment or in a .env file at or above the project; or judge without a model: Judge rules.")
    { Property = ChatKey.Variable };
}
