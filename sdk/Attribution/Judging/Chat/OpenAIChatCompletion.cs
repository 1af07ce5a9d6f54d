using System.ClientModel;
using System.ClientModel.Primitives;
using Attribution.Diagnostics;
using OpenAI;
using OpenAI.Chat;
using Polly;
using Polly.Retry;

namespace Attribution.Judging.Chat;

/// <summary>
/// A model at an OpenAI-compatible endpoint. Calls that fail temporarily (408, 409, 429, 5xx, a dropped connection, a reply that is incomplete or not JSON,
/// silence) are repeated after growing waits, or after the wait that the endpoint asks for; the number of concurrent calls adapts to the endpoint.
/// </summary>
public sealed class OpenAIChatCompletion : IChatCompletion
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    /// <summary>The number of attempts to call an endpoint that has never answered and accepts no connection: its address is probably wrong.</summary>
    private const int MostUnansweredAttempts = 4;

    private readonly ChatOptions _options;
    private readonly HttpClient _http;
    private readonly ChatClient _client;
    private readonly ChatWire _wire;
    private readonly AdaptiveLimit _limit;
    private readonly JudgeBudget _budget;
    private readonly ResiliencePipeline<ChatReply> _retry;
    private readonly bool _lacksKey;
    private volatile bool _hasAnswered;

    /// <param name="options">The model and the endpoint.</param>
    /// <param name="key">The endpoint's key; null if none is needed. OpenAI's own endpoint needs one when it is called. Over plain HTTP the key is sent only to
    /// this machine.</param>
    /// <exception cref="AttributionException">ATTR1645: the endpoint is not an address.</exception>
    public OpenAIChatCompletion(ChatOptions options, ChatKey? key)
    {
        _options = options;
        var endpoint = Checked(options.Endpoint);
        _lacksKey = key is null && endpoint == ChatOptions.DefaultEndpoint;
        var mayBeSent = ChatKey.MayBeSentTo(endpoint);
        _wire = new ChatWire(options, endpoint, mayBeSent ? key : null, keyWithheld: key is not null && !mayBeSent);
        _http = new HttpClient(new WholeReplies(_wire, new SocketsHttpHandler
        {
            // A redirect could send conversations to an address that the project did not name.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !endpoint.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = options.Concurrency,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        }))
        { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _client = new ChatClient(options.Model, new ApiKeyCredential(mayBeSent && key is not null ? key.Value : "none"), new OpenAIClientOptions
        {
            Endpoint = endpoint,
            Transport = new HttpClientPipelineTransport(_http),
            // Retries and timeouts are handled here, and only this code's own words are logged.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = System.Threading.Timeout.InfiniteTimeSpan,
            ClientLoggingOptions = new() { EnableLogging = false },
        });
        _limit = new(options.Concurrency);
        _budget = new(options.BudgetTokens);
        _retry = new ResiliencePipelineBuilder<ChatReply>().AddRetry(new RetryStrategyOptions<ChatReply>
        {
            MaxRetryAttempts = Math.Max(1, options.MaxAttempts - 1),
            ShouldHandle = args => new(args.Outcome.Exception is ChatFailure failure && options.MaxAttempts > 1 && !(failure.RetryAfter > LongestWait)
                && !(failure.WasNotSent && !_hasAnswered && args.AttemptNumber + 1 >= MostUnansweredAttempts)),
            DelayGenerator = args => new(Wait(((ChatFailure)args.Outcome.Exception!).RetryAfter, args.AttemptNumber)),
        }).Build();
    }

    /// <inheritdoc/>
    public string Name => _options.Model;

    /// <inheritdoc/>
    public string Identity => IdentityOf(_options.Model);

    /// <inheritdoc/>
    public int Concurrency => _options.Concurrency;

    /// <summary>The current limit of concurrent calls.</summary>
    public int ConcurrencyNow => _limit.Current;

    /// <summary>The number of tokens paid for so far.</summary>
    public long TokensSpent => _budget.Spent;

    /// <summary>The <see cref="IChatCompletion.Identity"/> of a model.</summary>
    public static string IdentityOf(string model) => $"openai:{model}";

    /// <inheritdoc/>
    public async ValueTask<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation = default)
    {
        if (_lacksKey)
            throw new AttributionException(ErrorCodes.ChatAccess,
                $"{_wire.Place} needs a key, and {ChatKey.Variable} is not set. Put it into the environment or into a .env file (`echo "
                    + $"{ChatKey.Variable}=... >> .env`), or name another JudgeEndpoint.")
            { Property = ChatKey.Variable };
        cancellation.ThrowIfCancellationRequested();
        // When the caller gives up, running calls may finish, because they are paid for.
        using var underWay = new CancellationTokenSource();
        using var givenUp = cancellation.Register(() => underWay.CancelAfter(_options.Grace));
        try
        {
            return await _retry.ExecuteAsync(async waiting => await AttemptAsync(request, waiting, underWay.Token).ConfigureAwait(false),
                cancellation).ConfigureAwait(false);
        }
        catch (ChatFailure e)
        {
            cancellation.ThrowIfCancellationRequested();
            var wait = e.RetryAfter > LongestWait ? $" and asks to wait {e.RetryAfter.Value.TotalMinutes:0} minutes"
                : $", {(e.WasNotSent && !_hasAnswered ? Math.Min(MostUnansweredAttempts, _options.MaxAttempts) : _options.MaxAttempts)} times";
            throw new AttributionException(ErrorCodes.ChatUnreachable,
                $"{_wire.Place}: {e.Message}{wait}. Check the endpoint and build again: every reply that came is kept.", e)
            { Property = "JudgeEndpoint" };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ChatReply> AttemptAsync(ChatRequest request, CancellationToken waiting, CancellationToken underWay)
    {
        while (true)
        {
            var form = _wire.Form;
            var body = _wire.Write(request, form);
            var atMost = ChatWire.MostTokens(request, body.Length);
            await _budget.SetAsideAsync(atMost, waiting).ConfigureAwait(false);
            var spent = 0L;
            try
            {
                var entered = await _limit.EnterAsync(waiting).ConfigureAwait(false);
                try
                {
                    // A call that was sent may be charged even if its reply was not understood.
                    spent = atMost;
                    var response = await SendAsync(body, underWay).ConfigureAwait(false);
                    _hasAnswered = true;
                    if (response.Status >= 300)
                        spent = 0;
                    if (_wire.Read(response, request, form) is not { } reply)
                    {
                        _limit.Failed();
                        continue;
                    }
                    _limit.Succeeded();
                    spent = reply.InputTokens + reply.OutputTokens is > 0 and var counted ? counted : (body.Length + reply.Text.Length) / 3;
                    return reply;
                }
                catch (ChatFailure e) when (e.IsThrottling)
                {
                    _limit.Throttled(entered, e.RetryAfter <= LongestWait ? e.RetryAfter : null);
                    throw;
                }
                catch (Exception e)
                {
                    _limit.Failed();
                    if (e is ChatFailure { WasNotSent: true })
                        spent = 0;
                    throw;
                }
            }
            finally
            {
                _budget.Settle(atMost, spent);
            }
        }
    }

    private async Task<PipelineResponse> SendAsync(byte[] body, CancellationToken underWay)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(underWay);
        timeout.CancelAfter(_options.Timeout);
        try
        {
            using var content = BinaryContent.Create(BinaryData.FromBytes(body));
            var options = new RequestOptions { CancellationToken = timeout.Token, ErrorOptions = ClientErrorBehaviors.NoThrow };
            var result = await _client.CompleteChatAsync(content, options).ConfigureAwait(false);
            return result.GetRawResponse();
        }
        catch (OperationCanceledException) when (!underWay.IsCancellationRequested)
        {
            throw new ChatFailure($"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is ClientResultException or HttpRequestException or IOException)
        {
            var cause = e as HttpRequestException ?? e.InnerException as HttpRequestException;
            throw new ChatFailure($"the connection failed ({KnownSecrets.Hide((cause ?? e).Message.TrimEnd('.'))})")
            {
                WasNotSent = cause?.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
            };
        }
    }

    // An endpoint that asks for no wait, or for the same short one again and again, gets the growing waits too: the attempts would be over in a moment.
    private TimeSpan Wait(TimeSpan? askedFor, int attempt)
    {
        if (attempt < 2 && askedFor > TimeSpan.Zero)
            return askedFor.Value;
        var grown = Backoff(attempt);
        return askedFor > grown ? askedFor.Value : grown;
    }

    // Up to a quarter longer at random, so that calls that failed together do not retry together.
    private TimeSpan Backoff(int attempt)
    {
        var wait = _options.RetryDelay * Math.Pow(2, attempt) * (1 + Random.Shared.NextDouble() / 4);
        return wait < LongestBackoff ? wait : LongestBackoff * (1 + Random.Shared.NextDouble() / 4);
    }

    // The message omits the address, which may contain a password.
    private static Uri Checked(Uri endpoint) =>
        endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
            ? endpoint
            : throw new AttributionException(ErrorCodes.ChatEndpointInvalid,
                $"The endpoint must be an http or https address without user name or query, such as {ChatOptions.DefaultEndpoint}; a key "
                    + $"belongs into {ChatKey.Variable}.")
            { Property = "JudgeEndpoint" };
}
