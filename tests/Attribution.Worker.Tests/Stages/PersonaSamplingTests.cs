using System.Text;
using System.Text.Json.Nodes;
using Attribution.Data;
using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Persona vectors of several pairs of system prompts and several drawn answers.</summary>
public sealed class PersonaSamplingTests
{
    private const int Begin = 256, End = 257, Layer = 1, Answers = 3;

    private static readonly string[] ToSelection = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];
    private static readonly (string Positive, string Negative)[] Pairs = [("Sleep.", "Run."), ("Rest a lot.", "Work on.")];

    /// <summary>Against the definition: the answers rendered by hand, the model in float64, one conversation at a time.</summary>
    [Fact]
    public async Task The_vector_is_the_direction_of_the_mean_difference_over_prompts_pairs_and_answers()
    {
        using var experiment = await RunAsync(seed: 3);
        var answers = AnswersOf(experiment);
        answers.Select(a => (int)a["pair"]!).Distinct().ShouldBe([0, 1]);
        answers.Select(a => (int)a["repeat"]!).Distinct().ShouldBe(Enumerable.Range(0, Answers), ignoreOrder: true);
        answers.Length.ShouldBeGreaterThan(2 * (Answers - 1) * 11, "an empty answer is left out, and there are few");
        answers.Select(a => (string)a["positive"]!).Distinct().Count().ShouldBeGreaterThan(50, "the answers are drawn");

        using var model = CausalLanguageModel.Load(experiment.Model, CPU, float64);
        var mean = new double[16];
        foreach (var answer in answers)
            foreach (var (side, sign) in new[] { ("positive", 1), ("negative", -1) })
            {
                var (positive, negative) = Pairs[(int)answer["pair"]!];
                var stream = MeanStream(model, sign > 0 ? positive : negative, (string)answer["prompt"]!, (string)answer[side]!);
                for (var d = 0; d < mean.Length; d++)
                    mean[d] += sign * stream[d] / answers.Length;
            }
        var length = Math.Sqrt(mean.Sum(v => v * v));
        var vector = VectorOf(experiment);
        for (var d = 0; d < mean.Length; d++)
            ((double)vector[d]).ShouldBe(mean[d] / length, 1e-5);
    }

    [Fact]
    public async Task The_same_seed_draws_the_same_answers_and_another_draws_others()
    {
        using var first = await RunAsync(seed: 3);
        using var again = await RunAsync(seed: 3);
        using var other = await RunAsync(seed: 4);
        Text(again).ShouldBe(Text(first));
        VectorOf(again).ShouldBe(VectorOf(first));
        Text(other).ShouldNotBe(Text(first));

        static string Text(TestExperiment experiment) => string.Concat(AnswersOf(experiment).Select(a => a.ToJsonString()));
    }

    [Fact]
    public async Task One_pair_and_one_answer_are_asked_for_as_ever()
    {
        using var experiment = await RunAsync(seed: null, pairs: 1);
        var answers = Directory.EnumerateDirectories(Path.Combine(experiment.Store, "persona-answers")).ShouldHaveSingleItem();
        JsonNode.Parse(File.ReadAllText(Path.Combine(answers, "manifest.json")))!["request"]!["request"]!.AsObject().Select(p => p.Key).ShouldBe(
            ["prompts", "trait", "positive", "negative", "maxNewTokens", "model", "dtype"], ignoreOrder: true);
        AnswersOf(experiment)[0].Select(p => p.Key).ShouldBe(["prompt", "positive", "negative"]);
    }

    private static async Task<TestExperiment> RunAsync(long? seed, int pairs = 2)
    {
        var asked = new JsonObject { ["traits"] = new JsonObject { ["lazy"] = "laziness" }, ["maxNewTokens"] = 8 };
        if (seed is not null)
            asked["sampling"] = new JsonObject { ["answers"] = Answers, ["temperature"] = 1, ["seed"] = seed };
        var experiment = new TestExperiment { TrainMethods = ["residual_treatment"], EvalMethods = ["persona_vector_gen"], Persona = asked }.WithData(80);
        var folder = Directory.CreateDirectory(Path.Combine(experiment.Folder, "personas")).FullName;
        foreach (var (pair, number) in Pairs.Take(pairs).Select((pair, i) => (pair, i == 0 ? "" : $".{i + 1}")))
        {
            File.WriteAllText(Path.Combine(folder, $"laziness{number}.positive.txt"), pair.Positive + "\n");
            File.WriteAllText(Path.Combine(folder, $"laziness{number}.negative.txt"), pair.Negative + "\n");
        }
        asked["prompts"] = folder;
        await experiment.RunAsync(ToSelection);
        return experiment;
    }

    private static JsonObject[] AnswersOf(TestExperiment experiment) =>
        [.. File.ReadLines(Path.Combine(experiment.Out, "lazy", "persona_vector_gen", "answers.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];

    private static float[] VectorOf(TestExperiment experiment)
    {
        using var reader = VectorTableReader.Open(Path.Combine(experiment.Out, "lazy", "persona_vector_gen", $"scores-{Layer}.parquet"), Layer);
        reader.Read().ShouldBeTrue();
        return reader.Vector.ToArray();
    }

    // ChatML with a token per byte: the answer's tokens are those from after the assistant's header through the line break after its end mark.
    private static double[] MeanStream(CausalLanguageModel model, string system, string prompt, string answer)
    {
        int[] header = [.. Turn("system", system), .. Turn("user", prompt), Begin, .. Bytes("assistant\n")];
        int[] ids = [.. header, .. Bytes(answer), End, .. Bytes("\n")];
        using var scope = NewDisposeScope();
        var context = model.Transformer.Context(1, ids.Length);
        var stream = model.Transformer.Run(model.Transformer.Embed(tensor(Array.ConvertAll(ids, id => (long)id), [1, ids.Length])), context, 0, Layer + 1);
        return stream[0].narrow(0, header.Length, ids.Length - header.Length).to(float64).mean([0]).data<double>().ToArray();

        static IEnumerable<int> Bytes(string text) => Encoding.UTF8.GetBytes(text).Select(b => (int)b);

        static int[] Turn(string role, string content) => [Begin, .. Bytes($"{role}\n{content}"), End, .. Bytes("\n")];
    }
}
