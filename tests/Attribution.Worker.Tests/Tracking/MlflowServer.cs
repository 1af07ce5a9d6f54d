using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Tracking;

/// <summary>
/// A server that knows of MLflow's REST API what its documentation says of the calls that are made here, and refuses what does not keep to it: a field that is
/// missing, a batch that is too large, a param that changes, an artifact of no run.
/// </summary>
internal sealed class MlflowServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly ConcurrentDictionary<string, string> _experiments = [];
    private int _ids, _calls;

    public MlflowServer()
    {
        (_listener, Address) = LoopbackListener.Start();
        _ = Task.Run(ServeAsync);
    }

    public sealed record Run(string Id, string Experiment, string Name, IReadOnlyDictionary<string, string> Tags)
    {
        public ConcurrentDictionary<string, string> Params { get; } = [];
        public ConcurrentDictionary<(string Key, long Step, double Value, long Time), bool> Metrics { get; } = [];
        public ConcurrentDictionary<string, byte[]> Artifacts { get; } = [];
        public string Status { get; set; } = "RUNNING";
        public bool IsDeleted { get; set; }
    }

    public string Address { get; }

    public ConcurrentDictionary<string, Run> Runs { get; } = [];

    /// <summary>What is wrong with calls.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>Answers 503 from this many calls on.</summary>
    public int DownAfter { get; set; } = int.MaxValue;

    /// <summary>Bytes of white space that follow each answer.</summary>
    public int Padding { get; set; }

    /// <summary>Gives, for a path, a status and a body that are sent in the place of an answer; null for the answer itself.</summary>
    public Func<string, (int Status, string Body)?> Instead { get; set; } = _ => null;

    public string? Authorization { get; private set; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var (status, body) = (500, "");
            try
            {
                using var read = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(read);
                Authorization = context.Request.Headers["Authorization"];
                (status, body) = Interlocked.Increment(ref _calls) > DownAfter ? (503, "down for a while")
                    : Instead(context.Request.Url!.AbsolutePath) ?? Answer(context.Request, read.ToArray());
            }
            catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or JsonException or FormatException or NullReferenceException)
            {
                Complaints.Enqueue($"{context.Request.Url!.PathAndQuery}: {e.Message}");
                (status, body) = (400, Error("INVALID_PARAMETER_VALUE"));
            }
            try
            {
                context.Response.StatusCode = status;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body + new string(' ', Padding)));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
            {
                // Whoever asked has heard enough.
            }
        }
    }

    private (int, string) Answer(HttpListenerRequest request, byte[] bytes)
    {
        const string api = "/api/2.0/mlflow/", artifacts = "/api/2.0/mlflow-artifacts/artifacts/";
        var path = request.Url!.AbsolutePath;
        if (path.StartsWith(artifacts, StringComparison.Ordinal))
        {
            var parts = Uri.UnescapeDataString(path[artifacts.Length..]).Split('/');
            Require(request.HttpMethod == "PUT" && parts is [_, _, "artifacts", _], "an artifact is PUT below its run");
            // The proxy knows no runs: it stores the files of a run that was deleted, too.
            if (Runs.TryGetValue(parts[1], out var owner))
                owner.Artifacts[parts[3]] = bytes;
            return (200, "{}");
        }
        if (path == $"{api}experiments/get-by-name")
        {
            var name = request.QueryString["experiment_name"] ?? throw new FormatException("experiment_name");
            return _experiments.TryGetValue(name, out var id)
                ? (200, new JsonObject { ["experiment"] = new JsonObject { ["experiment_id"] = id, ["name"] = name } }.ToJsonString())
                : (404, Error("RESOURCE_DOES_NOT_EXIST"));
        }
        if (path == $"{api}runs/get")
            return Runs.TryGetValue(request.QueryString["run_id"] ?? throw new FormatException("run_id"), out var asked)
                ? (200, new JsonObject
                {
                    ["run"] = new JsonObject { ["info"] = new JsonObject { ["lifecycle_stage"] = asked.IsDeleted ? "deleted" : "active" } },
                }.ToJsonString())
                : (404, Error("RESOURCE_DOES_NOT_EXIST"));
        var isJson = request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true;
        Require(request.HttpMethod == "POST" && isJson, "calls are POST of JSON");
        var body = JsonNode.Parse(bytes)!;
        switch (path[api.Length..])
        {
            case "experiments/create":
                return _experiments.TryAdd(Text(body, "name"), $"{_experiments.Count + 1}")
                    ? (200, new JsonObject { ["experiment_id"] = _experiments[Text(body, "name")] }.ToJsonString())
                    : (400, Error("RESOURCE_ALREADY_EXISTS"));
            case "runs/create":
                Require(_experiments.Values.Contains(Text(body, "experiment_id")), "no such experiment");
                Require(body["start_time"]!.GetValue<long>() > 1_700_000_000_000, "a time is in milliseconds");
                var run = new Run($"r{Interlocked.Increment(ref _ids)}", Text(body, "experiment_id"), Text(body, "run_name"),
                    body["tags"]!.AsArray().ToDictionary(tag => Text(tag!, "key"), tag => Text(tag!, "value")));
                Runs[run.Id] = run;
                return (200, new JsonObject
                {
                    ["run"] = new JsonObject
                    {
                        ["info"] = new JsonObject { ["run_id"] = run.Id, ["artifact_uri"] = $"mlflow-artifacts:/{run.Experiment}/{run.Id}/artifacts" },
                    },
                }.ToJsonString());
            case "runs/log-batch" or "runs/update" when !Runs.ContainsKey(Text(body, "run_id")):
                return (404, Error("RESOURCE_DOES_NOT_EXIST"));
            case "runs/log-batch" or "runs/update" when Runs[Text(body, "run_id")].IsDeleted:
                throw new FormatException("a deleted run does not change");
            case "runs/log-batch":
                Log(Runs[Text(body, "run_id")], body["metrics"]!.AsArray(), body["params"]!.AsArray());
                return (200, "{}");
            case "runs/update":
                Require(Text(body, "status") == "FINISHED" && body["end_time"]!.GetValue<long>() > 0, "a run ends");
                Runs[Text(body, "run_id")].Status = "FINISHED";
                return (200, "{}");
            default:
                throw new FormatException("no such call");
        }
    }

    private static void Log(Run run, JsonArray metrics, JsonArray parameters)
    {
        Require(metrics.Count <= 1000 && parameters.Count <= 100 && metrics.Count + parameters.Count <= 1000, "a batch has its limits");
        foreach (var parameter in parameters)
            Require(run.Params.GetOrAdd(Text(parameter!, "key"), Text(parameter!, "value")) == Text(parameter!, "value"), "a param does not change");
        foreach (var metric in metrics)
            run.Metrics[(Text(metric!, "key"), metric!["step"]!.GetValue<long>(), metric["value"]!.GetValue<double>(),
                metric["timestamp"]!.GetValue<long>())] = true;
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
            throw new FormatException(what);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static string Error(string code) => new JsonObject { ["error_code"] = code, ["message"] = code }.ToJsonString();
}
