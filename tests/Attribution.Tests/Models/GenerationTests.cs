using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models;

public sealed class GenerationTests
{
    private static readonly IReadOnlySet<int> Never = new HashSet<int>();

    [Theory]
    [InlineData("llama3")]
    [InlineData("mistral")] // past the window of 7
    [InlineData("gemma3")]
    [InlineData("gemma2")]
    [InlineData("olmo2")]
    [InlineData("smollm3")]
    [InlineData("granite")]
    [InlineData("phi3")] // past the 16 tokens after which longrope's angles are others, for the tokens before them too
    public void Every_token_is_the_one_that_the_definition_s_probabilities_give(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        var prompts = Enumerable.Range(0, 4).Select(i => (IReadOnlyList<int>)TinyCheckpoint.Tokens(5 + i, 11 + i)).ToArray();
        foreach (var temperature in (double[])[0, 1.5])
        {
            var texts = new TextGenerator(model).Generate(prompts, new() { MaxNewTokens = 18, Temperature = temperature, StopTokens = Never }, [1, 2, 3, 4]);
            for (var row = 0; row < prompts.Length; row++)
                for (var at = 0; at < 18; at++)
                {
                    int[] before = [.. prompts[row], .. texts[row].Tokens.Take(at)];
                    var logits = tiny.Naive.Logits([tiny.Naive.Streams(before)[^1][^1]])[0];
                    var expected = Array.IndexOf(logits, logits.Max());
                    if (temperature > 0)
                    {
                        var probabilities = logits.Select(x => Math.Exp((x - logits.Max()) / temperature)).ToArray();
                        expected = new Sampler(1).Draw([.. probabilities.Select(p => (float)(p / probabilities.Sum()))], Sampler.Uniform(row + 1, at));
                    }
                    texts[row].Tokens[at].ShouldBe(expected, $"temperature {temperature}, row {row}, token {at}");
                }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.0, 1)]
    [InlineData(0.8, 0.9)]
    public void A_row_s_text_is_what_it_is_alone_whoever_else_is_in_the_batch(double temperature, double topP)
    {
        foreach (var family in (string[])["qwen2", "phi3", "gemma3", "gemma2", "olmo2", "smollm3", "granite"])
        {
            using var tiny = TinyCheckpoint.Of(family);
            using var model = tiny.Load();
            var prompts = new[] { 3, 12, 7, 1, 7 }.Select((length, i) => (IReadOnlyList<int>)TinyCheckpoint.Tokens(length, 20 + i)).ToArray();
            long[] seeds = [5, 6, 7, 8, 5];
            // Some rows stop early and leave.
            var options = new GenerationOptions { MaxNewTokens = 24, Temperature = temperature, TopP = topP, StopTokens = new HashSet<int> { 4, 9 } };
            var together = new TextGenerator(model).Generate(prompts, options, seeds);
            for (var i = 0; i < prompts.Length; i++)
            {
                var alone = new TextGenerator(model).Generate([prompts[i]], options, [seeds[i]])[0];
                together[i].Tokens.ShouldBe(alone.Tokens, $"{family}, row {i}");
                together[i].StopToken.ShouldBe(alone.StopToken);
            }
        }
    }

    [SharedFact("models", "stories260k")]
    public void Real_weights_write_the_same_story_alone_and_in_a_batch()
    {
        using var model = CausalLanguageModel.Load(SharedData.Find("models", "stories260k")!, TinyModel.Device);
        IReadOnlyList<int>[] prompts = [[1], [1, 403, 407, 261, 378, 432], [1, 313, 457], [1]];
        foreach (var temperature in (double[])[0, 0.7])
        {
            var options = new GenerationOptions { MaxNewTokens = 100, Temperature = temperature, TopP = 0.9 };
            var together = new TextGenerator(model).Generate(prompts, options, [1, 2, 3, 4]);
            for (var i = 0; i < prompts.Length; i++)
                new TextGenerator(model).Generate([prompts[i]], options, [i + 1])[0].Tokens.ShouldBe(together[i].Tokens);
            together[0].Tokens.SequenceEqual(together[3].Tokens).ShouldBe(temperature == 0, "two seeds draw two stories");
        }
    }

    [Fact]
    public void Draws_follow_the_tempered_probabilities()
    {
        using var tiny = TinyCheckpoint.Qwen3();
        using var model = tiny.Load();
        int[] prompt = [3, 1, 4];
        const int Draws = 4000;
        var options = new GenerationOptions { MaxNewTokens = 1, Temperature = 1.7, StopTokens = Never };
        var drawn = new TextGenerator(model).Generate([.. Enumerable.Repeat(prompt, Draws)], options);
        var logits = tiny.Naive.Logits([tiny.Naive.Streams(prompt)[^1][^1]])[0];
        var total = logits.Sum(x => Math.Exp(x / 1.7));
        for (var token = 0; token < 23; token++)
        {
            var p = Math.Exp(logits[token] / 1.7) / total;
            var deviation = Math.Sqrt(p * (1 - p) / Draws);
            ((double)drawn.Count(text => text.Tokens[0] == token) / Draws).ShouldBe(p, (5 * deviation) + 1e-9, $"token {token}");
        }
    }

    [Fact]
    public void The_nucleus_is_the_smallest_set_of_likeliest_tokens_that_has_top_p()
    {
        float[] probabilities = [0.05f, 0.4f, 0.1f, 0.3f, 0.15f];
        Drawn(0.4).ShouldBe([1]);
        Drawn(0.41).ShouldBe([1, 3]);
        Drawn(0.84).ShouldBe([1, 3, 4]);
        Drawn(0.9).ShouldBe([1, 2, 3, 4]);
        Drawn(1).ShouldBe([0, 1, 2, 3, 4]);
        Drawn(1e-9).ShouldBe([1]);

        // The likeliest first, and in proportion: 0.4 of 0.7 and 0.3 of 0.7.
        var sampler = new Sampler(0.7);
        sampler.Draw(probabilities, 0.4 / 0.7 - 1e-6).ShouldBe(1);
        sampler.Draw(probabilities, 0.4 / 0.7 + 1e-6).ShouldBe(3);

        Should.Throw<AttributionException>(() => sampler.Draw([float.NaN, float.NaN], 0.5)).Code.ShouldBe(ErrorCodes.LossNotFinite);

        IEnumerable<int> Drawn(double topP) =>
            Enumerable.Range(0, 1000).Select(i => new Sampler(topP).Draw(probabilities, i / 1000.0)).Distinct().Order();
    }

    [Fact]
    public void Texts_end_at_a_stop_token_the_maximum_or_the_longest_sequence()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        var prompt = TinyCheckpoint.Tokens(4, 2);
        var all = Generate(new() { MaxNewTokens = 20, StopTokens = Never }).Tokens;
        var stop = all[6];
        var first = all.Index().First(t => t.Item == stop).Index;
        var seen = new List<int>();
        var stopped = new TextGenerator(model).Generate([prompt], new() { MaxNewTokens = 20, StopTokens = new HashSet<int> { stop } }, onToken: (row, token) =>
            seen.Add(token))[0];
        stopped.Tokens.ShouldBe(all.Take(first));
        stopped.StopToken.ShouldBe(stop);
        seen.ShouldBe(stopped.Tokens);
        Generate(new() { MaxNewTokens = 3, StopTokens = Never }).ShouldSatisfyAllConditions(t => t.Tokens.ShouldBe(all.Take(3)), t =>
            t.StopToken.ShouldBeNull());
        Generate(new() { MaxNewTokens = 0 }).Tokens.ShouldBeEmpty();

        tiny.EditConfig(json => json["max_position_embeddings"] = 10);
        using var shorter = tiny.Load();
        new TextGenerator(shorter).Generate([prompt], new() { StopTokens = Never })[0].Tokens.ShouldBe(all.Take(6));
        Should.Throw<ArgumentException>(() => new TextGenerator(shorter).Generate([TinyCheckpoint.Tokens(10, 1)], new()));

        GeneratedText Generate(GenerationOptions options) => new TextGenerator(model).Generate([prompt], options)[0];
    }

    [Fact]
    public void Stop_tokens_come_from_generation_config_else_from_config()
    {
        using var tiny = TinyCheckpoint.Llama();
        Stops().ShouldBe([5, 7]);
        var path = Path.Combine(tiny.Folder, "generation_config.json");
        File.WriteAllText(path, """{"eos_token_id":[3,9]}""");
        Stops().ShouldBe([3, 9]);
        File.WriteAllText(path, """{"eos_token_id":11}""");
        Stops().ShouldBe([11]);
        File.WriteAllText(path, """{"do_sample":true}""");
        Stops().ShouldBe([5, 7]);
        File.WriteAllText(path, """{"eos_token_id":"</s>"}""");
        Should.Throw<AttributionException>(Stops).File.ShouldBe(path);

        IEnumerable<int> Stops()
        {
            using var model = tiny.Load();
            return model.StopTokens.Order().ToArray();
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        var generator = new TextGenerator(model);
        Should.Throw<ArgumentException>(() => generator.Generate([[1], []], new()));
        Should.Throw<ArgumentException>(() => generator.Generate([[1]], new(), [1, 2]));
        Should.Throw<ArgumentOutOfRangeException>(() => generator.Generate([[1]], new() { Temperature = -1 }));
        Should.Throw<ArgumentOutOfRangeException>(() => generator.Generate([[1]], new() { Temperature = double.NaN }));
        Should.Throw<ArgumentOutOfRangeException>(() => generator.Generate([[1]], new() { TopP = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => generator.Generate([[1]], new() { MaxNewTokens = -1 }));
    }
}
