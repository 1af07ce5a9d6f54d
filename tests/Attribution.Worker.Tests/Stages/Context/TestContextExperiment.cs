using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Stages.Context;

/// <summary>An experiment in context attribution with a tiny random model, run stage by stage as a build does.</summary>
internal sealed class TestContextExperiment : IDisposable
{
    public static readonly string[] AllStages = ["Generate", "FeaturesAndOutputs", "TrainEstimator", "AttributeHeldOut", "CollectMetrics", "VerifySnapshot",
        "Report"];

    private readonly TemporaryFolder _folder = new();

    public TestContextExperiment()
    {
        TinyChatModel.Write(_folder["model"]);
        Data = _folder["q.jsonl"];
    }

    public string Data { get; }
    public string Root => _folder.Path;
    public string Results => _folder["out"];
    public string RequestFile(string stage) => _folder["obj", $"{stage}.request.json"];
    public string? Answers { get; set; }
    public bool Thoughts { get; set; }
    public double HeldOut { get; set; } = 0.5;
    public string SourceType { get; set; } = "sentence";
    public string? SentenceRule { get; set; }
    public string? AttentionFeatures { get; set; }
    public int Steps { get; set; } = 5;
    public string[] Methods { get; set; } = ["at2", "leave_one_out", "random"];

    /// <summary>A row whose context says three things, of which the second is what its answer is said to owe to.</summary>
    public static string Row(int i, string? context = null) => JsonSerializer.Serialize(new
    {
        context = context ?? $"Tea {i} is hot. Ice {i} is cold. Dr. Mud is {i}.5 wet.",
        query = $"What is {i}?",
        truth = $"Ice {i} is cold.",
    });

    public void Write(IEnumerable<string> rows) => File.WriteAllLines(Data, rows);

    public void Prepare()
    {
        var folder = Directory.CreateDirectory(_folder["obj"]).FullName;
        object ablation(string sourceType) => new
        {
            model = _folder["model"],
            dtype = "float32",
            datasets = new[] { new { name = "q", thoughts = Thoughts, heldOut = HeldOut } },
            sourceType,
            sentenceRule = SentenceRule,
            attentionFeatures = AttentionFeatures,
            numMasks = 4,
            alpha = 0.5,
            seed = 0
        };
        Request("Generate", [], new
        {
            model = _folder["model"],
            dtype = "float32",
            maxNewTokens = 8,
            datasets = new[] { new { name = "q", path = Data, truthColumn = "truth", answerColumn = Answers, thoughts = Thoughts } }
        });
        Request("FeaturesAndOutputs", ["Generate"], ablation("token"));
        Request("TrainEstimator", ["FeaturesAndOutputs"], new { datasets = new[] { "q" }, steps = Steps, learningRate = 0.001, batchSize = 8, seed = 0 });
        var attribute = JsonSerializer.SerializeToNode(ablation(SourceType))!;
        attribute["methods"] = JsonSerializer.SerializeToNode(Methods);
        Request("AttributeHeldOut", ["Generate", "TrainEstimator"], attribute);
        Request("CollectMetrics", ["TrainEstimator", "AttributeHeldOut"], new { datasets = new[] { "q" } });
        Request("VerifySnapshot", ["CollectMetrics"], new { snapshots = _folder["snapshots"], tolerance = 0.01 });
        Request("Report", AllStages[..^1], new { command = "dotnet build experiments/test" });

        void Request(string stage, string[] upstream, object own)
        {
            var request = JsonSerializer.SerializeToNode(new
            {
                stage,
                experiment = "test",
                store = _folder["store"],
                state = folder,
                @out = _folder["out"],
                upstream
            })!.AsObject();
            foreach (var (name, value) in JsonSerializer.SerializeToNode(own)!.AsObject().ToArray())
                if (value is not null)
                    request[name] = value.DeepClone();
            File.WriteAllText(RequestFile(stage), request.ToJsonString());
        }
    }

    /// <summary>Runs all stages and returns those that computed something.</summary>
    public async Task<IReadOnlyList<string>> BuildAsync()
    {
        Prepare();
        foreach (var stage in AllStages)
        {
            var (code, lines) = await RunStageAsync(stage);
            code.ShouldBe(0, $"{stage}: {string.Join(Environment.NewLine, lines.Select(l => l.ToString()))}");
        }
        return [.. AllStages.Where(stage => (int)Summary(stage)["ran"]! > 0)];
    }

    public async Task<(int Code, IReadOnlyList<WorkerLine> Lines)> RunStageAsync(string stage)
    {
        var (code, output, _) = await CommandLine.RunHereAsync("run-stage", stage, "--request", RequestFile(stage));
        return (code, WorkerLine.Parse(output));
    }

    /// <summary>What <c>explain</c> says of each stage, in one line each.</summary>
    public async Task<string> ExplainAsync()
    {
        Prepare();
        var (code, output, error) = await CommandLine.RunHereAsync("explain", "--requests", _folder["obj"], "--state", _folder["obj"]);
        code.ShouldBe(0, error);
        return output;
    }

    public JsonObject Summary(string stage) => JsonNode.Parse(File.ReadAllText(_folder["obj", $"{stage}.summary.json"]))!.AsObject();

    /// <summary>How many examples a stage computed the last time.</summary>
    public int Ran(string stage) => (int)Summary(stage)["blocksRan"]!;

    /// <summary>How many artifacts of a kind the store has.</summary>
    public int Stored(string kind) => Directory.GetDirectories(_folder["store", kind]).Length;

    public string Out(params string[] path) => File.ReadAllText(_folder[["out", .. path]]);

    public IReadOnlyList<JsonNode> Lines(params string[] path) => [.. File.ReadLines(_folder[["out", .. path]]).Select(line => JsonNode.Parse(line)!)];

    public void Dispose() => _folder.Dispose();
}
