using System.Text;
using System.Text.Json;
using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Evaluation;
using Attribution.Contracts;
using Attribution.Contracts.ContextAttribution;
using Attribution.Contracts.DataSelection;
using Attribution.Evaluation;
using Attribution.FineTuning;
using Attribution.Judging.Chat;
using Attribution.Methods.Projections;
using Attribution.Models.Lora;
using Attribution.Selection;
using Attribution.Tokenization;

namespace Attribution.Sdk.Tests.Contracts;

public sealed class SettingsTests
{
    private const string Required =
        """ "stage": "s", "store": "store", "state": "state", "out": "out", "model": "m", "layers": "all", "snapshots": "snapshots" """;

    public static TheoryData<string> Stages => [.. ExperimentStage.All.Select(stage => stage.Settings.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Stages), DisableDiscoveryEnumeration = true)]
    public void A_setting_that_a_request_leaves_out_has_its_default(string name)
    {
        var stage = Stage(name);
        var settings = Read(stage, $"{{ {Required} }}");
        foreach (var use in ProjectSettings.Properties.SelectMany(property => property).Where(use =>
            use.Stage == stage && use.Member.DeclaringType!.IsAssignableFrom(stage.Settings) && !use.Property.IsDerived))
            use.Member.GetValue(settings).ShouldBe(use.Default, use.Member.Name);
    }

    [Theory]
    [MemberData(nameof(Stages), DisableDiscoveryEnumeration = true)]
    public void Settings_are_the_same_once_written_and_read(string name)
    {
        var stage = Stage(name);
        var text = StageRequestJson.Write(Read(stage, $"{{ {Required} }}"));
        StageRequestJson.Write(Read(stage, text)).ShouldBe(text);
        text.ShouldStartWith("{\n  \"stage\": \"s\",\n");
        text.ShouldNotContain("null");
    }

    private static ExperimentStage Stage(string name) => ExperimentStage.All.First(stage => stage.Settings.Name == name);

    [Fact]
    public void Numbers_and_truth_values_may_be_texts_as_MSBuild_has_them()
    {
        Read<SelectTrainingDataSettings>($$"""{ {{Required}}, "topK": ["7", 8], "selectionLayers": ["2"] }""")
            .ShouldSatisfyAllConditions(s => s.TopK.ShouldBe([7, 8]), s => s.SelectionLayers.ShouldBe([2]));
        Read<ComputeAttributionSettings>($$"""{ {{Required}}, "evalControls": "True" }""").EvalControls.ShouldBeTrue();
        Should.Throw<JsonException>(() => Read<SelectTrainingDataSettings>($$"""{ {{Required}}, "topK": ["many"] }""")).Path.ShouldBe("$.topK[0]");
        Should.Throw<JsonException>(() => Read<SelectTrainingDataSettings>("null"));
        Should.Throw<JsonException>(() => Read<FineTuneSettings>("""{ "stage": "FineTune" }""")).Message.ShouldContain("'store'");
    }

    [Fact]
    public void The_library_has_the_same_defaults()
    {
        var (lora, config) = (new LoraSettings(), new LoraConfig());
        (lora.Ranks.ShouldHaveSingleItem(), lora.Alpha, lora.Dropout).ShouldBe((config.Rank, config.Alpha, config.Dropout));
        lora.Targets.ShouldBe(config.TargetModules, ignoreOrder: true);

        var (tuning, options) = (Read<FineTuneSettings>($"{{ {Required} }}"), new FineTuningOptions());
        (tuning.LearningRates.ShouldHaveSingleItem(), tuning.WeightDecay, tuning.Epochs.ShouldHaveSingleItem(), tuning.BatchSize,
            tuning.Seeds.ShouldHaveSingleItem()).ShouldBe((options.LearningRate, options.WeightDecay, options.Epochs, options.BatchSize, options.Seed));
        tuning.MaxTokens.ShouldBe(ConversationEncoder.DefaultMaxTokens);

        var (generation, answering) = (new GenerationSettings(), new AnsweringOptions());
        (generation.Repeats, generation.Temperature, generation.TopP, generation.MaxNewTokens,
            Read<EvaluateSettings>($"{{ {Required} }}").Seeds.ShouldHaveSingleItem())
            .ShouldBe((answering.Repeats, answering.Temperature, answering.TopP, answering.MaxNewTokens, answering.Seed));

        var (projection, identity) = (new ProjectionSettings(), new ProjectionIdentity());
        (ProjectionIdentity.ParseKind(projection.Kind), projection.Dimension, projection.Seed).ShouldBe((identity.Kind, identity.Dimension, identity.Seed));

        var (whitening, second) = (new WhiteningSettings(), new WhiteningOptions());
        (whitening.Damping, whitening.Mixture).ShouldBe((second.Damping, second.Mixture));

        var (training, estimator) = (Read<TrainEstimatorSettings>($"{{ {Required} }}"), new ScoreEstimatorOptions());
        (training.Steps, training.LearningRate, training.BatchSize,
            training.Seed).ShouldBe((estimator.Steps, estimator.LearningRate, estimator.BatchSize, estimator.Seed));

        var (llm, chat) = (new LlmSettings(), new ChatOptions());
        (llm.Model, llm.Endpoint, llm.Concurrency, llm.BudgetTokens).ShouldBe((chat.Model, chat.Endpoint.ToString().TrimEnd('/'), chat.Concurrency,
            chat.BudgetTokens));

        var (ablation, evaluation) = (Read<AttributeHeldOutSettings>($"{{ {Required} }}"), new ContextEvaluationOptions());
        (ablation.NumMasks, ablation.Alpha, ablation.Seed).ShouldBe((evaluation.Masks, evaluation.Alpha, evaluation.Seed));
    }

    private static T Read<T>(string json) where T : StageSettings => StageRequestJson.Read<T>(Encoding.UTF8.GetBytes(json));

    private static StageSettings Read(ExperimentStage stage, string json) => (StageSettings)typeof(SettingsTests)
        .GetMethods(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static).Single(m =>
            m is { Name: nameof(Read), IsGenericMethodDefinition: true })
        .MakeGenericMethod(stage.Settings).Invoke(null, [json])!;
}
