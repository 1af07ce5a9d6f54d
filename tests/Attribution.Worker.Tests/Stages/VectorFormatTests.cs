using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Vectors kept in another form than Parquet.</summary>
public sealed class VectorFormatTests
{
    private static readonly string[] Stages = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];

    [Fact]
    public async Task Another_form_computes_nothing_again_and_selects_as_its_precision_allows()
    {
        using var experiment = new TestExperiment { EvalMethods = ["residual_diff", "residual_treatment"] }.WithData();
        await experiment.RunAsync(Stages);
        var scores = Scores();

        foreach (var (format, files, error) in new[] { ("npy", "index-1.npy scores-1.npy", 1e-12),
            ("npy-float16", "index-1.npy scales-1.npy scores-1.npy", 1e-3), ("int8", "index-1.npy scales-1.npy scores-1.npy", 0.05) })
        {
            experiment.VectorFormat = format;
            var build = await experiment.RunAsync(Stages);
            build.Blocks.Ran.ShouldBe(0, "blocks are kept in one form");
            experiment.Outputs().Keys.Where(f => f.StartsWith("pool/residual_change_treatment/", StringComparison.Ordinal) && !f.Contains("lazy")
                && !f.Contains("data-"))
                .Select(Path.GetFileName).ShouldBe(files.Split(' '));
            foreach (var (run, expected) in scores)
                foreach (var (row, score) in Scores()[run].Where(s => expected.ContainsKey(s.Key)))
                    score.ShouldBe(expected[row], error);
        }

        Dictionary<string, Dictionary<int, double>> Scores() =>
            Directory.EnumerateFiles(experiment.Out, "selected_train_data.jsonl", SearchOption.AllDirectories)
            .Where(f => !f.Contains("random"))
            .ToDictionary(f => f, f => File.ReadLines(f).Select(line => JsonNode.Parse(line)!).ToDictionary(row => (int)row["idx"]!, row =>
                (double)row["score"]!));
    }

    [Fact]
    public async Task A_form_that_is_not_known_is_an_error_of_its_property()
    {
        using var experiment = new TestExperiment { VectorFormat = "float8" }.WithData(80);
        experiment.Prepare();
        await experiment.RunStageAsync("ImportDatasets");
        var error = await experiment.FailAsync("ComputeAttribution");
        (error.Code, error.Property).ShouldBe(("ATTR1333", "VectorFormat"));
    }
}
