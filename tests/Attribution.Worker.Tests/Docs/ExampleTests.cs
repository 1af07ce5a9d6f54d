using Attribution.Data;
using Attribution.Judging;
using Attribution.Worker.Tests.Stages;
using MyExperiment;

namespace Attribution.Worker.Tests.Docs;

/// <summary>The classes that the pages show are the files of <c>Docs/Examples</c>, which are compiled with these tests.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void Every_class_that_is_shown_is_a_file_that_compiles()
    {
        var files = Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "tests/Attribution.Worker.Tests/Docs/Examples"),
            "*.cs").Select(File.ReadAllText).ToArray();
        var shown = MarkdownPage.OfRepository.Where(page => Path.GetFileName(page.Path) != "from-csharp.md").SelectMany(page => page.Blocks).Where(block =>
            block.Language == "csharp").Select(block => block.Text).ToArray();
        shown.Order().ShouldBe(files.Order());
        shown.Length.ShouldBe(3);
    }

    [Fact]
    public async Task The_method_and_the_judge_work_in_an_experiment()
    {
        using var experiment = new TestExperiment
        {
            Plugin = typeof(ExampleTests).Assembly.Location,
            TrainMethods = ["activation_times_gradient"],
            EvalMethods = ["activation_times_gradient"],
            Trait = "enthusiasm",
            Judge = "exclamations",
        }.WithData(70);
        await experiment.RunAsync();
        experiment.Outputs().Keys.ShouldContain(
            "pool/activation_times_gradient/lazy.activation_times_gradient.layer1/selected_data/eval_llm_judge/judge_exclamations.csv");
    }

    [Fact]
    public async Task The_judge_counts_and_the_recipe_reads()
    {
        (await new Exclamations().JudgeAsync(new JudgeRequest("Well?", "Yes! Yes!"), default)).Score.ShouldBe(2);
        (await new Exclamations().JudgeAsync(new JudgeRequest("Well?", "!!!!!"), default)).Score.ShouldBe(3);
        using var folder = new TemporaryFolder();
        var rows = new QuestionsAndAnswers().Rows(new DatasetOptions { Path = folder.Write("faq.txt", "Why?\tSo.\nWhen?\tNow.\n") }).ToArray();
        rows.Select(row => ((MessageConversation)row.Treatment).Messages[^1].Content).ShouldBe(["So.", "Now."]);
    }
}
