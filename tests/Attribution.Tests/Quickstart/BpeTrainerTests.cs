using QuickstartModel.Corpus;
using QuickstartModel.Tokenizer;

namespace Attribution.Tests.Quickstart;

public sealed class BpeTrainerTests
{
    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_to_the_pair_that_sorts_first()
    {
        // bc stands 5 times, then bc+d 3 times; de, fg and fh stand twice each, in words of their own.
        Train(5, "bcd", "bcd", "bcd", "bc", "bc", "fh", "fg", "fg", "fh", "de", "de")
            .ShouldBe([("b", "c"), ("bc", "d"), ("d", "e"), ("f", "g"), ("f", "h")]);
    }

    [Fact]
    public void A_pair_seen_once_is_left_alone() => Train(5, "ab", "ab", "xy").ShouldBe([("a", "b")]);

    [Fact]
    public void A_merge_never_crosses_a_word() =>
        Train(100, "one two", "one two", "one two").ShouldAllBe(merge => merge.Left.IndexOf('\u0120') <= 0 && !merge.Right.Contains('\u0120'));

    [Fact]
    public void The_order_of_the_texts_does_not_matter() =>
        Train(50, "the cat sat", "on the mat", "that cat").ShouldBe(Train(50, "that cat", "the cat sat", "on the mat"));

    [Fact]
    public void The_committed_tokenizer_is_what_the_trainer_writes()
    {
        var committed = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "model");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            TokenizerFiles.Write(new BaseCorpus(1), folder.FullName);

            foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json"])
                File.ReadAllText(Path.Combine(folder.FullName, file)).ShouldBe(File.ReadAllText(Path.Combine(committed, file)),
                    $"{file} is not what `tokenizer` writes");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IReadOnlyList<(string Left, string Right)> Train(int merges, params string[] texts)
    {
        var trainer = new BpeTrainer();
        foreach (var text in texts)
            trainer.Add(text);
        return trainer.Train(merges);
    }
}
