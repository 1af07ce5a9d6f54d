using System.Runtime.InteropServices;
using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Sources;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Tests.Models;
using Attribution.Tests.Models.Checkpoints;
using static Attribution.Tests.Models.Checkpoints.PickleWriter;

namespace Attribution.Tests.ContextAttribution;

public sealed class ScoreEstimatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_estimator_is_read_as_it_was_saved()
    {
        var config = Config(TinyCheckpoint.Qwen3);
        var model = ModelIdentity.Of(config);
        float[] weights = [.. Enumerable.Range(0, model.FeatureCount).Select(f => MathF.Cos(f))];
        var saved = new ScoreEstimator(model, weights, new(new() { Steps = 7, Seed = 3 }, 10, 2, 31, 32, 0.625))
        { Attention = AttentionRule.At2, Sentences = SentenceRule.Lines };
        saved.Save(_folder.Path);
        var bytes = Directory.GetFiles(_folder.Path).Order().Select(File.ReadAllBytes).ToArray();
        var read = ScoreEstimator.Load(_folder.Path, config);
        read.Weights.ShouldBe(weights);
        (read.Model, read.Training, read.Attention, read.Sentences).ShouldBe((saved.Model, saved.Training, AttentionRule.At2, SentenceRule.Lines));
        read.Save(_folder.Path);
        Directory.GetFiles(_folder.Path).Order().Select(File.ReadAllBytes).ShouldBe(bytes);

        var facts = File.ReadAllText(_folder["score_estimator.json"]);
        File.WriteAllText(_folder["score_estimator.json"], facts[..facts.LastIndexOf(",\n  \"Attention\"", StringComparison.Ordinal)] + "\n}\n");
        var before = ScoreEstimator.Load(_folder.Path, config);
        (before.Attention, before.Sentences).ShouldBe((AttentionRule.True, SentenceRule.Paragraph), "a file of before there was a choice");
    }

    [Fact]
    public void An_estimator_of_another_model_is_refused()
    {
        var config = Config(TinyCheckpoint.Qwen3);
        ScoreEstimator.MeanAttention(config).Save(_folder.Path);
        ErrorOf(Config(TinyCheckpoint.Gemma3), ErrorCodes.EstimatorOfAnotherModel).Message.ShouldContain("4 of 4");
        ErrorOf(Config(TinyCheckpoint.Qwen2), ErrorCodes.EstimatorOfAnotherModel).Message.ShouldContain("qwen2");
        foreach (var other in (ModelConfig[])
            [config with { HiddenSize = 48 }, config with { AttentionSoftCap = 50 }, config with { LogitSoftCap = 30 },
                config with { EmbeddingMultiplier = 12 },
            config with { ResidualMultiplier = 0.2 }, config with { LogitDivisor = 8 }, config with { RotatedBlocks = [true, false, true] },
            config with { PreNorms = false }, config with { WholeQueryKeyNorm = true }, config with { WideNorm = true }])
            ErrorOf(other, ErrorCodes.EstimatorOfAnotherModel).Message.ShouldContain("sizes or settings");
        ScoreEstimator.Load(_folder.Path, config with { MaxPositions = 9, DataType = "bfloat16" }).Weights.ShouldAllBe(w => w == 1f / 12);
    }

    [Fact]
    public void Damaged_estimators_are_errors()
    {
        var config = Config(TinyCheckpoint.Qwen3);
        ErrorOf(config, ErrorCodes.EstimatorInvalid).File.ShouldBe(_folder["score_estimator.json"]);
        ScoreEstimator.MeanAttention(config).Save(_folder.Path);
        var facts = File.ReadAllText(_folder["score_estimator.json"]);
        foreach (var wrong in (string[])["", "[]", "{}", "null", facts.Replace("\"LayerCount\": 3", "\"LayerCount\": 0"),
            facts.Replace("\"LayerCount\": 3", "\"LayerCount\": 4"), facts.Replace("\"LayerCount\": 3", "\"LayerCount\": \"x\"")])
        {
            File.WriteAllText(_folder["score_estimator.json"], wrong);
            ErrorOf(config, ErrorCodes.EstimatorInvalid);
        }
        Should.Throw<AttributionException>(() => new ScoreEstimator(ModelIdentity.Of(config), [1])).Code.ShouldBe(ErrorCodes.EstimatorInvalid);
        Should.Throw<AttributionException>(() => new ScoreEstimator(ModelIdentity.Of(config),
            [float.NaN, .. new float[11]])).Code.ShouldBe(ErrorCodes.EstimatorInvalid);
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData(null)]
    public void A_published_score_estimator_pt_is_read(string? family)
    {
        float[] weights = [.. Enumerable.Range(0, 12).Select(f => f - 5.5f)];
        var path = Published(weights, family: family);
        var estimator = ScoreEstimator.Load(path, Config(TinyCheckpoint.Qwen3));
        estimator.Weights.ShouldBe(weights);
        estimator.Model.ShouldBe(new(family, 3, 4, null));
        (estimator.Attention, estimator.Sentences).ShouldBe((AttentionRule.At2, SentenceRule.Lines), "its authors' own");
        Should.Throw<AttributionException>(() => ScoreEstimator.Load(path, Config(TinyCheckpoint.Gemma3))).Code.ShouldBe(ErrorCodes.EstimatorOfAnotherModel);
    }

    [Fact]
    public void A_published_estimator_of_another_kind_is_an_error()
    {
        var weights = new float[12];
        foreach (var path in (Func<string>[])[
            () => Published(weights, kind: "MlpScoreEstimator"), () => Published(weights, extractor: "GradientFeatureExtractor"), () =>
                Published(weights, heads: 5),
            () => Published(weights, heads: -4), () => Published(weights, bias: true), () => Save(PickleWriter.Write(new List<object?>())), () =>
                Save(PickleWriter.Write(new Dictionary<object, object?> { ["class"] = "LinearScoreEstimator" }))])
            Should.Throw<AttributionException>(() => ScoreEstimator.Load(path(), Config(TinyCheckpoint.Qwen3))).Code.ShouldBe(ErrorCodes.EstimatorInvalid);
    }

    private string Published(float[] weights, string kind = "LinearScoreEstimator", string extractor = "AttentionFeatureExtractor", int heads = 4,
        bool bias = false, string? family = null)
    {
        var state = new StateDictionary
        {
            ["linear.weight"] = new StoredTensor("FloatStorage", "0", weights.Length, 0, [1, weights.Length],
            [weights.Length, 1], "cuda:0")
        };
        if (bias)
            state["linear.bias"] = new StoredTensor("FloatStorage", "0", weights.Length, 0, [1], [1], "cuda:0");
        return Save(PickleWriter.Write(new Dictionary<object, object?>
        {
            ["class"] = kind,
            ["state_dict"] = state,
            ["feature_extractor"] = new Dictionary<object, object?>
            {
                ["class"] = extractor,
                ["kwargs"] = new Dictionary<object,
                object?>
                { ["num_layers"] = 3, ["num_heads"] = heads, ["model_type"] = family }
            },
            ["kwargs"] = new Dictionary<object, object?> { ["normalize"] = true, ["non_negative"] = false, ["bias"] = bias },
            ["extras"] = new Dictionary<object, object?>(),
        }), MemoryMarshal.AsBytes<float>(weights).ToArray());
    }

    private string Save(byte[] pickle, params byte[][] storages)
    {
        File.WriteAllBytes(_folder["score_estimator.pt"], CheckpointFile.Checkpoint(pickle, storages));
        return _folder["score_estimator.pt"];
    }

    private AttributionException ErrorOf(ModelConfig config, string code)
    {
        var error = Should.Throw<AttributionException>(() => ScoreEstimator.Load(_folder.Path, config));
        error.Code.ShouldBe(code);
        return error;
    }

    private static ModelConfig Config(Func<TinyCheckpoint> make)
    {
        using var tiny = make();
        return ModelConfig.Load(tiny.Folder);
    }
}
