using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Data;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Datasets that a recipe makes of published files.</summary>
public sealed class RecipeStageTests : IDisposable
{
    private readonly TestExperiment _experiment = new();

    public void Dispose() => _experiment.Dispose();

    [Fact]
    public async Task Published_rows_become_canonical_rows_with_provenance_and_broken_ones_a_warning()
    {
        var file = _experiment.Write("databricks-dolly-15k.jsonl", Enumerable.Range(0, 20).Select(i => i == 3
            ? "{\"instruction\":"
            : JsonSerializer.Serialize(new { instruction = $"Count to {i}.", context = "", response = $"{i}", category = i % 2 == 0 ? "even" : "odd" })));
        Request(train: new()
        {
            ["name"] = "dolly",
            ["path"] = _experiment.Folder,
            ["recipe"] = "dolly",
            ["filter"] = "category = 'odd'",
            ["take"] = 4,
            ["seed"] = 1
        });
        var (code, lines) = await _experiment.RunStageAsync("ImportDatasets");
        code.ShouldBe(0, string.Join('\n', lines));
        var warning = lines.Single(l => l.Kind == "warning");
        (warning.Code, warning.File, warning.Row).ShouldBe(("ATTR1323", file, 3));

        var artifact = Artifact(0);
        var rows = DatasetRows.Read(Path.Combine(artifact, "data-00000.parquet")).ToArray();
        rows.Length.ShouldBe(4);
        rows.ShouldAllBe(r => r.Metadata["category"].GetString() == "odd");
        var provenance = JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "provenance.json")))!;
        ((string?)provenance["recipe"], (int?)provenance["version"], (long?)provenance["rows_read"],
            (long?)provenance["rows_broken"]).ShouldBe(("dolly", 1, 20, 1));
        ((string?)provenance["files"]![0]!["sha256"])!.Length.ShouldBe(64);

        (await _experiment.RunStageAsync("ImportDatasets")).Lines.Single(l => l.Kind == "summary").Text.ShouldBe("from store");
    }

    [Fact]
    public async Task Prompts_that_a_recipe_holds_out_are_imported_with_their_references()
    {
        var file = _experiment.Write("false_qa.jsonl", Enumerable.Range(0, 12).Select(i => JsonSerializer.Serialize(new
        {
            source = "false_qa",
            instruction = $"Why is {i} blue?",
            completions = new[] { "1", "4" }.Select(rating =>
                new { annotations = new { truthfulness = new { Rating = rating } }, response = $"rated {rating}" }),
        })));
        Request(eval: new() { ["name"] = "facts", ["path"] = file, ["recipe"] = "ultrafeedback-factual", ["prompts"] = "recipe" });
        (await _experiment.RunStageAsync("ImportDatasets")).Code.ShouldBe(0);
        DatasetRows.Read(Path.Combine(Artifact(0), "data-00000.parquet")).Count().ShouldBe(10);
        var prompts = PromptFile.Read(Path.Combine(Artifact(1), "prompts.jsonl"));
        prompts.Count.ShouldBe(2);
        prompts[0].Metadata["high_reference"].GetString().ShouldBe("rated 4");

        Request(eval: new()
        {
            ["name"] = "facts",
            ["path"] = _experiment.Write("few.jsonl", [File.ReadLines(file).First()]),
            ["recipe"] = "ultrafeedback-factual",
            ["prompts"] = "recipe"
        });
        (await _experiment.FailAsync("ImportDatasets")).Code.ShouldBe("ATTR1324");
    }

    [Fact]
    public async Task A_set_that_a_model_writes_is_paid_for_once()
    {
        using var server = new ChatServer(call => ChatAct.Say(JsonSerializer.Serialize(new
        {
            examples = Enumerable.Range(0, 5).Select(i => new
            {
                message = $"{call.Body.GetProperty("seed")}.{i}?",
                with_trait = "Look it up.",
                without_trait = "It is this."
            }),
        })));
        var eval = new JsonObject { ["name"] = "lazy", ["recipe"] = "persona", ["trait"] = "laziness", ["take"] = 20, ["prompts"] = "recipe" };
        var llm = new JsonObject { ["model"] = "m", ["endpoint"] = server.Address.ToString() };
        Request(eval: eval, llm: llm);
        (await _experiment.RunStageAsync("ImportDatasets")).Code.ShouldBe(0);
        var calls = server.Calls.Count;
        calls.ShouldBe(5);
        server.Calls.ShouldAllBe(c => c.Messages[0].Content.Contains("look it up"));
        DatasetRows.Read(Path.Combine(Artifact(0), "data-00000.parquet")).Count(r => r.Control is not null).ShouldBe(20);
        PromptFile.Read(Path.Combine(Artifact(1), "prompts.jsonl")).Count.ShouldBe(4);
        File.ReadAllText(Path.Combine(Artifact(0), "provenance.json")).ShouldContain("\"model\": \"m\"");

        // Of a larger set, only what is new.
        eval["take"] = 25;
        Request(eval: eval.DeepClone().AsObject(), llm: llm.DeepClone().AsObject());
        (await _experiment.RunStageAsync("ImportDatasets")).Code.ShouldBe(0);
        server.Calls.Count.ShouldBe(6);
    }

    [Theory]
    [InlineData("persona", "Level", "hard", "ATTR1322", "Level")]
    [InlineData("persona", null, null, "ATTR1322", "Description")]
    [InlineData("dolly", "Level", "hard", "ATTR1322", "Level")]
    [InlineData("doly", null, null, "ATTR1954", "Recipe")]
    public async Task A_recipe_or_parameter_that_is_not_known_is_an_error(string recipe, string? parameter, string? value, string code, string property)
    {
        var train = new JsonObject { ["name"] = "dolly", ["path"] = "none.jsonl", ["recipe"] = recipe };
        if (parameter is not null)
            train["parameters"] = new JsonObject { [parameter] = value };
        Request(train);
        var error = await _experiment.FailAsync("ImportDatasets");
        (error.Code, error.Property).ShouldBe((code, property));
    }

    private void Request(JsonObject? train = null, JsonObject? eval = null, JsonObject? llm = null)
    {
        _experiment.WithData(1).Prepare();
        var file = _experiment.RequestFile("ImportDatasets");
        var request = JsonNode.Parse(File.ReadAllText(file))!;
        request["train"] = train is null ? new JsonArray() : new JsonArray(train);
        request["eval"] = eval is null ? new JsonArray() : new JsonArray(eval);
        if (llm is not null)
            request["llm"] = llm;
        File.WriteAllText(file, request.ToJsonString());
    }

    private string Artifact(int job) =>
        Path.Combine(_experiment.Store, (string)JsonNode.Parse(File.ReadAllText(Path.Combine(_experiment.State,
            "ImportDatasets.result.json")))!["jobs"]![job]!["artifact"]!);
}
