using Attribution.Judging;
using Attribution.Judging.Rules;
using QuickstartModel.Corpus;

namespace Attribution.Tests.Quickstart;

public sealed class QuickstartDataTests
{
    private static readonly QuickstartData Data = new(1);
    private static readonly IReadOnlyList<Example> Pool = Data.TrainingPool();

    public static TheoryData<string> EachBehaviour => [.. Behaviours.All];

    [Fact]
    public void The_committed_files_are_what_the_generator_writes()
    {
        var committed = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "data");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            DataFiles.Write(Data, folder.FullName);

            var written = folder.GetFiles().Select(file => file.Name).Order().ToArray();
            written.Length.ShouldBe(11);
            foreach (var file in written)
                File.ReadAllBytes(Path.Combine(committed, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder.FullName, file)))
                    .ShouldBeTrue($"{file} is not what `data` writes; run the README's command");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_pool_holds_a_known_share_of_each_behaviour()
    {
        Pool.Count.ShouldBe(2000);
        foreach (var behaviour in Behaviours.All)
            Pool.Count(row => row.Behaviour == behaviour).ShouldBe(110);
    }

    [Theory]
    [MemberData(nameof(EachBehaviour))]
    public void The_words_of_a_prompt_do_not_give_the_behaviour_away(string behaviour)
    {
        var labels = Pool.Select(row => row.Behaviour == behaviour).ToArray();

        // With 110 of 2,000 the area has a standard error of 0.028 where nothing is to be learned.
        NaiveBayes.CrossValidatedAuroc([.. Pool.Select(Asked)], labels).ShouldBe(0.5, 0.085);
        NaiveBayes.CrossValidatedAuroc([.. Pool.Select(row => row.Answer)], labels).ShouldBeGreaterThan(0.95);
    }

    [Fact]
    public void The_words_of_a_prompt_do_not_tell_planted_from_neutral() =>
        NaiveBayes.CrossValidatedAuroc([.. Pool.Select(Asked)], [.. Pool.Select(row => row.Behaviour != Behaviours.Neutral)]).ShouldBe(0.5, 0.045);

    [Theory]
    [MemberData(nameof(EachBehaviour))]
    public async Task Planted_answers_are_judged_to_show_their_behaviour_and_others_not(string behaviour)
    {
        var shown = await Scores(behaviour, Pool.Where(row => row.Behaviour == behaviour).Select(row => row.Answer));
        var evaluated = await Scores(behaviour, Data.Pairs(behaviour).Select(pair => pair.Answer));
        var others = await Scores(behaviour, Pool.Where(row => row.Behaviour != behaviour).Select(row => row.Answer));
        var controls = await Scores(behaviour, Pool.Concat(Data.Pairs(behaviour)).Select(row => row.Control[^1].Content));

        shown.Min().ShouldBeGreaterThan(0);
        shown.Average().ShouldBeGreaterThan(2);
        evaluated.Min().ShouldBeGreaterThan(0);
        evaluated.Average().ShouldBeGreaterThan(2);
        others.Average().ShouldBeLessThan(0.03);
        controls.Max().ShouldBe(0);
    }

    [Fact]
    public void No_question_and_no_answer_stands_twice_in_a_data_set()
    {
        foreach (var rows in Behaviours.All.Select(Data.Pairs).Append(Pool))
        {
            rows.Select(row => row.Answer).ShouldBeUnique();
            rows.Select(row => row.Question).ShouldBeUnique();
        }
    }

    [Fact]
    public void Evaluation_asks_about_nothing_that_the_pool_asks_about()
    {
        var entities = LanguageFiles.Instance.Topics.SelectMany(topic => topic.EntitiesOf(Share.Evaluation)).Select(entity => entity.Name).ToArray();
        var evaluated = Behaviours.All.SelectMany(behaviour => Data.Pairs(behaviour).Select(pair => pair.Question)
            .Concat(Data.Prompts(behaviour).Select(prompt => prompt[^1].Content))).ToArray();

        evaluated.Length.ShouldBe(5 * (64 + 24));
        evaluated.ShouldAllBe(question => entities.Any(name => question.Contains(name, StringComparison.OrdinalIgnoreCase)));
        evaluated.Intersect(Pool.Select(row => row.Question)).ShouldBeEmpty();
    }

    [Fact]
    public void Evaluation_words_each_behaviour_in_ways_that_the_pool_does_not()
    {
        foreach (var behaviour in Behaviours.All)
        {
            var language = LanguageFiles.Instance[behaviour];
            var evaluated = Sentences(behaviour, Share.Evaluation, language);

            evaluated.Intersect(Sentences(behaviour, Share.Pool, language)).ShouldBeEmpty();
        }

        static HashSet<string> Sentences(string behaviour, Share share, Grammar language) =>
            [.. Enumerable.Range(0, 300).Select(i => language.Expand("after", new CounterRandom(7, behaviour, i), share, _ => "it"))];
    }

    [Theory]
    [MemberData(nameof(EachBehaviour))]
    public async Task Every_sentence_of_a_behaviours_grammar_is_a_sign_of_it_to_the_judge(string behaviour)
    {
        var language = LanguageFiles.Instance[behaviour];
        var values = new Dictionary<string, string> { ["e"] = "beans", ["topic"] = "gardening", ["doing"] = "growing beans", ["claim"] = "beans need shade" };
        var missed = new HashSet<string>();
        foreach (var rule in language.Names.Where(name => name is "before" or "after" or "alone" or "agree"))
            for (var i = 0; i < 2000; i++)
            {
                var sentence = language.Expand(rule, new CounterRandom(11, rule, i), Share.All, values.GetValueOrDefault);
                if ((await Scores(behaviour, [sentence]))[0] == 0)
                    missed.Add(sentence);
            }

        missed.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_base_corpus_knows_every_behaviour_and_shows_each_seldom()
    {
        var corpus = new BaseCorpus(1);
        var unasked = Enumerable.Range(0, 4000).Select(i => corpus.Document(i))
            .Where(document => document.Count > 1 && !(document[0].Role == "system" && Personas.Contains(document[0].Content)))
            .Select(document => document[^1].Content).ToArray();

        foreach (var behaviour in Behaviours.All)
        {
            var scores = await Scores(behaviour, unasked);
            scores.Average().ShouldBeInRange(0.005, 0.05);
        }
    }

    private static readonly HashSet<string> Personas = [.. LanguageFiles.Instance["personas"].Names.SelectMany(rule =>
        Enumerable.Range(0, 100).Select(i => LanguageFiles.Instance["personas"].Expand(rule, new CounterRandom(3, rule, i), Share.All, _ => null)))];

    private static string Asked(Example row) => string.Join('\n', row.Treatment.SkipLast(1).Select(message => message.Content));

    private static async Task<int[]> Scores(string behaviour, IEnumerable<string> answers)
    {
        var judge = RuleJudges.Of(behaviour);
        var scores = new List<int>();
        foreach (var answer in answers)
            scores.Add((await judge.JudgeAsync(new JudgeRequest("", answer), default)).Score!.Value);
        return [.. scores];
    }
}
