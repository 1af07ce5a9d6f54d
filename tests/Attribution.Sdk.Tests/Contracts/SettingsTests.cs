using System.Globalization;
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
using Attribution.Models.Generation;
using Attribution.Models.Lora;
using Attribution.Sdk.Experiments;
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

    [Fact]
    public void The_library_takes_every_number_that_a_property_may_be()
    {
        var library = new Dictionary<string, Action<double>>
        {
            ["LearningRate"] = v =>
            {
                new FineTuningOptions { LearningRate = v }.Check();
                new ScoreEstimatorOptions { LearningRate = v }.Check();
            },
            ["WeightDecay"] = v => new FineTuningOptions { WeightDecay = v }.Check(),
            ["Epochs"] = v => new FineTuningOptions { Epochs = (int)v }.Check(),
            ["WarmUpEpochs"] = v => new FineTuningOptions { Epochs = (int)v }.Check(),
            ["BatchSize"] = v => new FineTuningOptions { BatchSize = (int)v }.Check(),
            ["LoraRank"] = v => new LoraConfig { Rank = (int)v }.Check(),
            ["LoraDropout"] = v => new LoraConfig { Dropout = v }.Check(),
            ["WarmUpShare"] = v => TopK.Check((int)Math.Ceiling(v * 100), 100),
            ["TopK"] = v => TopK.Check((int)v, long.MaxValue),
            ["Temperature"] = v => new GenerationOptions { Temperature = v }.Check(),
            ["PersonaTemperature"] = v => new GenerationOptions { Temperature = v }.Check(),
            ["TopP"] = v => new GenerationOptions { TopP = v }.Check(),
            ["MaxNewTokens"] = v => new GenerationOptions { MaxNewTokens = (int)v }.Check(),
            ["ScoringDamping"] = v => new WhiteningOptions { Damping = v }.Validate(),
            ["ScoringMixture"] = v => new WhiteningOptions { Mixture = v }.Validate(),
            ["Steps"] = v => new ScoreEstimatorOptions { Steps = (int)v }.Check(),
            ["NumMasks"] = v => new ContextEvaluationOptions { Masks = (int)v }.Check(),
            ["Alpha"] = v =>
            {
                new ContextEvaluationOptions { Alpha = v }.Check();
                AblationMasks.Random(2, 3, v, 0, "example");
            },
        };
        string[] unbounded = ["HeldOut", "LoraAlpha", "SnapshotTolerance"];
        ProjectSettings.Properties.SelectMany(uses => uses).Where(use => Number(use) == typeof(double)).Select(use => use.Property.Name)
            .Except(library.Keys).Order(StringComparer.Ordinal).ShouldBe(unbounded);
        foreach (var use in ProjectSettings.Properties.SelectMany(uses => uses).Where(use => library.ContainsKey(use.Property.Name)))
            foreach (var value in (double[])[0, 1e-9, 0.5, 1 - 1e-9, 1, 1 + 1e-9, 2, 1000])
                if (IsAllowed(use, value))
                    Should.NotThrow(() => library[use.Property.Name](value), $"{use.Property.Name} = {value}");
    }

    private static bool IsAllowed(SettingUse use, double value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        var reader = new PropertyReader(new Dictionary<string, string> { [use.Property.Name] = text }, []);
        return Number(use) == typeof(int) ? reader.Values<int>(use.Property) is not null : reader.Values<double>(use.Property) is not null;
    }

    private static Type Number(SettingUse use) =>
        use.Member.PropertyType.GetElementType() ?? Nullable.GetUnderlyingType(use.Member.PropertyType) ?? use.Member.PropertyType;

    private static T Read<T>(string json) where T : StageSettings => StageRequestJson.Read<T>(Encoding.UTF8.GetBytes(json));

    private static StageSettings Read(ExperimentStage stage, string json) => (StageSettings)typeof(SettingsTests)
        .GetMethods(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static).Single(m =>
            m is { Name: nameof(Read), IsGenericMethodDefinition: true })
        .MakeGenericMethod(stage.Settings).Invoke(null, [json])!;
}
