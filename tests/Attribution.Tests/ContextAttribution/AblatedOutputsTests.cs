using Attribution.ContextAttribution;
using Attribution.Tests.Models;

namespace Attribution.Tests.ContextAttribution;

public sealed class AblatedOutputsTests
{
    public static TheoryData<string, int, int> Families
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var family in (string[])["llama3", "llama-linear", "mistral", "qwen2", "qwen3", "phi3", "gemma3", "gemma2", "olmo2", "smollm3", "granite"])
                foreach (var first in (int[])[0, 4]) // with nothing before the first source, and with something
                    data.Add(family, first, 34);
            data.Add("phi3", 4, 16); // what longrope calls short
            return data;
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void Ablated_log_probabilities_are_those_of_a_plain_pass_with_the_keys_masked(string family, int first, int end)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        var task = Tasks.Of(end, first);
        var masks = AblationMasks.Random(6, task.Sources.Count, 0.5, 3, family);
        var outputs = AblatedOutputs.Compute(model.Transformer, task, masks);
        for (var m = 0; m < masks.Count; m++)
        {
            var logProbabilities = Naive(tiny.Naive, task, masks[m].ToArray());
            foreach (var unit in task.Units)
            {
                var expected = logProbabilities[(unit.Start - task.Target.Start)..(unit.End - task.Target.Start)].Sum();
                outputs.LogProbability(m, unit).ShouldBe(expected, 1e-4, $"mask {m}, unit {unit}");
                outputs.Logit(m, unit).ShouldBe(expected - Math.Log(1 - Math.Exp(expected)), 1e-4, $"mask {m}, unit {unit}");
            }
        }
    }

    [Fact]
    public void A_source_that_ends_where_the_target_begins_still_predicts_it_and_is_attended_by_nobody()
    {
        using var tiny = TinyCheckpoint.Qwen3();
        using var model = tiny.Load();
        var task = new AttributionTask(TinyCheckpoint.Tokens(20, 3), new(14, 20), [new(3, 6), new(11, 14)], [new(14, 20)]);
        var outputs = AblatedOutputs.Compute(model.Transformer, task, AblationMasks.Without(2, [[], [1], [0, 1], [1]]));
        bool[][] kept = [[true, true], [true, false], [false, false], [true, false]];
        for (var m = 0; m < kept.Length; m++)
            outputs.LogProbability(m, task.Target).ShouldBe(Naive(tiny.Naive, task, kept[m]).Sum(), 1e-4);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(40.0)]
    [InlineData(700.0)]
    [InlineData(-700.0)]
    public void The_logit_of_a_product_is_exact_where_probabilities_round_to_0_or_1(double logit)
    {
        // P = p^2: log P - log(1 - P) with x = 1 / p - 1 = exp(-l) is -log(2x + x^2).
        var expected = logit >= 0 ? logit - Math.Log(2 + Math.Exp(-logit)) : (2 * logit) - Math.Log(1 + (2 * Math.Exp(logit)));
        LogOdds.OfProduct([logit, logit]).ShouldBe(expected, Math.Abs(expected) * 1e-14);
        LogOdds.OfProduct([logit]).ShouldBe(logit);
    }

    [Fact]
    public void Masks_come_from_the_seed_the_example_and_their_index_alone()
    {
        var few = AblationMasks.Random(3, 400, 0.5, 7, "a");
        var many = AblationMasks.Random(8, 400, 0.5, 7, "a");
        for (var m = 0; m < 3; m++)
            few[m].SequenceEqual(many[m]).ShouldBeTrue();
        many[0].SequenceEqual(many[1]).ShouldBeFalse();
        AblationMasks.Random(1, 400, 0.5, 7, "b")[0].SequenceEqual(few[0]).ShouldBeFalse();
        AblationMasks.Random(1, 400, 0.5, 8, "a")[0].SequenceEqual(few[0]).ShouldBeFalse();
        Enumerable.Range(0, 8).Average(m => many[m].ToArray().Count(kept => kept)).ShouldBe(200, 20);
    }

    // log p of each target token, by plain loops over doubles
    private static double[] Naive(NaiveTransformer naive, AttributionTask task, bool[] kept)
    {
        int[] ids = [.. task.Tokens.Take(task.Target.End - 1)];
        var attended = Enumerable.Repeat(true, ids.Length).ToArray();
        for (var s = 0; s < kept.Length; s++)
            for (var t = task.Sources[s].Start; t < task.Sources[s].End; t++)
                attended[t] = kept[s];
        var logits = naive.Logits(naive.Streams(ids, attended: attended)[^1]);
        return [.. Enumerable.Range(task.Target.Start, task.Target.Length).Select(t =>
        {
            var highest = logits[t - 1].Max();
            return logits[t - 1][task.Tokens[t]] - highest - Math.Log(logits[t - 1].Sum(x => Math.Exp(x - highest)));
        })];
    }
}
