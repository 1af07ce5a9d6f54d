using Attribution.Contracts;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>An experiment somewhere, built with the worker of these tests, which notes each of its starts.</summary>
internal sealed class TemporaryExperiment : IDisposable
{
    public static readonly string[] Stages = [.. ExperimentStage.DataSelection.Where(stage => stage.OnlyWith is null).Select(stage => stage.Name)];

    private readonly SdkLayout _sdk;
    private readonly bool _ownsFolder;

    public TemporaryExperiment(SdkLayout sdk, string name = "tiny", TemporaryFolder? folder = null)
    {
        _sdk = sdk;
        Name = name;
        _ownsFolder = folder is null;
        Folder = folder ?? new();
        Folder.Write("Directory.Build.props", $"<Project><PropertyGroup><AttributionWorker>{Repository.Worker}</AttributionWorker></PropertyGroup></Project>");
        // As many rows as TopK selects unless a project sets it.
        Write("data/pool.jsonl", string.Concat(Enumerable.Repeat("{\"messages\":1}\n", 500)));
        Write("data/empathy.jsonl", "{\"messages\":2}\n");
        Write("data/empathy.prompts.jsonl", "{\"messages\":3}\n");
        Write("model/config.json", "{}");
        Write($"{name}.csproj", $"""
            <Project>
              <Import Project="{sdk.Folder}/Sdk/Sdk.props" />
              <PropertyGroup>
                <BaseModel>model</BaseModel>
                <AttributionLayer>2</AttributionLayer>
              </PropertyGroup>
              <ItemGroup>
                <TrainDataset Include="data/pool.jsonl" />
                <EvalDataset Include="data/empathy.jsonl" Trait="empathy" Prompts="data/empathy.prompts.jsonl" />
                <AttributionMethod Include="residual_diff;residual_change_treatment" />
                <SelectionMethod Include="residual_diff" />
                <Baseline Include="random;none" />
              </ItemGroup>
              <Import Project="{sdk.Folder}/Sdk/Sdk.targets" />
            </Project>
            """);
    }

    public string Name { get; }

    public TemporaryFolder Folder { get; }

    public string this[string path] => Folder[Path.Combine(Name, path)];

    /// <summary>What the last build printed.</summary>
    public string Output { get; private set; } = "";

    public void Write(string path, string text) => Folder.Write(Path.Combine(Name, path), text);

    public void Edit(string path, Func<string, string> edit) => Write(path, edit(File.ReadAllText(this[path])));

    /// <summary>Sets a file's time to now.</summary>
    public void Touch(string path) => File.SetLastWriteTimeUtc(this[path], DateTime.UtcNow);

    /// <summary>Builds, and gives the stages that the worker was started for, in order.</summary>
    public string[] Build(params string[] arguments) => Run(0, ["build", "--no-restore", .. arguments]);

    /// <summary>Runs <c>dotnet</c> in the experiment's folder and gives what the worker was started for.</summary>
    public string[] Run(int exitCode, params string[] arguments)
    {
        File.Delete(this["starts.log"]);
        (var code, Output) = _sdk.Run(this["."], null, arguments);
        code.ShouldBe(exitCode, Output);
        return Starts();
    }

    /// <summary>What the worker was started for.</summary>
    public string[] Starts()
    {
        if (!File.Exists(this["starts.log"]))
            return [];
        // Shared with a worker that may be writing to it.
        using var reader = new StreamReader(new FileStream(this["starts.log"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (_ownsFolder)
            Folder.Dispose();
    }
}
