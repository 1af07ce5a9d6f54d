using System.Text.Json.Nodes;

namespace Attribution.Sdk.Tests.Tasks;

public sealed class GroundTruthRequestTests : IDisposable
{
    private readonly RequestedExperiment _experiment = new();

    [Fact]
    public void Without_lds_there_are_no_stages_of_it_and_no_stage_reads_theirs()
    {
        var plain = _experiment.Requests();
        plain.Keys.ShouldNotContain("RetrainSubsets");
        plain.Values.ShouldAllBe(request => !request.Contains("RetrainSubsets", StringComparison.Ordinal)
            && !request.Contains("MeasureLds", StringComparison.Ordinal));
        _experiment.GroundTruths.Add(RequestedExperiment.Item("lds", ("Subsets", "8")));
        var asked = _experiment.Requests();
        asked.Keys.Except(plain.Keys).ShouldBe(["RetrainSubsets", "MeasureLds"]);
        plain.Where(request => asked[request.Key] != request.Value).Select(request => request.Key).ShouldBe(["Evaluate", "CollectMetrics", "Report"]);

        _experiment.GroundTruths.Clear();
        _experiment.Requests().ShouldBe(plain, "what is not asked for any more is gone");
    }

    [Fact]
    public void Subsets_are_trained_as_selections_are_with_the_experiments_seeds_unless_others_are_named()
    {
        _experiment.GroundTruths.Add(RequestedExperiment.Item("lds"));
        (_experiment.Settings["Seeds"], _experiment.Settings["LearningRate"], _experiment.Settings["LoraRank"]) = ("0;1", "0.01", "4");
        var (retrain, tune) = (Request("RetrainSubsets"), Request("FineTune"));
        ((int)retrain["subsets"]!, (string)retrain["train"]![0]!).ShouldBe((32, "pool"));
        foreach (var name in new[] { "seeds", "learningRates", "lora", "batchSize", "model" })
            retrain[name]!.ToJsonString().ShouldBe(tune[name]!.ToJsonString(), name);
        _experiment.GroundTruths[0].SetMetadata("RetrainSeeds", "5;6");
        Request("RetrainSubsets")["seeds"]!.ToJsonString().ShouldBe("[5,6]");
    }

    [Fact]
    public void A_k_curve_takes_each_k_from_both_ends_of_the_ranking()
    {
        _experiment.Settings["TopK"] = "20";
        Request("SelectTrainingData").ContainsKey("ends").ShouldBeFalse();
        _experiment.GroundTruths.Add(RequestedExperiment.Item("k_curve", ("Ks", "10; 20")));
        var selection = Request("SelectTrainingData");
        (selection["topK"]!.ToJsonString(), selection["ends"]!.ToJsonString()).ShouldBe(("[20,10]", """["top","bottom"]"""));
        _experiment.Requests().Keys.ShouldNotContain("RetrainSubsets");
    }

    [Theory]
    [InlineData("loo", "", "", "There is no ground truth 'loo'. Use lds or k_curve.")]
    [InlineData("lds", "Subsets", "3", "Subsets of GroundTruth lds is '3'. Give a whole number from 4")]
    [InlineData("lds", "Subsets", "many", "Give a whole number from 4")]
    [InlineData("lds", "RetrainSeeds", "0;x", "RetrainSeeds of GroundTruth lds is 'x'")]
    [InlineData("lds", "Ks", "5", "only k_curve reads")]
    [InlineData("k_curve", "Subsets", "5", "only lds reads")]
    [InlineData("k_curve", "", "", "Add Ks=\"25;50;100\"")]
    [InlineData("k_curve", "Ks", "0", "Ks of GroundTruth k_curve is '0'. Give a whole number from 1")]
    public void What_cannot_be_is_an_error_that_names_the_item(string include, string metadata, string value, string message)
    {
        _experiment.GroundTruths.Add(metadata.Length > 0 ? RequestedExperiment.Item(include, (metadata, value)) : RequestedExperiment.Item(include));
        _experiment.Write().ShouldBeFalse();
        _experiment.Engine.Errors.ShouldContain(error => error.Message!.Contains(message, StringComparison.Ordinal),
            string.Join('\n', _experiment.Engine.Errors.Select(e => e.Message)));
    }

    public void Dispose() => _experiment.Dispose();

    private JsonObject Request(string stage) => JsonNode.Parse(_experiment.Requests()[stage])!.AsObject();
}
