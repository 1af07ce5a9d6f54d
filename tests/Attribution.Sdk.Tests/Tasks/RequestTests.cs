using Attribution.ContextAttribution.Sources;
using Attribution.Contracts;
using Attribution.Data.Recipes;
using Attribution.Data.Vectors;
using Attribution.Judging.Rules;
using Attribution.Methods;
using Attribution.Selection;
using Attribution.Tokenization;

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
    [InlineData("Loss", "all_turns", "ComputeAttribution FineTune")]
    [InlineData("Loss", "last_turn", "")]
    [InlineData("ChatTemplate", "chatml", "ComputeAttribution FineTune Evaluate")]
    [InlineData("AttributionDType", "bfloat16", "ComputeAttribution FineTune Evaluate")]
    [InlineData("VectorFormat", "npy-float16", "ComputeAttribution")]
    [InlineData("VectorFormat", "parquet", "")]
    [InlineData("Device", "cuda:1", "ComputeAttribution FineTune Evaluate")]
    [InlineData("Devices", "cuda:0;cuda:1", "ComputeAttribution FineTune Evaluate")]
    [InlineData("LoraRank", "8", "FineTune")]
    [InlineData("LoraRank", "8;32", "FineTune")]
    [InlineData("LoraRank", "32;32", "")]
    [InlineData("Epochs", "1;2", "FineTune")]
    [InlineData("TopK", "500;50", "SelectTrainingData")]
    [InlineData("Seed", "0", "")]
    [InlineData("Seeds", "0", "")]
    [InlineData("Seed", "7", "SelectTrainingData FineTune Evaluate")]
    [InlineData("Seeds", "0;1", "SelectTrainingData FineTune Evaluate")]
    [InlineData("LearningRate", "2e-5", "FineTune")]
    [InlineData("Temperature", "1", "Evaluate")]
    [InlineData("Judge", "mine", "Judge")]
    [InlineData("Judge", "llm", "Judge")]
    [InlineData("JudgeModel", "other", "")]
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
    public void Every_stage_is_told_of_a_store_elsewhere_and_of_none_if_there_is_none()
    {
        _experiment.Requests().Values.ShouldAllBe(request => !request.Contains("\"remote\""));
        _experiment.Settings["AttributionRemote"] = "s3://bucket/team";
        _experiment.Requests().Values.ShouldAllBe(request => request.Contains("\"remote\": \"s3://bucket/team\""));
    }

    [Fact]
    public void A_dataset_is_known_by_its_file_name_unless_it_has_a_name()
    {
        _experiment.Folder.Write("data/more.jsonl.gz", "");
        _experiment.Train.Add(RequestedExperiment.Item("data/more.jsonl.gz"));
        _experiment.Train.Add(RequestedExperiment.Item("data/pool.jsonl", ("Name", "half"), ("Filter", "a < 'x'"), ("Take", "10"), ("Seed", "3")));
        _experiment.Train.Add(RequestedExperiment.Item("data/pool.jsonl", ("Name", "own"), ("Format", "alpaca")));
        _experiment.Train.Add(RequestedExperiment.Item("data/pool.jsonl", ("Name", "named"), ("TreatmentColumn", "bad"), ("ControlColumn", "good")));
        var train = _experiment.Request("ImportDatasets")["train"]!.AsArray();
        train.Select(t => (string?)t!["name"]).ShouldBe(["pool", "more", "half", "own", "named"]);
        train[3]!.ToJsonString().ShouldBe("""{"name":"own","path":"data/pool.jsonl","format":"alpaca"}""");
        train[4]!.ToJsonString().ShouldBe("""{"name":"named","path":"data/pool.jsonl","treatmentColumn":"bad","controlColumn":"good"}""");
        train[2]!.ToJsonString().ShouldBe("""{"name":"half","path":"data/pool.jsonl","filter":"a \u003C \u0027x\u0027","take":10,"seed":3}""");
    }

    [Fact]
    public void A_recipe_gets_its_parameters_and_may_hold_out_prompts_and_reads_a_folder()
    {
        _experiment.Folder.Write("hub/pqa_labeled/train.parquet", "");
        _experiment.Eval[0] = RequestedExperiment.Item("hub", ("Name", "medical"), ("Recipe", "medhallu"), ("Level", "hard"), ("Trait", "medical_consistency"),
            ("Prompts", "recipe"), ("Judge", "mine"));
        _experiment.Request("ImportDatasets")["eval"]![0]!.ToJsonString().ShouldBe(
            """{"name":"medical","path":"hub","recipe":"medhallu","parameters":{"Level":"hard"},"trait":"medical_consistency","prompts":"recipe"}""");
        File.ReadAllText(_experiment.Folder["obj/attribution/ImportDatasets.inputs"]).ShouldContain("hub/pqa_labeled/train.parquet");
    }

    [Fact]
    public void A_variant_has_results_and_a_snapshot_of_its_own()
    {
        _experiment.Settings["Variant"] = "tiny";
        ((string?)_experiment.Request("FineTune")["out"]).ShouldBe("out/tiny");
        ((string?)_experiment.Request("VerifySnapshot")["snapshots"]).ShouldBe("snapshots/tiny");
    }

    [Fact]
    public void Layers_are_a_list_or_all_and_one_of_them_selects()
    {
        _experiment.Settings["AttributionLayer"] = "2;3";
        _experiment.Settings["SelectionLayer"] = "3";
        _experiment.Request("ComputeAttribution")["layers"]!.ToJsonString().ShouldBe("[2,3]");
        _experiment.Request("SelectTrainingData")["selectionLayers"]!.ToJsonString().ShouldBe("[3]");

        _experiment.Settings["SelectionLayer"] = "3;2";
        _experiment.Request("SelectTrainingData")["selectionLayers"]!.ToJsonString().ShouldBe("[3,2]");

        _experiment.Settings["AttributionLayer"] = "all";
        ((string?)_experiment.Request("ComputeAttribution")["layers"]).ShouldBe("all");
    }

    [Fact]
    public void Only_baselines_that_score_rows_are_in_the_request_of_what_computes_them()
    {
        var before = _experiment.Requests();
        before["ComputeAttribution"].ShouldNotContain("baselines");
        _experiment.Baselines.AddRange(["length", "bm25"]);
        _experiment.Request("ComputeAttribution")["baselines"]!.ToJsonString().ShouldBe("""["length","bm25"]""");
        _experiment.Request("SelectTrainingData")["baselines"]!.ToJsonString().ShouldBe("""["random","none","length","bm25"]""");
    }

    [Fact]
    public void An_axis_is_a_list_and_a_seed_is_told_where_something_is_drawn()
    {
        _experiment.Settings["TopK"] = "50; 100";
        _experiment.Settings["LearningRate"] = "1e-4;2e-4";
        _experiment.Settings["ScoringMethod"] = "cos_sim;proj";
        _experiment.Settings["Seeds"] = "0;1;2";
        var selection = _experiment.Request("SelectTrainingData");
        selection["topK"]!.ToJsonString().ShouldBe("[50,100]");
        selection["scoringMethods"]!.ToJsonString().ShouldBe("""["cos_sim","proj"]""");
        selection["seeds"]!.ToJsonString().ShouldBe("[0,1,2]");
        _experiment.Request("FineTune")["learningRates"]!.ToJsonString().ShouldBe("[0.0001,0.0002]");
        _experiment.Request("Evaluate")["seeds"]!.ToJsonString().ShouldBe("[0,1,2]");

        _experiment.Baselines.Remove("random");
        _experiment.Request("SelectTrainingData")["seeds"].ShouldBeNull("nothing of it is drawn");
        _experiment.Settings["ScoringMethod"] = "cos_sim;linear";
        _experiment.Request("SelectTrainingData")["seeds"]!.ToJsonString().ShouldBe("[0,1,2]", "the training of a probe has a seed");
    }

    [Fact]
    public void How_gradients_are_projected_is_in_the_request_only_if_trak_is()
    {
        var before = _experiment.Requests();
        _experiment.Settings["ProjectionSeed"] = "7";
        _experiment.Settings["ProjectionLayers"] = "mlp";
        _experiment.Requests().ShouldBe(before);

        _experiment.Methods.Add("trak");
        _experiment.SelectionMethods.Add("trak");
        _experiment.Request("ComputeAttribution")["projection"]!.ToJsonString().ShouldBe("""{"kind":"kronecker","dimension":4096,"seed":7,"layers":"mlp"}""");
        _experiment.Settings["ProjectionLayers"] = "";
        _experiment.Request("ComputeAttribution")["projection"]!.ToJsonString().ShouldBe("""{"kind":"kronecker","dimension":4096,"seed":7}""");
    }

    [Fact]
    public void How_second_moments_are_taken_out_is_in_the_request_only_if_a_scoring_takes_them_out()
    {
        var before = _experiment.Requests();
        _experiment.Settings["ScoringDamping"] = "0.5";
        _experiment.Settings["ScoringMixture"] = "0.25";
        _experiment.Requests().ShouldBe(before);
        _experiment.Settings["ScoringMethod"] = "cos_sim;trak_full";
        _experiment.Request("SelectTrainingData")["whitening"]!.ToJsonString().ShouldBe("""{"damping":0.5,"mixture":0.25}""");
    }

    [Fact]
    public void The_warm_up_is_in_the_request_only_if_less_is_and_takes_the_first_value_of_an_axis()
    {
        var before = _experiment.Request("ComputeAttribution").ToJsonString();
        _experiment.Settings["WarmUpShare"] = "0.1";
        _experiment.Settings["LearningRate"] = "2e-5;1e-4";
        _experiment.Settings["LoraRank"] = "8;16";
        _experiment.Settings["Seeds"] = "7;8";
        _experiment.Request("ComputeAttribution").ToJsonString().ShouldBe(before);
        _experiment.Methods.Add("less");
        _experiment.SelectionMethods.Add("less");
        var less = _experiment.Request("ComputeAttribution")["less"]!;
        ((double)less["share"]!, (int)less["epochs"]!, (double)less["learningRate"]!, less["lora"]!["ranks"]!.ToJsonString(),
            (long)less["seed"]!).ShouldBe((0.1, 4, 2e-5, "[8]", 7));
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
        // The compiler leaves the experiment's own assembly alone if only the code in a method of another has changed.
        _experiment.Folder.Write("bin/helper.dll", "one");
        with = _experiment.Requests();
        _experiment.Folder.Write("bin/helper.dll", "two");
        _experiment.Requests().ShouldNotBe(with);

        _experiment.Methods.Remove("my_method");
        _experiment.Eval[0].SetMetadata("Judge", "mine");
        _experiment.Requests().Where(r => r.Value.Contains("plugins", StringComparison.Ordinal)).Select(r => r.Key).ShouldBe(["Judge"]);
    }

    [Fact]
    public void A_changed_page_has_the_report_written_anew()
    {
        _experiment.Requests();
        File.ReadAllText(_experiment.Folder["obj/attribution/Report.inputs"]).ShouldStartWith("worker/Attribution.Reporting.dll\t6\t");
    }

    [Fact]
    public void The_names_of_the_contracts_are_those_of_the_library()
    {
        Names.Of(typeof(AttributionMethodNames)).Order(StringComparer.Ordinal).ShouldBe(AttributionMethods.BuiltIn.Names);
        Names.Of(typeof(ScoringMethodNames)).ShouldBe(Enum.GetValues<ScoringMethod>().Select(m => m.ToName()));
        Names.Of(typeof(RuleTraitNames)).ShouldBe(RuleJudges.Traits);
        Names.Of(typeof(VectorFormatNames)).ShouldBe(VectorFormats.Names);
        Names.Of(typeof(RecipeNames)).ShouldBe([.. PublishedRecipes.All.Select(recipe => recipe.Name), PersonaWriter.Recipe], ignoreOrder: true);
        Names.Of(typeof(ChatTemplateNames)).ShouldBe(ChatTemplate.Shipped);
        Names.Of(typeof(SourceTypeNames)).ShouldBe(Enum.GetNames<SourceType>().Select(name => name.ToLowerInvariant()), ignoreOrder: true);
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
