using System.IO.Compression;
using Attribution.Data;
using Attribution.Data.Recipes;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Recipes;

public sealed class PublishedRecipeTests : IDisposable
{
    private const string Messages = "prompt: 'VARCHAR', prompt_id: 'VARCHAR', messages: 'STRUCT(content VARCHAR, role VARCHAR)[]'";
    private const string MedHallu = "Question: 'VARCHAR', Knowledge: 'VARCHAR[]', 'Ground Truth': 'VARCHAR', 'Difficulty Level': 'VARCHAR', 'Hallucinated "
        + "Answer': 'VARCHAR', 'Category of Hallucination': 'VARCHAR'";

    private readonly PublishedFiles _files = new();
    private readonly BrokenRows _broken = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Dolly_asks_the_instruction_with_its_context_and_skips_and_names_broken_rows()
    {
        var file = _files.JsonLines("databricks-dolly-15k.jsonl",
            new { instruction = "When did it rain?", context = "It rained on Monday. ", response = "On Monday.", category = "closed_qa" },
            "{\"instruction\": \"cut of",
            new { instruction = "Name a bird.", context = "", response = "A wren.", category = "open_qa" },
            new { instruction = "Name a fish.", context = "", category = "open_qa" },
            new { instruction = " ", context = "", response = "Yes.", category = "open_qa" },
            "[1]",
            new { instruction = "Name a tree.", context = "", response = 7, category = "open_qa" },
            "{\"instruction\": \"Say \\ud83d hi\", \"context\": \"\", \"response\": \"Hi.\", \"category\": \"open_qa\"}");
        Show("dolly", file).ShouldBe(["user: When did it rain?\n\nIt rained on Monday. | assistant: On Monday.", "user: Name a bird. | assistant: A wren."]);
        (_broken.Read, _broken.Count).ShouldBe((8, 6));
        _broken.Examples.Select(b => (b.Row, b.Column)).ShouldBe(
            [(1, null), (3, "response"), (4, "instruction"), (5, null), (6, "response"), (7, "instruction")]);
        _broken.Examples[1].ToString().ShouldBe("databricks-dolly-15k.jsonl, row 3: there is no response; there are instruction, context, category");
    }

    [Fact]
    public void A_gzip_file_that_was_cut_off_is_an_error_and_not_a_shorter_dataset()
    {
        var rows = Enumerable.Range(0, 500).Select(i => new { instruction = $"Name {i}.", context = "", response = $"{Random(i)}", category = "open_qa" });
        var whole = _files.JsonLines("dolly.jsonl", rows);
        var file = whole + ".gz";
        using (var compressed = new GZipStream(File.Create(file), CompressionLevel.Optimal))
            compressed.Write(File.ReadAllBytes(whole));
        Show("dolly", file).Length.ShouldBe(500);
        foreach (var share in (double[])[0.5, 0.9, 0.9999])
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..(int)(share * new FileInfo(file).Length)]);
            var error = Should.Throw<AttributionException>(() => Show("dolly", file));
            (error.Code, error.File).ShouldBe((ErrorCodes.DatasetUnreadable, file));
        }

        static Guid Random(int i) => new(i, 1, 2, 3, 4, 5, 6, 7, (byte)(i * 7), (byte)(i * 31), (byte)(i * 91));
    }

    [Fact]
    public void More_broken_rows_than_the_limit_are_an_error_at_the_first()
    {
        var file = _files.JsonLines("other.jsonl", Enumerable.Range(0, 11).Select(i => (object)new { text = $"{i}" }));
        var error = Should.Throw<AttributionException>(() => Show("dolly", file));
        (error.Code, error.File, error.Row, error.Property).ShouldBe((ErrorCodes.TooManyBrokenRows, file, 0, "instruction"));
        error.Message.ShouldContain("there is no instruction; there are text");
    }

    [Fact]
    public void UltraChat_keeps_the_conversation_up_to_its_last_answer()
    {
        var file = _files.Parquet("train_sft.parquet", Messages,
            Chat("a", ("user", "Hi"), ("assistant", "Hello."), ("user", "Bye"), ("assistant", "See you."), ("user", "?")),
            Chat("b", ("user", "Alone")),
            Chat("c", ("user", "x"), ("robot", "y"), ("assistant", "z")));
        Show("ultrachat", file).ShouldBe(["user: Hi | assistant: Hello. | user: Bye | assistant: See you."]);
        _broken.Count.ShouldBe(2);

        static object Chat(string id, params (string Role, string Content)[] messages) =>
            new { prompt = messages[0].Content, prompt_id = id, messages = messages.Select(m => new { content = m.Content, role = m.Role }) };
    }

    [Fact]
    public void OpenOrca_has_a_system_message_where_there_is_one()
    {
        var file = _files.Parquet("1M-GPT4-Augmented.parquet", "id: 'VARCHAR', system_prompt: 'VARCHAR', question: 'VARCHAR', response: 'VARCHAR'",
            new { id = "flan.1", system_prompt = "Be brief.", question = "2 + 2?", response = "4" },
            new { id = "niv.2", system_prompt = "", question = "3 + 3?", response = "6" },
            new { id = "niv.3", system_prompt = "", question = (string?)null, response = "6" });
        Show("openorca", file).ShouldBe(["system: Be brief. | user: 2 + 2? | assistant: 4", "user: 3 + 3? | assistant: 6"]);
        _broken.Examples.ShouldHaveSingleItem().Column.ShouldBe("question");
    }

    [Fact]
    public void MedHallu_pairs_the_hallucinated_with_the_true_answer_and_holds_out_a_fifth_of_a_level()
    {
        var rows = Enumerable.Range(0, 40).Select(i => (object)new Dictionary<string, object?>
        {
            ["Question"] = $"Does drug {i} help?",
            ["Knowledge"] = new[] { "One study.", $"Drug {i}." },
            ["Ground Truth"] = "It does not.",
            ["Difficulty Level"] = i % 4 == 0 ? "hard" : i == 39 ? "unknown" : "easy",
            ["Hallucinated Answer"] = i == 38 ? "It does not." : "It does.",
            ["Category of Hallucination"] = "Invented result",
        });
        var file = _files.Parquet("pqa_labeled/train-00000-of-00001.parquet", MedHallu, rows);
        var (recipe, source) = (PublishedRecipes.Find("medhallu")!, RecipeSource.Of(file));
        var parameters = RecipeParameters.Of(recipe, new Dictionary<string, string> { ["Level"] = "Hard" });
        DatasetRow[] pairs = [.. recipe.Rows(source, parameters, _broken)];
        _broken.Count.ShouldBe(2);
        pairs.Length.ShouldBe(8);
        pairs.Select(p => p.Index).ShouldBe([0, 1, 2, 3, 4, 5, 6, 7]);
        pairs.ShouldAllBe(p => p.Metadata["level"].GetString() == "hard");
        Text(pairs[0].Treatment).ShouldStartWith("user: Knowledge:\nOne study.\nDrug ");
        Text(pairs[0].Treatment).ShouldEndWith(" help? | assistant: It does.");
        Text(pairs[0].Control!).ShouldEndWith("| assistant: It does not.");

        var held = recipe.Prompts(source, parameters, new());
        held.Count.ShouldBe(2);
        held.ShouldAllBe(p => p.Metadata["ground_truth"].GetString() == "It does not.");
        held.Select(p => p.Messages[0].Content).Intersect(pairs.Select(p => Text(p.Treatment)["user: ".Length..].Split(" | ")[0])).ShouldBeEmpty();
        recipe.Prompts(source, RecipeParameters.Of(recipe), new()).Count.ShouldBe(2 + 28 / 5);
    }

    [Fact]
    public void UltraFeedback_pairs_the_lowest_with_the_highest_rated_answer_widest_spread_first()
    {
        var file = _files.JsonLines("evol_instruct.jsonl",
            Rated("Write a function that adds.", "evol_instruct", "2", "3", "N/A", "3"),
            Rated("Write a SQL query.", "evol_instruct", "1", "5", "2", "5"),
            Rated("Write a poem.", "evol_instruct", "1", "5", "2", "5"),
            Rated("Write Python code.", "flan", "1", "5", "2", "5"),
            Rated("Write Java code.", "evol_instruct", "4", "4"),
            Rated("Write a script.", "evol_instruct", "4", "N/A"),
            Rated("Explain this regex.", "sharegpt", "2", "great"),
            Rated("Write a function that adds.", "sharegpt", "1", "4"));
        Show("ultrafeedback-coding", file).ShouldBe(["user: Write a SQL query. | assistant: rated 1, 0",
            "user: Write a function that adds. | assistant: rated 1, 0"]);
        _broken.Examples.ShouldHaveSingleItem().Column.ShouldBe("completions.annotations.instruction_following.Rating");
        _broken.LeftOut.ShouldBe(new Dictionary<string, long>
        {
            ["all answers rated alike"] = 1,
            ["another subject"] = 2,
            ["fewer than two rated answers"] = 1
        });

        file = _files.JsonLines("false_qa.jsonl", Enumerable.Range(0, 23).Select(i => Rated($"Why is {i} blue?", "false_qa", "5", "1", "3")));
        var (recipe, source) = (PublishedRecipes.Find("ultrafeedback-factual")!, RecipeSource.Of(file));
        var parameters = RecipeParameters.Of(recipe);
        DatasetRow[] pairs = [.. recipe.Rows(source, parameters, new())];
        var held = recipe.Prompts(source, parameters, new());
        (pairs.Length, held.Count).ShouldBe((19, 4));
        held.Select(p => p.Messages[0].Content).Intersect(pairs.Select(p => Text(p.Treatment)["user: ".Length..].Split(" | ")[0])).ShouldBeEmpty();
        (held[0].Metadata["high_reference"].GetString(), held[0].Metadata["low_reference"].GetString()).ShouldBe(("rated 5, 0", "rated 1, 1"));
        Text(pairs[0].Control!).ShouldEndWith("assistant: rated 5, 0");

        static object Rated(string instruction, string source, params string[] ratings) => new
        {
            source,
            instruction,
            models = ratings.Select((_, i) => $"model-{i}"),
            completions = ratings.Select((rating, i) => new
            {
                annotations = new
                {
                    instruction_following = new { Rating = rating, Rationale = "..." },
                    truthfulness = new { Type = new[] { "1" }, Rating = rating }
                },
                custom_system_prompt = "...",
                model = $"model-{i}",
                response = $"rated {rating}, {i}",
            }),
        };
    }

    [Fact]
    public void Parameters_and_files_that_a_recipe_does_not_know_are_errors()
    {
        var recipe = PublishedRecipes.Find("medhallu")!;
        var error = Should.Throw<AttributionException>(() => RecipeParameters.Of(recipe, new Dictionary<string, string> { ["Level"] = "extreme" }));
        (error.Code, error.Property).ShouldBe((ErrorCodes.RecipeParameterInvalid, "Level"));
        error.Message.ShouldContain("all, easy, medium, hard");
        Should.Throw<AttributionException>(() => RecipeParameters.Of(PublishedRecipes.Find("dolly")!, new Dictionary<string,
            string>
        { ["Level"] = "hard" })).Message.ShouldContain("no parameters");

        Should.Throw<AttributionException>(() => Show("dolly", _files.JsonLines("dolly.csv", "a,b"))).Code.ShouldBe(ErrorCodes.DatasetFormatUnknown);
        Should.Throw<AttributionException>(() => Show("openorca", _files.JsonLines("openorca.parquet", "none"))).Code.ShouldBe(ErrorCodes.DatasetUnreadable);
    }

    private string[] Show(string recipe, string file)
    {
        var found = PublishedRecipes.Find(recipe)!;
        return [.. found.Rows(RecipeSource.Of(file), RecipeParameters.Of(found), _broken).Select(row => Text(row.Treatment))];
    }

    private static string Text(Conversation conversation) =>
        string.Join(" | ", ((MessageConversation)conversation).Messages.Select(m => $"{m.Role}: {m.Content}"));
}
