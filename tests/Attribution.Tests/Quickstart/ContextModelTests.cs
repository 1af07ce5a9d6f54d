using Attribution.Models;
using QuickstartModel.Corpus;
using QuickstartModel.Training;

namespace Attribution.Tests.Quickstart;

public sealed class ContextModelTests : IDisposable
{
    private static readonly string Experiment = Path.Combine(SharedData.RepositoryRoot, "experiments", "context-quickstart");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_committed_examples_are_those_of_seed_1()
    {
        ContextFiles.Write(new ContextCorpus(1), _folder.Path);
        File.ReadAllBytes(_folder["facts.jsonl"]).ShouldBe(File.ReadAllBytes(Path.Combine(Experiment, "data", "facts.jsonl")));
    }

    [Fact]
    public void Each_sentence_of_an_answer_repeats_the_one_fact_of_its_kind_and_no_example_is_a_document()
    {
        var corpus = new ContextCorpus(1);
        var examples = Enumerable.Range(0, 100).Select(corpus.Example).ToArray();
        foreach (var example in examples)
        {
            example.Truth.Count.ShouldBe(example.Answer.Count(c => c == '.'));
            example.Truth.Distinct().Count().ShouldBe(example.Truth.Count);
            foreach (var (truth, answer) in example.Truth.Zip(example.Answer.Split('.')))
            {
                example.Context.Split(truth).Length.ShouldBe(2, truth);
                truth.TrimEnd('.').Split(' ').Intersect(answer.Trim().Split(' ')).Count().ShouldBeGreaterThanOrEqualTo(2, $"{truth} / {answer}");
            }
        }
        var contexts = examples.Select(e => e.Context).ToHashSet();
        var trainedOn = Enumerable.Range(0, 2000).Select(i => corpus.Document(i)[0].Content["Context: ".Length..].Split("\n\n", 2, StringSplitOptions.None)[0]);
        trainedOn.ShouldAllBe(context => !contexts.Contains(context));
    }

    [Fact]
    public void The_committed_model_repeats_the_fact_that_it_is_asked_for()
    {
        new DirectoryInfo(Path.Combine(Experiment, "model")).GetFiles().Sum(file => file.Length).ShouldBeLessThan(3 << 20);
        var corpus = new ContextCorpus(1);
        using var model = CausalLanguageModel.Load(Path.Combine(Experiment, "model"), TinyModel.Device);
        // Not of those that the experiment reads.
        var examples = Enumerable.Range(1000, 60).Select(corpus.Example).ToArray();
        var answers = new ContextModelCheck(model, new DocumentEncoder(Path.Combine(Experiment, "model"))).Answers(examples);
        examples.Zip(answers).Count(pair => pair.First.Answer == pair.Second).ShouldBeGreaterThan(45);
    }

    public void Dispose() => _folder.Dispose();
}
