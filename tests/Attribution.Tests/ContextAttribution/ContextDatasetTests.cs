using System.Text.Json;
using Attribution.ContextAttribution.Examples;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Tests.ContextAttribution;

public sealed class ContextDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_row_has_a_context_or_several_a_question_and_what_else_is_known()
    {
        const string Previous = """[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]""";
        var path = _folder.Write("q.jsonl", $$"""
            {"context": "One. Two.", "query": "Which?", "truth": "Two."}
            {"context": ["First.", "Second."], "query": "Where?", "messages": {{Previous}}, "truth": ["First.", "Second."]}
            {"context": null, "query": "What?", "truth": null}
            """);
        var rows = ContextDataset.Open(new() { Path = path }, new() { Truth = "truth" }).Rows().ToArray();

        rows.Select(r => string.Join('|', r.Documents)).ShouldBe(["One. Two.", "First.|Second.", ""]);
        rows.Select(r => r.Truth is null ? "" : string.Join('|', r.Truth)).ShouldBe(["Two.", "First.|Second.", ""]);
        rows[1].Previous.Select(m => m.Content).ShouldBe(["Hi", "Hello"]);
        rows.Select(r => r.ContentHash()).Distinct().Count().ShouldBe(3);
        rows[0].ContentHash().ShouldBe((rows[0] with { Index = 7, Truth = null }).ContentHash());
        // A template writes the tools that a message calls.
        var calls = new[] { "search", "read" }.Select(tool => rows[0] with { Previous = [new("assistant", "") { Fields = Called(tool) }] }).ToArray();
        calls.Append(rows[0] with { Previous = [new("assistant", "")] }).Select(r => r.ContentHash()).Distinct().Count().ShouldBe(3);

        static Dictionary<string, JsonElement> Called(string tool) =>
            new() { ["tool_calls"] = JsonElement.Parse($$$"""[{"function": {"name": "{{{tool}}}"}}]""") };
    }

    [Fact]
    public void Columns_can_have_other_names_and_filter_take_and_seed_choose_rows_of_Parquet_too()
    {
        var rows = Enumerable.Range(0, 50).Select(i => $$"""{"abstract": "Text {{i}}.", "question": "Which {{i}}?", "n": {{i}}}""" + "\n");
        var json = _folder.Write("q.jsonl", string.Concat(rows));
        var parquet = _folder["q.parquet"];
        using (var connection = DuckDbDatabase.Open())
            connection.Execute($"COPY (SELECT * FROM read_json('{json}')) TO '{parquet}' (FORMAT parquet)");
        var columns = new ContextColumns { Context = "abstract", Query = "question" };

        var all = ContextDataset.Open(new() { Path = json, Filter = "n % 2 = 1", Take = 5, Seed = 3 }, columns).Rows().ToArray();
        var same = ContextDataset.Open(new() { Path = parquet, Filter = "n % 2 = 1", Take = 5, Seed = 3 }, columns).Rows().ToArray();

        all.Length.ShouldBe(5);
        all.ShouldAllBe(r => r.Index % 2 == 1 && r.Query == $"Which {r.Index}?" && r.Documents[0] == $"Text {r.Index}.");
        same.Select(r => r.ContentHash()).ShouldBe(all.Select(r => r.ContentHash()));
    }

    [Fact]
    public void The_recipe_for_dolly_takes_three_categories_with_contexts_of_fewer_than_20000_characters()
    {
        string[] categories = ["closed_qa", "summarization", "information_extraction", "open_qa", "brainstorming"];
        var path = _folder.Write("dolly.jsonl", string.Concat(categories.Select(c =>
            Row(c, "Some context.")).Append(Row("closed_qa", "")).Append(Row("closed_qa", new string('x', 20_000))).Append(Row("closed_qa",
            new string('x', 19_999)))));
        var rows = ContextDataset.Open(new() { Path = path }, recipe: ContextRecipe.Get("dolly-context")).Rows().ToArray();
        rows.Select(r => r.Index).ShouldBe([0, 1, 2, 7]);
        rows.ShouldAllBe(r => r.Query == "Do it." && r.Answer == null);
        Taken(3, null).ShouldBe([0, 1, 2]);
        Taken(3, 0).Length.ShouldBe(3, "Take counts the recipe's rows");
        Taken(3, 0).ShouldBeSubsetOf([0, 1, 2, 7]);
        Taken(9, 0).ShouldBe([0, 1, 2, 7]);

        Should.Throw<AttributionException>(() => ContextRecipe.Get("dolly")).Code.ShouldBe(ErrorCodes.UnknownRecipe);

        long[] Taken(int take, long? seed) =>
            [.. ContextDataset.Open(new() { Path = path, Take = take, Seed = seed }, recipe: ContextRecipe.Dolly).Rows().Select(r => r.Index)];

        static string Row(string category, string context) =>
            $$"""{"instruction": "Do it.", "context": "{{context}}", "response": "Done.", "category": "{{category}}"}""" + "\n";
    }

    [Theory]
    [InlineData("""{"context": "x.", "question": "y"}""", ErrorCodes.DatasetColumnMissing, "query", null)]
    [InlineData("""{"context": "x.", "query": "y"}\n{"context": "x.", "query": " "}""", ErrorCodes.ContextRowMalformed, "query", 1L)]
    [InlineData("""{"context": "x.", "query": "y"}\n{"context": {"a": 1}, "query": "y"}""", ErrorCodes.ContextRowMalformed, "context", 1L)]
    [InlineData("""{"context": ["x.", 3], "query": "y"}""", ErrorCodes.ContextRowMalformed, "context", 0L)]
    [InlineData("""{"context": "x.", "query": ["y"]}""", ErrorCodes.ContextRowMalformed, "query", 0L)]
    [InlineData("""{"context": "x.", "query": "y", "messages": "hm"}""", ErrorCodes.DatasetMalformedJson, "messages", 0L)]
    public void A_bad_row_is_named_with_its_column(string lines, string code, string column, long? row)
    {
        var path = _folder.Write("q.jsonl", lines.Replace("\\n", "\n"));
        var error = Should.Throw<AttributionException>(() => ContextDataset.Open(new() { Path = path }).Rows().ToArray());
        (error.Code, error.Property, error.Row, error.File).ShouldBe((code, column, row, path));
    }

    [Fact]
    public void Examples_that_come_later_do_not_change_which_are_held_out()
    {
        var hashes = Enumerable.Range(0, 1000).Select(i => new ContextRow(i, [$"{i}"], "q").ContentHash()).ToArray();
        bool[] held = [.. hashes.Select(h => HeldOutSplit.IsHeldOut(h, 0.2, seed: 1))];
        held.Count(h => h).ShouldBeInRange(150, 250);
        hashes.Select(h => HeldOutSplit.IsHeldOut(h, 0.5, seed: 1)).Zip(held).ShouldAllBe(pair => pair.First || !pair.Second);
        hashes.Count(h => HeldOutSplit.IsHeldOut(h, 0, 1)).ShouldBe(0);
        hashes.Count(h => HeldOutSplit.IsHeldOut(h, 1, 1)).ShouldBe(1000);
    }

    public void Dispose() => _folder.Dispose();
}
