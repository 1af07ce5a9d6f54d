using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Sdk.Tasks;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Attribution.Sdk.Tests.Tasks;

/// <summary>A project that asks for requests, without a build around it: its properties are not set.</summary>
internal sealed class RequestedExperiment : IDisposable
{
    public RequestedExperiment()
    {
        Folder.Write("data/pool.jsonl", "");
        Folder.Write("data/empathy.jsonl", "");
        Folder.Write("data/empathy.prompts.jsonl", "");
        Folder.Write("model/config.json", "{}");
        Folder.Write("tiny.csproj", "<Project />");
        Folder.Write("worker/JudgePrompts/empathy.md", "How kind is it?");
        Folder.Write("worker/Attribution.Reporting.dll", "a page");
        foreach (var property in ProjectSettings.Properties)
            Settings[property.Key] = "";
        SetKind("DataSelection");
        Settings["AttributionStore"] = "store";
        Settings["BaseModel"] = "model";
        Settings["AttributionLayer"] = "2";
    }

    public TemporaryFolder Folder { get; } = new();
    public Engine Engine { get; } = new();
    public Dictionary<string, string> Settings { get; } = [];
    public List<ITaskItem> Train { get; } = [Item("data/pool.jsonl", ("PlantedColumn", "behaviour"))];
    public List<ITaskItem> Eval { get; } = [Item("data/empathy.jsonl", ("Trait", "empathy"), ("Prompts", "data/empathy.prompts.jsonl"))];
    public List<ITaskItem> Contexts { get; } = [];
    public List<string> Methods { get; } = ["residual_diff", "residual_change"];
    public List<string> SelectionMethods { get; } = ["residual_diff"];
    public List<string> Baselines { get; } = ["random", "none"];
    public List<ITaskItem> GroundTruths { get; } = [];
    public List<string> Sources { get; } = [];
    public Dictionary<string, string> Environment { get; } = [];
    public bool Question { get; set; }

    /// <summary>Gives the project a kind.</summary>
    public void SetKind(string kind) => Settings["ExperimentKind"] = kind;

    public static ITaskItem Item(string include, params IEnumerable<(string Name, string Value)> metadata)
    {
        var item = new TaskItem { ItemSpec = include };
        foreach (var (name, value) in metadata)
            item.SetMetadata(name, value);
        return item;
    }

    public bool Write() => new WriteStageRequests
    {
        BuildEngine = Engine,
        ProjectFile = Folder["tiny.csproj"],
        StateFolder = "obj/attribution/",
        RequestFolder = "obj/attribution/",
        Settings = [.. Settings.Select(s => Item(s.Key, ("Value", s.Value)))],
        TrainDatasets = [.. Train],
        EvalDatasets = [.. Eval],
        ContextDatasets = [.. Contexts],
        AttributionMethods = [.. Methods.Select(m => Item(m))],
        SelectionMethods = [.. SelectionMethods.Select(m => Item(m))],
        Baselines = [.. Baselines.Select(b => Item(b))],
        GroundTruths = [.. GroundTruths],
        SourceFiles = [.. Sources.Select(s => Item(s))],
        GeneratedFolder = "obj/",
        PluginAssembly = Folder["bin/tiny.dll"],
        Worker = Folder["worker/Attribution.Worker.dll"],
        FailIfNotIncremental = Question,
        EnvironmentVariables = Environment,
    }.Execute();

    /// <summary>Writes the requests, which must succeed, and gives their texts by stage.</summary>
    public Dictionary<string, string> Requests()
    {
        Write().ShouldBeTrue(string.Join('\n', Engine.Errors.Select(e => e.Message)));
        return ExperimentStage.Of(Settings["ExperimentKind"]).Where(stage => stage.OnlyWith is null
            || File.Exists(Folder[$"obj/attribution/{stage.Name}.request.json"]))
            .Select(stage => stage.Name).ToDictionary(stage => stage, stage => File.ReadAllText(Folder[$"obj/attribution/{stage}.request.json"]));
    }

    public JsonNode Request(string stage) => JsonNode.Parse(Requests()[stage])!;

    /// <summary>The one error that writing the requests gives.</summary>
    public BuildErrorEventArgs Error()
    {
        Write().ShouldBeFalse();
        return Engine.Errors.ShouldHaveSingleItem();
    }

    /// <summary>The one error that writing the requests gives, which must have this code and contain this text.</summary>
    public BuildErrorEventArgs Error(string code, string text)
    {
        var error = Error();
        error.Code.ShouldBe(code);
        error.Message.ShouldNotBeNull().ShouldContain(text);
        return error;
    }

    public void Dispose() => Folder.Dispose();
}
