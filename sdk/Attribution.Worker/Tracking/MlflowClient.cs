using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;

namespace Attribution.Worker.Tracking;

/// <summary>
/// The calls of MLflow's REST API that a build makes (<see href="https://mlflow.org/docs/latest/rest-api.html"/>), and its artifact proxy. MLflow's own
/// variables give the server's address and credentials.
/// </summary>
internal sealed class MlflowClient : IDisposable
{
    /// <summary>The server's address.</summary>
    public const string UriVariable = "MLFLOW_TRACKING_URI";

    private const string TokenVariable = "MLFLOW_TRACKING_TOKEN", UserVariable = "MLFLOW_TRACKING_USERNAME", PasswordVariable = "MLFLOW_TRACKING_PASSWORD";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const int MostBytesOfAnswer = 4 << 20, LongestId = 4096;

    private readonly HttpClient _http;

    private MlflowClient(Uri server)
    {
        _http = new HttpClient { BaseAddress = server, Timeout = Patience, MaxResponseContentBufferSize = MostBytesOfAnswer };
        if (Variable(TokenVariable) is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        else if (Variable(UserVariable) is { } user)
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Variable(PasswordVariable)}"));
            KnownSecrets.Add(credentials);
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }
    }

    /// <summary>The server that the environment names.</summary>
    /// <exception cref="TrackingException">The environment names none.</exception>
    public static MlflowClient FromEnvironment() => Variable(UriVariable) is not { } address
        ? throw new TrackingException(
            $"{UriVariable} is not set; give it the server's address, such as http://localhost:5000, in the environment or a .env file")
        : Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var server) && server is { Scheme: "http" or "https", UserInfo: "" }
            ? new(server) : throw new TrackingException($"{UriVariable} is no http or https address without a user name");

    /// <summary>The id of an experiment, which is created if it does not exist.</summary>
    public async Task<string> ExperimentAsync(string name, CancellationToken cancellation)
    {
        var query = $"api/2.0/mlflow/experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}";
        using (var found = await SendAsync(new(HttpMethod.Get, query), cancellation, HttpStatusCode.NotFound).ConfigureAwait(false))
            if (found.IsSuccessStatusCode)
                return Text(await JsonOf(found, cancellation).ConfigureAwait(false), "experiment", "experiment_id");
        return Text(await PostAsync("experiments/create", new() { ["name"] = name }, cancellation).ConfigureAwait(false), "experiment_id");
    }

    /// <summary>Starts a run.</summary>
    /// <returns>The run's id and the address of its artifacts.</returns>
    public async Task<(string Id, string ArtifactUri)> CreateRunAsync(string experiment, string name, long started,
        IEnumerable<(string Key, string Value)> tags, CancellationToken cancellation)
    {
        var made = await PostAsync("runs/create", new()
        {
            ["experiment_id"] = experiment,
            ["run_name"] = name,
            ["start_time"] = started,
            ["tags"] = new JsonArray([.. tags.Select(tag => Pair(tag.Key, tag.Value))]),
        }, cancellation).ConfigureAwait(false);
        return (Text(made, "run", "info", "run_id"), Text(made, "run", "info", "artifact_uri"));
    }

    /// <summary>Whether a run that was started is no longer there, or was deleted.</summary>
    public async Task<bool> IsGoneAsync(string run, CancellationToken cancellation)
    {
        var query = $"api/2.0/mlflow/runs/get?run_id={Uri.EscapeDataString(run)}";
        using var found = await SendAsync(new(HttpMethod.Get, query), cancellation, HttpStatusCode.NotFound).ConfigureAwait(false);
        return !found.IsSuccessStatusCode
            || Find(await JsonOf(found, cancellation).ConfigureAwait(false), "run", "info", "lifecycle_stage") == "deleted";
    }

    /// <summary>Logs metrics and parameters: at most 1,000 metrics and 100 parameters in a call.</summary>
    public Task LogBatchAsync(string run, IEnumerable<JsonNode> metrics, IEnumerable<(string Key, string Value)> parameters, CancellationToken cancellation) =>
        PostAsync("runs/log-batch", new()
        {
            ["run_id"] = run,
            ["metrics"] = new JsonArray([.. metrics]),
            ["params"] = new JsonArray([.. parameters.Select(parameter => Pair(parameter.Key, parameter.Value))]),
        }, cancellation);

    /// <summary>Ends a run.</summary>
    public Task FinishRunAsync(string run, long ended, CancellationToken cancellation) =>
        PostAsync("runs/update", new() { ["run_id"] = run, ["status"] = "FINISHED", ["end_time"] = ended }, cancellation);

    /// <summary>Uploads a file to a run through the server's proxy.</summary>
    /// <returns>False if the server keeps artifacts in another storage, where only clients of that storage can write.</returns>
    public async Task<bool> UploadAsync(string artifactUri, string file, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(artifactUri, UriKind.Absolute, out var root) || root.Scheme != "mlflow-artifacts")
            return false;
        var path = $"{root.AbsolutePath.Trim('/')}/{Uri.EscapeDataString(Path.GetFileName(file))}";
        await using var stream = File.OpenRead(file);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"api/2.0/mlflow-artifacts/artifacts/{path}") { Content = new StreamContent(stream) };
        request.Content.Headers.ContentType = new(Path.GetExtension(file) switch
        {
            ".html" => "text/html",
            ".json" => "application/json",
            _ => "text/markdown",
        });
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> PostAsync(string call, JsonObject body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/2.0/mlflow/{call}") { Content = JsonContent.Create(body) };
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        return await JsonOf(response, cancellation).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation, HttpStatusCode? allowed = null)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new TrackingException($"{_http.BaseAddress!.Authority} cannot be reached ({Shown.Of(e.Message.TrimEnd('.'))})");
        }
        if (response.IsSuccessStatusCode || response.StatusCode == allowed)
            return response;
        var said = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        response.Dispose();
        throw new TrackingException($"{_http.BaseAddress!.Authority} answered {(int)response.StatusCode} to {request.RequestUri!.AbsolutePath.Split('/')[^1]}: "
            + Shown.Of(said.Length > 200 ? said[..200] + "..." : said), response.StatusCode);
    }

    private static async Task<JsonNode> JsonOf(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)) ?? new JsonObject();
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or HttpRequestException)
        {
            throw new TrackingException("the server does not answer as MLflow does");
        }
    }

    private static string Text(JsonNode node, params string[] path) =>
        Find(node, path) ?? throw new TrackingException($"the server's answer has no valid {string.Join('.', path)}");

    private static string? Find(JsonNode node, params string[] path)
    {
        JsonNode? at = node;
        foreach (var name in path)
            at = (at as JsonObject)?[name];
        try
        {
            // Ids and addresses go into a file with a line for each.
            if (at is JsonValue value && value.TryGetValue<string>(out var text) && text.Length is > 0 and <= LongestId && !text.Any(char.IsControl))
                return text;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
        }
        return null;
    }

    private static JsonObject Pair(string key, string value) => new() { ["key"] = key, ["value"] = value };

    private static string? Variable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name)?.Trim();
        if (value is { Length: > 0 } && name != UriVariable && name != UserVariable)
            KnownSecrets.Add(value);
        return value is { Length: > 0 } ? value : null;
    }
}

/// <summary>The tracker did not accept something. This never stops a build.</summary>
/// <param name="message">What it did not accept, and why.</param>
/// <param name="status">The status of its answer; null if it cannot be reached, or does not answer as a tracker does.</param>
internal sealed class TrackingException(string message, HttpStatusCode? status = null) : Exception(message)
{
    /// <summary>Whether what was sent about is not, or no longer, at the tracker.</summary>
    public bool IsMissing => status == HttpStatusCode.NotFound;

    /// <summary>Whether the tracker works and gives access, so that it may accept another build.</summary>
    public bool IsOfThisBuild => (int?)status is >= 400 and < 500 && status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
}
