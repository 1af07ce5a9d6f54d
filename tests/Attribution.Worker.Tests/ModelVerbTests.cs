using System.CommandLine;
using System.Text.Json;
using Attribution.Tests;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests;

public sealed class ModelVerbTests
{
    private static string Model => SharedData.Find("models", "stories260k")!;

    [SharedFact("models", "stories260k")]
    public async Task Logits_prints_the_gold_logits_as_JSON()
    {
        using var gold = JsonDocument.Parse(File.ReadAllText(Path.Combine(Model, "gold", "logits.json")));
        var prompt = gold.RootElement.GetProperty("prompts")[0];
        var ids = prompt.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();

        var (code, output, _) = await Run("logits", "--model", Model, "--tokens", string.Join(',', ids));

        code.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32()).ShouldBe(ids);
        var logits = json.RootElement.GetProperty("logits").EnumerateArray().ToArray();
        logits.Length.ShouldBe(ids.Length);
        foreach (var (row, expected) in logits.Zip(prompt.GetProperty("logits").EnumerateArray()))
            row.EnumerateArray().Zip(expected.EnumerateArray(), (a, b) => Math.Abs(a.GetDouble() - b.GetDouble())).Max().ShouldBeLessThan(2e-4);
    }

    [SharedFact("models", "stories260k")]
    public async Task Generate_prints_what_follows_the_prompt()
    {
        var (_, whole, _) = await Run("generate", "--model", Model, "--prompt", "", "--max-new-tokens", "40");
        whole.ShouldStartWith("Once upon a time, there was a little girl named Lily.");
        whole.ShouldEndWith(Environment.NewLine);

        var (code, rest, error) = await Run("generate", "--model", Model, "--prompt", "Once upon a time, there was a little", "--max-new-tokens", "40");
        rest.ShouldStartWith(" girl named Lily.");
        (code, error).ShouldBe((0, ""));
    }

    [SharedFact("models", "stories260k")]
    public async Task Generate_answers_a_conversation_and_draws_by_the_seed()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """[{"role":"user","content":"Tell me a story."}]""");
        var texts = new List<string>();
        foreach (var seed in (string[])["1", "1", "2"])
        {
            var (code, output, _) = await Run("generate", "--model", Model, "--messages", file, "--max-new-tokens", "20", "--temperature", "0.9", "--top-p",
                "0.95", "--seed", seed);
            code.ShouldBe(0);
            texts.Add(output);
        }
        File.Delete(file);
        texts[0].Trim().ShouldNotBeEmpty();
        texts[1].ShouldBe(texts[0]);
        texts[2].ShouldNotBe(texts[0]);
    }

    [SharedFact("models", "stories260k")]
    public async Task What_is_wrong_is_said_in_one_line()
    {
        (await Run("logits", "--model", Model, "--tokens", "1,512")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r =>
            r.Error.ShouldContain("ATTR1291"));
        (await Run("logits", "--model", Model, "--tokens", "1,two")).Error.ShouldContain("token ids");
        (await Run("generate", "--model", Model)).Error.ShouldContain("--prompt or --messages");
        (await Run("generate", "--model", Model, "--prompt", "a", "--temperature", "-1")).Error.ShouldContain("--temperature");
        foreach (var (option, value) in ((string, string)[])[("--top-p", "0"), ("--temperature", "-1"), ("--repeats", "0"), ("--max-tokens", "0")])
            (await Run("evaluate", "--model", Model, "--data", "nowhere.jsonl", "--output", "out", option, value)).Error.ShouldContain($"{option} must be");
        (await Run("finetune", "--model", Model, "--data", "nowhere.jsonl", "--output", "out", "--dropout", "1")).Error.ShouldContain("LoraDropout is 1");
        (await Run("finetune", "--model", Model, "--data", "nowhere.jsonl", "--output", "out", "--lora-targets", ",")).Error
            .ShouldContain("LoraTargets names no");
        (await Run("generate", "--model", Model, "--prompt", string.Concat(Enumerable.Repeat("once upon ", 600)))).Error.ShouldContain("ATTR1621");
        (await Run("generate", "--model", Model, "--prompt", "a", "--device", "tpu")).Error.ShouldContain("'tpu'");
        (await Run("generate", "--model", Model, "--prompt", "a", "--device", "cuda:99")).Error.ShouldContain("ATTR1031");
        (await Run("generate", "--model", Model, "--messages", "nowhere.json")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r =>
            r.Error.ShouldContain("nowhere.json"));
    }

    private static Task<(int Code, string Output, string Error)> Run(params string[] args) => CommandLine.RunHereAsync(args);
}
