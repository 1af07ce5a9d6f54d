using System.CommandLine;
using System.Text.Json.Nodes;
using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Sources;
using Attribution.Models;
using Attribution.Worker.Tests.Stages;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests;

public sealed class At2VerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _context;

    public At2VerbTests()
    {
        _model = TinyChatModel.Write(_folder["model"]);
        Directory.CreateDirectory(_folder["estimator"]);
        ScoreEstimator.MeanAttention(ModelConfig.Load(_model)).Save(_folder["estimator"]);
        _context = _folder.Write("context.txt", "Tea is hot. Ice is cold.\nMud is 1.5 wet.\n");
    }

    [Fact]
    public async Task It_prints_the_answers_sentences_with_their_characters_and_the_best_sources()
    {
        var (code, output) = await RunAsync("--context", _context, "--answer", "Ice is. Tea is not.", "--start", "8", "--end", "19", "--html",
            _folder["page.html"]);
        code.ShouldBe(0, output);
        var lines = output.Split('\n');
        lines[..4].ShouldBe(["Answer", "   0-7  Ice is.", "  8-19  Tea is not.", ""]);
        lines[4..6].ShouldBe(["Characters 8 to 19 owe to", "   Score  Source"]);
        lines[6..9].Select(l => l[10..]).Order().ShouldBe(["Ice is cold.", "Mud is 1.5 wet.", "Tea is hot."]);
        lines[6..9].Select(l => double.Parse(l[..8])).ShouldBeInOrder(SortDirection.Descending);
        File.ReadAllText(_folder["page.html"]).ShouldContain(">Tea is not.</button>");
    }

    [Fact]
    public async Task As_JSON_it_has_every_source_and_the_whole_answer_is_the_part_unless_one_is_given()
    {
        var (code, output) = await RunAsync("--context", _context, "--context", _context, "--answer", "Ice is. Tea is not.", "--source-type", "word", "--json");
        code.ShouldBe(0, output);
        var result = JsonNode.Parse(output)!;
        ((int)result["part"]!["end"]!).ShouldBe(19);
        result["sources"]!.AsArray().Count.ShouldBe(20);
        result["sources"]!.AsArray().Sum(s => (double)s!["score"]!).ShouldBeInRange(0.05, 1);
    }

    [Fact]
    public async Task Sentences_are_those_that_the_estimator_was_trained_on_unless_others_are_asked_for()
    {
        var context = _folder.Write("lines.txt", "Tea is\nhot. Ice is cold.\n***\nMud is wet.\n");
        new ScoreEstimator(ModelIdentity.Of(ModelConfig.Load(_model)),
            ScoreEstimator.MeanAttention(ModelConfig.Load(_model)).Weights)
        { Sentences = SentenceRule.Lines }
            .Save(_folder["lines"]);
        (await Sources()).ShouldBe(["Tea is\nhot.", "Ice is cold.", "***\nMud is wet."]);
        (await Sources("--sentence-rule", "lines")).ShouldBe(["Tea is", "hot.", "Ice is cold.", "Mud is wet."]);
        (await Sources("--estimator", _folder["lines"])).ShouldBe(["Tea is", "hot.", "Ice is cold.", "Mud is wet."]);
        (await Sources("--estimator", _folder["lines"], "--sentence-rule", "paragraph")).ShouldBe(["Tea is\nhot.", "Ice is cold.", "***\nMud is wet."]);

        async Task<IEnumerable<string>> Sources(params string[] more)
        {
            string[] estimator = more is ["--estimator", ..] ? [] : ["--estimator", _folder["estimator"]];
            var (code, output) = await RunAsync(estimator, ["--context", context, "--answer", "Ice is.", "--json", .. more]);
            code.ShouldBe(0, output);
            return JsonNode.Parse(output)!["sources"]!.AsArray().Select(s => (string)s!["text"]!);
        }
    }

    [Fact]
    public async Task Without_an_answer_the_model_gives_its_own()
    {
        var (code, output) = await RunAsync("--context", _context, "--json");
        code.ShouldBe(0, output);
        ((string)JsonNode.Parse(output)!["answer"]!).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_prompt_is_written_by_the_template_that_is_asked_for()
    {
        string[] common = ["--context", _context, "--answer", "Ice is.", "--json"];
        var own = await RunAsync(common);
        var plain = await RunAsync([.. common, "--chat-template", "plain"]);
        (own.Code, plain.Code).ShouldBe((0, 0), plain.Output);
        Texts(plain.Output).ShouldBe(Texts(own.Output));
        plain.Output.ShouldNotBe(own.Output, "another prompt gives other scores");
        File.Delete(Path.Combine(_model, "tokenizer_config.json"));
        (await RunAsync(common)).Output.ShouldContain("ATTR1220");
        (await RunAsync([.. common, "--chat-template", "chatml"])).Code.ShouldBe(0);

        static IEnumerable<string> Texts(string output) => JsonNode.Parse(output)!["sources"]!.AsArray().Select(s => (string)s!["text"]!);
    }

    [Theory]
    [InlineData("ATTR1462", "", "Yes.")]
    [InlineData("ATTR1462", "Tea.", " ")]
    [InlineData("ATTR1621", "long", "Yes.")]
    public async Task What_cannot_be_attributed_is_an_error_that_says_why(string error, string context, string answer)
    {
        var file = _folder.Write("c.txt", context == "long" ? new string('x', 600) : context);
        var (code, output) = await RunAsync("--context", file, "--answer", answer);
        (code, output.Contains(error, StringComparison.Ordinal)).ShouldBe((1, true), output);
    }

    [Fact]
    public async Task An_estimator_of_another_model_and_a_context_that_is_not_there_are_errors()
    {
        var other = TinyChatModel.Write(_folder["other"]);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(other, "config.json")))!;
        config["num_attention_heads"] = 1;
        config["num_key_value_heads"] = 1;
        File.WriteAllText(Path.Combine(other, "config.json"), config.ToJsonString());
        Directory.CreateDirectory(_folder["others"]);
        ScoreEstimator.MeanAttention(ModelConfig.Load(other)).Save(_folder["others"]);

        (await RunAsync(["--estimator", _folder["others"]], "--context", _context)).Output.ShouldContain("ATTR1452");
        (await RunAsync("--context", _folder["none.txt"])).Output.ShouldContain("ATTR1805");
        (await RunAsync()).Code.ShouldNotBe(0);
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int Code, string Output)> RunAsync(params string[] more) => RunAsync(["--estimator", _folder["estimator"]], more);

    private async Task<(int Code, string Output)> RunAsync(string[] estimator, params string[] more)
    {
        var (code, output, error) = await CommandLine.RunHereAsync(["at2", "attribute", "--model", _model, "--query", "What?", .. estimator, .. more]);
        return (code, output + error);
    }
}
