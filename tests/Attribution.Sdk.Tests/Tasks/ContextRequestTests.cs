namespace Attribution.Sdk.Tests.Tasks;

public sealed class ContextRequestTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    public ContextRequestTests()
    {
        _experiment.SetKind("ContextAttribution");
        _experiment.Settings["AttributionLayer"] = "";
        _experiment.Train.Clear();
        _experiment.Eval.Clear();
        _experiment.Methods.Clear();
        _experiment.SelectionMethods.Clear();
        _experiment.Baselines.Clear();
        _experiment.Folder.Write("data/questions.jsonl", "");
        _experiment.Contexts.Add(RequestedExperiment.Item("data/questions.jsonl", ("TruthColumn", "truth")));
    }

    [Theory]
    [InlineData("Steps", "50", "TrainEstimator")]
    [InlineData("LearningRate", "0.1", "TrainEstimator")]
    [InlineData("BatchSize", "8", "TrainEstimator")]
    [InlineData("SourceType", "word", "AttributeHeldOut")]
    [InlineData("TrainingSourceType", "sentence", "FeaturesAndOutputs")]
    [InlineData("NumMasks", "64", "FeaturesAndOutputs AttributeHeldOut")]
    [InlineData("Alpha", "0.25", "FeaturesAndOutputs AttributeHeldOut")]
    [InlineData("SentenceRule", "lines", "FeaturesAndOutputs AttributeHeldOut")]
    [InlineData("SentenceRule", "paragraph", "")]
    [InlineData("AttentionFeatures", "at2", "FeaturesAndOutputs AttributeHeldOut")]
    [InlineData("AttentionFeatures", "true", "")]
    [InlineData("HeldOut", "0.5", "FeaturesAndOutputs AttributeHeldOut")]
    [InlineData("MaxNewTokens", "64", "Generate")]
    [InlineData("AttributionDType", "bfloat16", "Generate FeaturesAndOutputs AttributeHeldOut")]
    [InlineData("ChatTemplate", "chatml", "Generate FeaturesAndOutputs AttributeHeldOut")]
    [InlineData("Seed", "1", "FeaturesAndOutputs TrainEstimator AttributeHeldOut")]
    [InlineData("TopK", "3", "")]
    public void A_property_changes_the_requests_of_the_stages_that_read_it(string property, string value, string stages)
    {
        var before = _experiment.Requests();
        _experiment.Settings[property] = value;
        var after = _experiment.Requests();
        after.Where(r => r.Value != before[r.Key]).Select(r => r.Key).ShouldBe(stages.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Training_has_the_defaults_of_this_kind_and_fine_tuning_keeps_its_own()
    {
        var training = _experiment.Request("TrainEstimator");
        ((int)training["steps"]!, (double)training["learningRate"]!, (int)training["batchSize"]!).ShouldBe((1000, 1e-3, 512));
        using var selection = new RequestedExperiment();
        var tuning = selection.Request("FineTune");
        ((double)tuning["learningRates"]!.AsArray().ShouldHaveSingleItem()!, (int)tuning["batchSize"]!).ShouldBe((1e-4, 4));
    }

    [Fact]
    public void What_a_dataset_says_of_itself_is_in_the_request_and_nothing_that_it_does_not_say()
    {
        _experiment.Contexts.Add(RequestedExperiment.Item("data/questions.jsonl", ("Name", "thoughts"), ("QueryColumn", "question"),
            ("AnswerColumn", "answer"), ("Thoughts", "true"), ("HeldOut", "1"), ("Take", "3")));
        var datasets = _experiment.Request("Generate")["datasets"]!.AsArray();
        datasets[0]!.ToJsonString().ShouldBe("""{"name":"questions","path":"data/questions.jsonl","truthColumn":"truth"}""");
        datasets[1]!.ToJsonString().ShouldBe(
            """{"name":"thoughts","path":"data/questions.jsonl","take":3,"queryColumn":"question","answerColumn":"answer","thoughts":true}""");
        _experiment.Request("AttributeHeldOut")["datasets"]!.ToJsonString().ShouldBe(
            """[{"name":"questions","heldOut":0.2},{"name":"thoughts","thoughts":true,"heldOut":1}]""");
        _experiment.Request("AttributeHeldOut")["methods"]!.AsArray().Select(m =>
            (string)m!).ShouldBe(["at2", "mean_attention", "leave_one_out", "surrogate_32", "surrogate_64", "surrogate_128", "count", "random"]);
        _experiment.Baselines.Add("surrogate_16");
        _experiment.Request("AttributeHeldOut")["methods"]!.ToJsonString().ShouldBe("""["at2","surrogate_16"]""");
    }

    [Theory]
    [InlineData("Alpha", "0", "ATTR1904")]
    [InlineData("Alpha", "1", "ATTR1904")]
    [InlineData("LearningRate", "0", "ATTR1904")]
    [InlineData("NumMasks", "1", "ATTR1904")]
    [InlineData("SourceType", "paragraph", "ATTR1904")]
    [InlineData("SentenceRule", "line", "ATTR1904")]
    [InlineData("AttentionFeatures", "false", "ATTR1904")]
    [InlineData("HeldOut", "1.5", "ATTR1904")]
    [InlineData("ExperimentKind", "Context", "ATTR1904")]
    public void A_value_that_cannot_be_is_an_error_of_its_property(string property, string value, string code)
    {
        _experiment.Settings[property] = value;
        _experiment.Write().ShouldBeFalse();
        _experiment.Engine.Errors[0].Code.ShouldBe(code);
        _experiment.Engine.Errors[0].Message!.ShouldContain(property);
    }

    [Fact]
    public void Items_of_another_kind_and_a_project_without_a_dataset_are_errors()
    {
        _experiment.Contexts.Clear();
        _experiment.Error().Code.ShouldBe("ATTR1932");
        using var mixed = new RequestedExperiment();
        mixed.Contexts.Add(RequestedExperiment.Item("data/pool.jsonl"));
        mixed.Error().Code.ShouldBe("ATTR1931");
    }

    [Theory]
    [InlineData("Thoughts", "maybe", "ATTR1904")]
    [InlineData("HeldOut", "2", "ATTR1904")]
    [InlineData("Name", "estimator", "ATTR1906")]
    public void Metadata_that_cannot_be_are_errors(string name, string value, string code)
    {
        _experiment.Contexts[0].SetMetadata(name, value);
        _experiment.Error().Code.ShouldBe(code);
    }

    [Fact]
    public void A_truth_of_thoughts_is_an_error()
    {
        _experiment.Contexts[0].SetMetadata("TruthColumn", "truth");
        _experiment.Contexts[0].SetMetadata("Thoughts", "true");
        var error = _experiment.Error();
        (error.Code, error.Message!.Contains("Thoughts and a TruthColumn", StringComparison.Ordinal)).ShouldBe(("ATTR1904", true), error.Message);
    }

    [Fact]
    public void A_project_that_becomes_one_of_the_other_kind_keeps_no_request_of_the_first()
    {
        _experiment.Requests();
        File.Exists(_experiment.Folder["obj/attribution/Generate.request.json"]).ShouldBeTrue();
        using var selection = new RequestedExperiment();
        _experiment.SetKind("DataSelection");
        _experiment.Settings["AttributionLayer"] = "2";
        _experiment.Contexts.Clear();
        _experiment.Train.AddRange(selection.Train);
        _experiment.Eval.AddRange(selection.Eval);
        _experiment.Baselines.Add("none");
        _experiment.Requests();
        File.Exists(_experiment.Folder["obj/attribution/Generate.request.json"]).ShouldBeFalse();
    }

    public void Dispose() => _experiment.Dispose();
}
