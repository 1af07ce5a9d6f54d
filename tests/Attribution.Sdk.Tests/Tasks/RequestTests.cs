using Attribution.Methods;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Tests.Tasks;

public sealed class RequestTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Theory]
    [InlineData("TopK", "50", "SelectTrainingData")]
    [InlineData("ScoringMethod", "proj", "SelectTrainingData")]
    [InlineData("ScoringMethod", "cos_sim_debias_eval", "ComputeAttribution SelectTrainingData")]
    [InlineData("ScoringMethod", "mlp", "ComputeAttribution SelectTrainingData")]
    [InlineData("AttributionLayer", "3", "ComputeAttribution SelectTrainingData")]
    [InlineData("MaxTokens", "512", "ComputeAttribution FineTune Evaluate")]
    [InlineData("AttributionDType", "bfloat16", "ComputeAttribution FineTune Evaluate")]
    [InlineData("VectorFormat", "npy-float16", "ComputeAttribution")]
    [InlineData("VectorFormat", "parquet", "")]
    [InlineData("Device", "cuda:1", "ComputeAttribution FineTune Evaluate")]
    [InlineData("LoraRank", "8", "FineTune")]
    [InlineData("LearningRate", "2e-5", "FineTune")]
    [InlineData("Temperature", "1", "Evaluate")]
    [InlineData("Judge", "mine", "Judge")]
    [InlineData("SnapshotTolerance", "0.1", "VerifySnapshot")]
    [InlineData("Threads", "1", "")]
    [InlineData("AcceptSnapshot", "true", "")]
    [InlineData("LearningRate", "0.0001", "")]
    public void A_property_changes_the_requests_of_the_stages_that_read_it(string property, string value, string stages)
    {
        var before = _experiment.Requests();
        _experiment.Settings[property] = value;
        var after = _experiment.Requests();
        after.Where(r => r.Value != before[r.Key]).Select(r => r.Key).ShouldBe(stages.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_dataset_is_known_by_its_file_name_unless_it_has_a_name()
    {
        _experiment.Folder.Write("data/more.jsonl.gz", "");
        _experiment.Train.Add(RequestedExperiment.Item("data/more.jsonl.gz"));
        _experiment.Train.Add(RequestedExperiment.Item("data/pool.jsonl", ("Name", "half"), ("Filter", "a < 'x'"), ("Take", "10"), ("Seed", "3")));
        var train = _experiment.Request("ImportDatasets")["train"]!.AsArray();
        train.Select(t => (string?)t!["name"]).ShouldBe(["pool", "more", "half"]);
        train[2]!.ToJsonString().ShouldBe("""{"name":"half","path":"data/pool.jsonl","filter":"a \u003C \u0027x\u0027","take":10,"seed":3}""");
    }

    [Fact]
    public void Layers_are_a_list_or_all_and_one_of_them_selects()
    {
        _experiment.Settings["AttributionLayer"] = "2;3";
        _experiment.Settings["SelectionLayer"] = "3";
        _experiment.Request("ComputeAttribution")["layers"]!.ToJsonString().ShouldBe("[2,3]");
        ((int)_experiment.Request("SelectTrainingData")["layer"]!).ShouldBe(3);

        _experiment.Settings["AttributionLayer"] = "all";
        ((string?)_experiment.Request("ComputeAttribution")["layers"]).ShouldBe("all");
    }

    [Fact]
    public void Paths_do_not_change_when_the_folder_moves()
    {
        _experiment.Settings["BaseModel"] = "./model";
        var requests = string.Concat(_experiment.Requests().Values);
        requests.ShouldNotContain(_experiment.Folder.Path);
        requests.ShouldContain("\"store\": \"store\"");
        requests.ShouldContain("\"model\": \"model\"");
    }

    [Fact]
    public void An_experiments_own_code_is_in_the_requests_that_use_it_alone_and_by_content()
    {
        _experiment.Sources.AddRange(["obj/Debug/GlobalUsings.cs", "MyMethod.cs"]);
        _experiment.Folder.Write("bin/tiny.dll", "one");
        _experiment.Requests().Values.ShouldAllBe(r => !r.Contains("plugins", StringComparison.Ordinal));

        _experiment.Methods.Add("my_method");
        var with = _experiment.Requests();
        with.Where(r => r.Value.Contains("plugins", StringComparison.Ordinal)).Select(r => r.Key).ShouldBe(["ComputeAttribution"]);

        _experiment.Folder.Write("bin/tiny.dll", "one");
        _experiment.Requests().ShouldBe(with, "compiled again to the same bytes");
        _experiment.Folder.Write("bin/tiny.dll", "two");
        _experiment.Requests().ShouldNotBe(with);

        _experiment.Methods.Remove("my_method");
        _experiment.Eval[0].SetMetadata("Judge", "mine");
        _experiment.Requests().Where(r => r.Value.Contains("plugins", StringComparison.Ordinal)).Select(r => r.Key).ShouldBe(["Judge"]);
    }

    [Fact]
    public void The_methods_that_need_no_plug_in_are_those_of_the_library()
    {
        BuiltInMethods.Names.Order(StringComparer.Ordinal).ShouldBe(AttributionMethods.BuiltIn.Names);
    }

    [Fact]
    public void A_request_that_says_nothing_new_is_not_written()
    {
        _experiment.Requests();
        var file = _experiment.Folder["obj/attribution/FineTune.request.json"];
        var past = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(file, past);
        _experiment.Requests();
        File.GetLastWriteTimeUtc(file).ShouldBe(past, TimeSpan.FromSeconds(1));

        _experiment.Question = true;
        _experiment.Write().ShouldBeTrue();
        _experiment.Settings["LoraRank"] = "16";
        _experiment.Error().Message.ShouldNotBeNull().ShouldContain("FineTune.request.json is not up to date");
        File.GetLastWriteTimeUtc(file).ShouldBe(past, TimeSpan.FromSeconds(1));
    }

    public void Dispose() => _experiment.Dispose();
}
