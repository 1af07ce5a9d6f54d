using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

/// <summary>An experiment's own classes, here those of this assembly, used by their names.</summary>
public sealed class PluginTests
{
    [Fact]
    public async Task A_method_and_a_judge_of_the_experiments_own_are_used_by_name()
    {
        using var experiment = new TestExperiment
        {
            Plugin = typeof(PluginTests).Assembly.Location,
            TrainMethods = ["residual_treatment", "test_mean_all"],
            EvalMethods = ["test_mean_all"],
            Trait = "length",
            Judge = "test_letters",
        }.WithData(80);
        await experiment.RunAsync();
        experiment.Outputs().Keys.ShouldContain("pool/test_mean_all/lazy.test_mean_all.layer1/selected_data/eval_llm_judge/judge_test_letters.csv");
    }

    [Fact]
    public async Task Only_what_uses_the_experiments_own_assembly_depends_on_it()
    {
        using var experiment = new TestExperiment { TrainMethods = ["residual_treatment"], EvalMethods = ["residual_treatment"] }.WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        experiment.Plugin = typeof(PluginTests).Assembly.Location;
        experiment.EvalMethods = ["residual_treatment", "test_mean_all"];
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        ((int)experiment.Summary("ComputeAttribution")["ran"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_recipe_of_the_experiments_own_makes_the_rows()
    {
        using var experiment = new TestExperiment { Plugin = typeof(PluginTests).Assembly.Location }.WithData(80);
        experiment.Prepare();
        var file = experiment.RequestFile("ImportDatasets");
        var request = JsonNode.Parse(File.ReadAllText(file))!;
        request["train"] = new JsonArray(new JsonObject { ["name"] = "numbers", ["recipe"] = "test_numbers", ["take"] = 7 });
        request["plugins"] = new JsonArray(new JsonObject { ["path"] = experiment.Plugin });
        File.WriteAllText(file, request.ToJsonString());
        (await experiment.RunStageAsync("ImportDatasets")).Code.ShouldBe(0);
        var result = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.State, "ImportDatasets.result.json")))!;
        var facts = Path.Combine(experiment.Store, (string)result["jobs"]![0]!["artifact"]!, "facts.json");
        File.ReadAllText(facts).ShouldContain("\"rows\":7");

        request["train"]![0]!["recipe"] = "test_letters";
        File.WriteAllText(file, request.ToJsonString());
        var error = await experiment.FailAsync("ImportDatasets");
        (error.Code, error.Property).ShouldBe(("ATTR1954", "Recipe"));
        error.Text.ShouldContain("test_numbers");
    }

    [Fact]
    public async Task What_a_recipe_of_the_experiments_own_reads_of_a_folder_or_glob_decides_whether_its_rows_are_in_the_store()
    {
        using var experiment = new TestExperiment { Plugin = typeof(PluginTests).Assembly.Location }.WithData(80);
        experiment.Prepare();
        foreach (var file in (string[])["a/1.txt", "a/2.txt", "b/1.txt", "b/2.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(experiment.Folder, file))!);
            File.WriteAllText(Path.Combine(experiment.Folder, file), $"Text of {file}.");
        }
        (await Import()).Distinct().Count().ShouldBe(3, "two folders with other contents, and a glob");
        var before = await Import();
        File.WriteAllText(Path.Combine(experiment.Folder, "b/2.txt"), "Another text.");
        (await Import()).Index().Where(artifact => artifact.Item != before[artifact.Index]).Select(artifact => artifact.Index).ShouldBe([1]);
        File.Move(Path.Combine(experiment.Folder, "a/1.txt"), Path.Combine(experiment.Folder, "a/10.txt"));
        (await Import())[0].ShouldNotBe(before[0], "a recipe may read a file's name");

        async Task<string[]> Import()
        {
            var file = experiment.RequestFile("ImportDatasets");
            var request = JsonNode.Parse(File.ReadAllText(file))!;
            request["train"] = new JsonArray([.. new[] { "a", "b", "a/1*" }.Index().Select(path => new JsonObject
            {
                ["name"] = $"d{path.Index}",
                ["path"] = Path.Combine(experiment.Folder, path.Item),
                ["recipe"] = "test_files"
            })]);
            request["eval"] = new JsonArray();
            request["plugins"] = new JsonArray(new JsonObject { ["path"] = experiment.Plugin });
            File.WriteAllText(file, request.ToJsonString());
            var (code, lines) = await experiment.RunStageAsync("ImportDatasets");
            code.ShouldBe(0, string.Join('\n', lines));
            var result = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.State, "ImportDatasets.result.json")))!;
            return [.. result["jobs"]!.AsArray().Select(job => (string)job!["artifact"]!)];
        }
    }

    [Fact]
    public async Task A_judge_that_is_not_there_and_an_assembly_that_is_none_are_errors()
    {
        using var experiment = new TestExperiment { Plugin = typeof(PluginTests).Assembly.Location, Judge = "nobody" }.WithData(80);
        await experiment.RunAsync(TestExperiment.AllStages[..5]);
        var error = await experiment.FailAsync("Judge");
        (error.Code, error.Property).ShouldBe(("ATTR1644", "Judge"));
        error.Text.ShouldContain("test_letters");

        experiment.Plugin = experiment.Write("Own.dll", ["no assembly"]);
        experiment.Prepare();
        error = await experiment.FailAsync("Judge");
        (error.Code, error.File).ShouldBe(("ATTR1953", experiment.Plugin));
    }
}
