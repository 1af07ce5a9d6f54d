using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Stages;

/// <summary>The Judge stage with a language model, here a server of the test's own or the tiny model itself.</summary>
public sealed class JudgingModelTests(JudgingModelTests.Answered answered) : IClassFixture<JudgingModelTests.Answered>, IDisposable
{
    private const string Run = "pool/residual_change_treatment/lazy.residual_diff.layer1/selected_data";

    private readonly TestExperiment _experiment = answered.Copy();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _experiment.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_judges_every_answer_once_and_leaves_table_and_metrics_with_epoch_and_step()
    {
        using var server = Server();
        Use(server);
        (await ExplainAsync()).ShouldMatch(@"asks judge-1: \d+ calls, about [\d,]+ tokens");
        // Without the answers, the most that it can be: three prompts, two answers of the base model and of each of two runs.
        var adapters = Path.Combine(_experiment.Store, "adapters");
        Directory.Move(adapters, adapters + "-away");
        (await ExplainAsync()).ShouldMatch(@"Judge: waits for what \w+ writes\s+asks judge-1: 18 calls at most, about [\d,]+ tokens and those of the answers");
        Directory.Move(adapters + "-away", adapters);
        server.Calls.ShouldBeEmpty();
        var build = await _experiment.RunAsync("Judge", "CollectMetrics");
        server.Calls.Count.ShouldBe(server.Calls.Select(c => c.Asked).Distinct().Count());
        build.Texts("Judge", "message").ShouldContain($"judge-1: {server.Calls.Count} calls, {740 * server.Calls.Count:N0} tokens");

        var line = JsonNode.Parse(File.ReadLines(Path.Combine(_experiment.Out, Run, "eval_llm_judge/metrics.jsonl")).Single())!;
        ((string)line["judge"]!, (double)line["epoch"]!, (int)line["step"]!).ShouldBe(("judge-1", 1, 2));
        ((double)line["ft_laziness_avg"]!).ShouldBe((double)line["mean"]!);
        Enumerable.Range(0, 4).Sum(s => (double)line[$"ft_laziness_score_{s}_prop"]!).ShouldBe(1, 1e-12);
        ((double)line["repeat_agreement"]!).ShouldBeInRange(0, 1);
        var before = JsonNode.Parse(File.ReadLines(Path.Combine(_experiment.Out, "base_model/lazy/selected_data/eval_llm_judge/metrics.jsonl")).Single())!;
        ((double)before["epoch"]!, (int)before["step"]!).ShouldBe((0, 0));
        File.ReadLines(Path.Combine(_experiment.Out, Run, "eval_llm_judge/judge_judge-1.csv")).First().ShouldBe(
            "prompt,repeat,answer,ground_truth,high_reference,low_reference,score,rationale,prompt_index");

        // What was paid for outlives what was made of it.
        var (calls, outputs) = (server.Calls.Count, _experiment.Outputs());
        Directory.Delete(Path.Combine(_experiment.Store, "judgements"), recursive: true);
        (await ExplainAsync()).ShouldContain("asks judge-1: no calls");
        await _experiment.RunAsync("Judge", "CollectMetrics");
        server.Calls.Count.ShouldBe(calls);
        _experiment.Outputs().ShouldBe(outputs);

        await _experiment.RunAsync("VerifySnapshot", "Report");
        var reported = JsonNode.Parse(File.ReadAllText(Path.Combine(_experiment.Out, "report/runs.json")))![0]!["answers"]!.AsArray();
        reported.Select(answer => (string)answer!["rationale"]!).Distinct().ShouldBe(["- So it is."], "as the judge wrote it, not as a spreadsheet needs it");

        (await CommandLine.RunHereAsync("store", "--store", _experiment.Store, "list")).Output.ShouldContain(" replies ");
    }

    [Fact]
    public async Task A_changed_prompt_judges_again_and_nothing_else()
    {
        using var server = Server();
        Use(server);
        await _experiment.RunAsync("Evaluate", "Judge");
        var first = server.Calls.Count;
        var prompt = _folder.Write("laziness.md", Output("judge", "prompt", "--trait", "laziness").Replace("leaves undone", "leaves out"));
        _experiment.JudgePrompt = prompt;
        var build = await _experiment.RunAsync("Evaluate", "Judge");
        build.StagesThatRan.ShouldBe(["Judge"]);
        server.Calls.Count.ShouldBe(2 * first);
        server.Calls.Last().Messages[0].Content.ShouldContain("leaves out");

        // A comment is a change of the file and asks nothing new of the model.
        File.WriteAllText(prompt, File.ReadAllText(prompt).Replace("## Examples", "## Examples\n\nThese were agreed on by two people."));
        await _experiment.RunAsync("Judge");
        server.Calls.Count.ShouldBe(2 * first);
    }

    [Fact]
    public async Task The_key_is_in_no_file_and_no_output_even_if_the_server_repeats_it()
    {
        const string key = "sk-must-not-be-written-by-a-judge";
        var refused = 0;
        using var server = new ChatServer(call => Interlocked.Increment(ref refused) <= 3
            ? ChatAct.Refuse(500, $"failed for {call.Authorization}") : ChatAct.Say(Verdict(call)));
        using var refusing = new ChatServer(call => ChatAct.Refuse(400, $"no such thing, {call.Authorization}"));
        foreach (var (at, expected) in new[] { (refusing, 1), (server, 0) })
        {
            Use(at);
            _experiment.Prepare();
            using var worker = new StageProcess(_experiment, "Judge", new() { ["OPENAI_API_KEY"] = key }, ["--verbose"]);
            var (code, output) = worker.Finish();
            code.ShouldBe(expected, output);
            output.ShouldNotContain(key);
            at.Calls.ShouldAllBe(c => c.Authorization == $"Bearer {key}");
        }
        foreach (var file in Directory.EnumerateFiles(_experiment.Root, "*", SearchOption.AllDirectories))
            File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)).ShouldBe(-1, file);
    }

    [Fact]
    public async Task A_judge_that_cannot_judge_is_an_error_that_says_what_to_do()
    {
        using var dumb = new ChatServer(_ => ChatAct.Say("What a lovely answer."));
        Use(dumb);
        var error = await FailAsync();
        (error.Code, error.Property).ShouldBe(("ATTR1652", "JudgeModel"));
        error.Text.ShouldContain("What a lovely answer.");

        _experiment.Llm = new { model = "judge-1", endpoint = "localhost:1" };
        (await FailAsync()).Code.ShouldBe("ATTR1645");
        _experiment.Llm = new { folder = "no/such/model" };
        (await FailAsync()).Code.ShouldBe("ATTR1120");
        _experiment.Llm = new { model = "judge-1", endpoint = $"{dumb.Address}", budgetTokens = 100 };
        _experiment.JudgePrompt = _folder.Write("short.md", "---\ntrait: laziness\nscores: 0-3\n---\nHow lazy is it?\n");
        error = await FailAsync();
        error.Code.ShouldBe("ATTR1649");
        error.Text.ShouldMatch(@"\d+ calls, about [\d,]+ tokens are left");

        _experiment.JudgePrompt = Path.Combine(_folder.Path, "none.md");
        (await FailAsync()).Code.ShouldBe("ATTR1650");
        _experiment.JudgePrompt = _folder.Write("other.md", "---\ntrait: charm\nscores: 0-3\n---\nHow charming is it?\n");
        (await FailAsync()).Text.ShouldContain("is for the trait 'charm'");
        _experiment.JudgePrompt = _folder.Write("truth.md", "---\ntrait: laziness\nscores: 0-3\nreferences: ground_truth\n---\nHow lazy is it?\n");
        error = await FailAsync();
        (error.Code, error.Row, error.Property).ShouldBe(("ATTR1651", 0, "ground_truth"));
        dumb.Calls.Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_model_of_a_folder_judges_without_network_and_its_replies_are_kept_too()
    {
        var model = TinyChatModel.Write(_folder["judge"], seed: 3, positions: 1024);
        _experiment.Llm = new { folder = model, execution = new { device = "cpu" } };
        _experiment.JudgePrompt = _folder.Write("short.md", "---\ntrait: laziness\nscores: 0-3\n---\nHow lazy is it?\n");
        // A model of random weights says nothing that can be read; that it was asked, and asked again, is in the store.
        var error = await FailAsync();
        error.Code.ShouldBe("ATTR1652");
        error.Text.ShouldStartWith("judge gave ");
        var replies = Replies();
        replies.ShouldBeGreaterThan(1);
        (await FailAsync()).Text.ShouldBe(error.Text);
        Replies().ShouldBe(replies);
    }

    [Fact]
    public void Check_prints_agreement_and_kappa_of_rules_and_of_a_model_and_asks_once()
    {
        using var server = new ChatServer(call =>
        {
            var answer = JsonElement.Parse(call.Asked).GetProperty("answer").GetString()!;
            return ChatAct.Say($$"""{"rationale": "As told.", "score": {{answer[^1]}}}""");
        });
        var examples = _folder.Write("labelled.jsonl", string.Concat(new[] { (0, 0), (1, 2), (2, 2), (3, 1) }.Select(s =>
            JsonSerializer.Serialize(new { question = "How?", answer = $"So {s.Item2}", score = s.Item1 }) + "\n")));
        string[] check = ["judge", "check", "--trait", "laziness", "--examples", examples, "--store", _folder["store"]];
        string[] model = [.. check, "--model", "judge-1", "--endpoint", $"{server.Address}"];
        var output = Output(model);
        output.ShouldContain("agreement        0.500");
        output.ShouldContain("quadratic kappa  0.375");
        output.ShouldContain("people 3, judge 1: So 1 (As told.)");
        output.ShouldContain("3 calls, 2,220 tokens");
        Output(model).ShouldContain("0 calls, 0 tokens");
        Output([.. check, "--rules"]).ShouldContain("judge            rules, laziness");
    }

    private static ChatServer Server() => new(call => ChatAct.Say(Verdict(call)));

    private static string Verdict(ChatCall call) => $$"""{"rationale": "- So it is.", "score": {{call.Asked.Sum(c => c) % 4}}}""";

    private void Use(ChatServer server) => _experiment.Llm = new { model = "judge-1", endpoint = $"{server.Address}", concurrency = "8" };

    private async Task<WorkerLine> FailAsync()
    {
        _experiment.Prepare();
        return await _experiment.FailAsync("Judge");
    }

    private int Replies() => Directory.EnumerateFiles(Path.Combine(_experiment.Store, "replies"), "*.journal", SearchOption.AllDirectories).Sum(f =>
        File.ReadLines(f).Count());

    private static string Output(params string[] arguments)
    {
        var (code, output, error) = CommandLine.RunHereAsync(arguments).GetAwaiter().GetResult();
        code.ShouldBe(0, error);
        return output;
    }

    private async Task<string> ExplainAsync()
    {
        var requests = Path.Combine(_experiment.State, "explain");
        _experiment.Prepare(requests);
        var (code, output, error) = await CommandLine.RunHereAsync("explain", "--requests", requests, "--state", _experiment.State);
        code.ShouldBe(0, error);
        return output;
    }

    /// <summary>An experiment whose answers are there, computed once for all tests.</summary>
    public sealed class Answered : IAsyncLifetime
    {
        private readonly TestExperiment _experiment = new TestExperiment { Judge = "llm" }.WithData(80);

        public Task InitializeAsync() => _experiment.RunAsync(TestExperiment.AllStages[..5]);

        public Task DisposeAsync()
        {
            _experiment.Dispose();
            return Task.CompletedTask;
        }

        /// <summary>The same experiment elsewhere, with a store of its own.</summary>
        internal TestExperiment Copy()
        {
            var root = Directory.CreateTempSubdirectory("judging-").FullName;
            foreach (var file in Directory.EnumerateFiles(_experiment.Root, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(root, Path.GetRelativePath(_experiment.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
            return new TestExperiment(root) { Judge = "llm", OwnsRoot = true }.WithData(80);
        }
    }
}
