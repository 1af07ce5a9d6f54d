using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Data;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Persona vectors as the query side of an experiment.</summary>
public sealed class PersonaStageTests
{
    private static readonly string[] ToSelection = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];

    [Fact]
    public async Task Answers_are_generated_once_whatever_the_layers_and_again_for_other_prompts()
    {
        using var experiment = new TestExperiment
        {
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["persona_vector_gen"],
            Persona = Asked()
        }.WithData(80);
        var build = await experiment.RunAsync(ToSelection);
        var answers = Answers(experiment).ShouldHaveSingleItem();
        var shown = File.ReadAllLines(Path.Combine(experiment.Out, "lazy", "persona_vector_gen", "answers.jsonl"));
        shown.Length.ShouldBe(11);
        JsonNode.Parse(shown[0])!["positive"]!.GetValue<string>().ShouldNotBeEmpty();
        File.Exists(Path.Combine(experiment.Out, "pool", "residual_treatment", "lazy.persona_vector_gen.layer1", "scores.parquet")).ShouldBeTrue();

        experiment.Layers = [0, 1, 2];
        experiment.MaxTokens = 200;
        build = await experiment.RunAsync(ToSelection);
        build.StagesThatRan.ShouldContain("ComputeAttribution");
        Answers(experiment).ShouldBe([answers]);

        // Another answer in the evaluation set is not read; another system prompt is.
        File.WriteAllLines(experiment.Eval, TestRows.Pairs(12).Select(line => line.Replace("No idea", "Not me", StringComparison.Ordinal)));
        await experiment.RunAsync(ToSelection);
        Answers(experiment).ShouldBe([answers]);
        var prompts = Directory.CreateDirectory(Path.Combine(experiment.Folder, "personas")).FullName;
        File.WriteAllText(Path.Combine(prompts, "laziness.positive.txt"), "Sleep.");
        File.WriteAllText(Path.Combine(prompts, "laziness.negative.txt"), "Run.");
        experiment.Persona = Asked(prompts);
        await experiment.RunAsync(ToSelection);
        Answers(experiment).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_row_gives_the_template_besides_messages_is_asked_with_its_prompt_and_read_with_its_answers()
    {
        using var experiment = new TestExperiment
        {
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["persona_vector_gen"],
            Persona = Asked()
        }.WithData(80);
        experiment.ChatTemplate = experiment.Write("styled.jinja", ["{{ style if style is defined }}{% for m in messages %}<|im_start|>{{ m.role }} "
            + "{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant {% endif %}"]);
        experiment.Eval = experiment.Write("lazy.jsonl", new[] { "", ""","chat_template_kwargs":{"style":"short, please"}""" }.Select(kwargs =>
            $$"""{"treatment_messages":[{"role":"user","content":"Tea?"},{"role":"assistant","content":"No."}]{{kwargs}}}"""));
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        var shown = File.ReadAllLines(Path.Combine(experiment.Out, "lazy", "persona_vector_gen", "answers.jsonl"));
        shown.Distinct().Count().ShouldBe(2);
        var pairs = DatasetRows.Read(Path.Combine(Answers(experiment).ShouldHaveSingleItem(), "pairs.parquet")).ToArray();
        pairs.Length.ShouldBe(2);
        foreach (var (i, pair) in pairs.Index())
            new[] { pair.Treatment, pair.Control! }.ShouldAllBe(conversation => (((MessageConversation)conversation).Variables != null) == (i == 1));
    }

    [Fact]
    public async Task The_answer_is_the_last_turn_where_the_loss_counts_all_of_them_too()
    {
        using var experiment = new TestExperiment
        {
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["persona_vector_gen"],
            Persona = Asked()
        }.WithData(80);
        experiment.Eval = experiment.Write("lazy.jsonl", TestRows.Pairs(3).Select(row => row.Replace("_messages\":[",
            "_messages\":[" + """{"role":"user","content":"Hello."},{"role":"assistant","content":"Good day."},""", StringComparison.Ordinal)));
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        var persona = Vectors();
        experiment.Loss = "all_turns";
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        Vectors().ShouldBe(persona);

        string Vectors() => experiment.Outputs()["lazy/persona_vector_gen/scores-1.parquet"];
    }

    [Fact]
    public async Task Sets_of_one_persona_vector_are_scored_each_with_its_own_controls()
    {
        const string other = "other";
        var together = await Scores("lazy", other);
        together.ShouldNotBe(await Scores("lazy"), "the controls count");
        together.ShouldBe(await Scores(other));

        // The scores of the last set, whose controls are longer than those of the first.
        async Task<string> Scores(params string[] sets)
        {
            using var experiment = new TestExperiment
            {
                TrainMethods = ["residual_treatment"],
                EvalMethods = ["persona_vector"],
                Scoring = "cos_sim_debias_eval"
            }.WithData(80);
            experiment.Write($"{other}.jsonl", TestRows.Pairs(12).Select(row =>
                row.Replace("It is number", "Ask somebody who knows; it is", StringComparison.Ordinal)));
            experiment.PersonaVector = Path.Combine(experiment.Folder, "persona.safetensors");
            Attribution.Models.Safetensors.SafetensorsWriter.Write(experiment.PersonaVector,
                [new("persona", Attribution.Models.Safetensors.SafetensorsDType.F32, [16], stream =>
                    stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>([.. Enumerable.Range(1, 16).Select(i => (float)i)])))]);
            experiment.Prepare();
            foreach (var stage in ToSelection)
            {
                var request = JsonNode.Parse(File.ReadAllText(experiment.RequestFile(stage)))!;
                var eval = request["eval"]![0]!;
                request["eval"] = new JsonArray([.. sets.Select(set => stage == "ComputeAttribution" ? (JsonNode)set : Named(eval, set))]);
                if (stage == "ComputeAttribution")
                    request["personaVectors"] = new JsonObject(sets.Select(set => KeyValuePair.Create<string, JsonNode?>(set, experiment.PersonaVector)));
                File.WriteAllText(experiment.RequestFile(stage), request.ToJsonString());
                var (code, lines) = await experiment.RunStageAsync(stage);
                code.ShouldBe(0, string.Join('\n', lines));
            }
            return experiment.Outputs()[$"pool/residual_treatment/{sets[^1]}.persona_vector.layer1/scores.parquet"];

            JsonNode Named(JsonNode eval, string set)
            {
                var named = eval.DeepClone();
                named["name"] = set;
                if (named["path"] is not null)
                    named["path"] = Path.Combine(experiment.Folder, $"{set}.jsonl");
                return named;
            }
        }
    }

    [Fact]
    public async Task A_vector_from_a_file_takes_the_place_of_a_generated_one()
    {
        using var experiment = new TestExperiment
        {
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["persona_vector_gen", "persona_vector"],
            Persona = Asked()
        }.WithData(80);
        experiment.PersonaVector = Path.Combine(experiment.Folder, "lazy.safetensors");
        Attribution.Models.Safetensors.SafetensorsWriter.Write(experiment.PersonaVector,
            [new("persona", Attribution.Models.Safetensors.SafetensorsDType.F32, [16], stream =>
                stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Enumerable.Repeat(2f, 16).ToArray())))]);
        await experiment.RunAsync(ToSelection);
        using var reader = Attribution.Data.VectorTableReader.Open(Path.Combine(experiment.Out, "lazy", "persona_vector", "scores-1.parquet"), 1);
        reader.Read().ShouldBeTrue();
        reader.Vector.ToArray().ShouldBe([.. Enumerable.Repeat(0.25f, 16)]);
        reader.Read().ShouldBeFalse();
    }

    [Theory]
    [InlineData("persona_vector_gen", null, "ATTR1523", "Trait")]
    [InlineData("persona_vector_gen", "grumpiness", "ATTR1520", "PersonaPrompts")]
    [InlineData("persona_vector", null, "ATTR1522", "PersonaVector")]
    public async Task What_a_persona_lacks_is_an_error(string method, string? trait, string code, string property)
    {
        using var experiment = new TestExperiment { EvalMethods = [method], Persona = Asked(trait: trait) }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        var error = await experiment.FailAsync("ComputeAttribution");
        (error.Code, error.Property).ShouldBe((code, property));
    }

    private static JsonNode Asked(string? prompts = null, string? trait = "laziness")
    {
        var asked = new JsonObject { ["traits"] = trait is null ? new JsonObject() : new JsonObject { ["lazy"] = trait }, ["maxNewTokens"] = 8 };
        if (prompts is not null)
            asked["prompts"] = prompts;
        return asked;
    }

    private static IReadOnlyList<string> Answers(TestExperiment experiment) =>
        [.. Directory.EnumerateDirectories(Path.Combine(experiment.Store, "persona-answers"))];
}
