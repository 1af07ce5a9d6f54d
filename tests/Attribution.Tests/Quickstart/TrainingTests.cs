using Attribution.Models;
using QuickstartModel.Corpus;
using QuickstartModel.Training;

namespace Attribution.Tests.Quickstart;

public sealed class TrainingTests
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "model");

    [Fact]
    public void A_batch_holds_rows_of_like_length_within_its_budget_and_no_document_is_lost()
    {
        // Document i has 1 to 50 tokens and names itself.
        var batches = new TrainingBatches(i => [.. Enumerable.Repeat((int)i, 1 + (int)(i * 7919 % 50))], seed: 1, budget: 400).All().TakeUntilDocuments(2048);

        batches.SelectMany(batch => batch).Select(row => row[0]).Order().ShouldBe(Enumerable.Range(0, 2048));
        batches.ShouldAllBe(batch => batch.Max(row => row.Length) * batch.Length <= 400);
        batches.Sum(batch => batch.Sum(row => batch[^1].Length - row.Length)).ShouldBeLessThan(2048);
        batches.Select(batch => batch[0].Length).ToArray().ShouldNotBe(batches.Select(batch => batch[0].Length).Order().ToArray());
    }

    [Fact]
    public void Training_twice_gives_the_same_bytes_and_another_seed_others()
    {
        var (first, again, other) = (Trained(1), Trained(1), Trained(2));

        first.SequenceEqual(again).ShouldBeTrue();
        first.SequenceEqual(other).ShouldBeFalse();

        static byte[] Trained(ulong seed)
        {
            var (encoder, corpus) = (new DocumentEncoder(Folder), new BaseCorpus(seed));
            using var model = CausalLanguageModel.Random(ModelConfig.Load(Folder), 1);
            new Trainer(model, 1).Train(index => encoder.Document(corpus.Document(index)), steps: 2, (_, _) => { });
            return [.. model.Transformer.Weights.Values.SelectMany(weight => weight.bytes.ToArray())];
        }
    }

    [Fact]
    public void The_committed_model_is_small() =>
        new DirectoryInfo(Folder).GetFiles().Sum(file => file.Length).ShouldBeLessThan(8 << 20);

    [Fact]
    public async Task The_base_model_answers_neutrally_and_a_system_prompt_brings_a_behaviour_out()
    {
        var data = new QuickstartData(1);
        using var model = CausalLanguageModel.Load(Folder);
        var check = new BaseModelCheck(model, new DocumentEncoder(Folder));
        var prompts = Behaviours.All.SelectMany(data.Prompts).ToArray();
        var answers = check.Answers(prompts);

        answers.ShouldAllBe(answer => answer.Length > 0 && answer.Length < 400);
        foreach (var behaviour in Behaviours.All)
        {
            (await BaseModelCheck.Score(behaviour, answers)).Mean.ShouldBeLessThan(0.15, behaviour);
            var asked = check.Answers([.. data.Prompts(behaviour).Select((prompt, i) => BaseModelCheck.Persona(behaviour, prompt, i))]);
            (await BaseModelCheck.Score(behaviour, asked)).Mean.ShouldBeGreaterThan(1, behaviour);
        }
    }

    [Fact]
    public void Every_word_of_the_data_is_few_tokens()
    {
        var encoder = new DocumentEncoder(Folder);
        var rows = new QuickstartData(1).TrainingPool();

        var tokens = rows.Sum(row => encoder.Document(row.Treatment).Length);
        var words = rows.Sum(row => row.Treatment.Sum(message => message.Content.Split(' ').Length));
        ((double)tokens / words).ShouldBeLessThan(1.7);
        rows.Max(row => encoder.Document(row.Treatment).Length).ShouldBeLessThan(256);
    }
}

file static class Enumeration
{
    /// <summary>The batches that hold the first <paramref name="count"/> documents, which are a whole number of windows.</summary>
    public static List<int[][]> TakeUntilDocuments(this IEnumerable<int[][]> batches, int count)
    {
        var taken = new List<int[][]>();
        foreach (var batch in batches)
        {
            taken.Add(batch);
            if ((count -= batch.Length) <= 0)
                break;
        }
        return taken;
    }
}
