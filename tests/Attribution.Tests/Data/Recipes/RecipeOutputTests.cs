using System.Text.Json;
using Attribution.Data;
using Attribution.Data.Recipes;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Data.Recipes;

public sealed class RecipeOutputTests
{
    [Fact]
    public void Filter_take_and_seed_choose_as_they_do_from_a_file()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("rows.jsonl", string.Concat(Rows().Select(r =>
            $$"""{"treatment_messages":[{"role":"user","content":"q"},{"role":"assistant","content":"{{r.Index}}"}]"""
            + $$""","size":{{r.Index}},"kind":"{{(r.Index % 3 == 0 ? "a" : "b")}}"}""" + "\n")));
        var options = new DatasetOptions { Path = file };
        foreach (var chosen in new[]
        {
            options, options with { Take = 7 }, options with { Take = 7, Seed = 3 }, options with { Filter = "kind = 'a' AND size > 20" },
                options with { Filter = "size < 40", Take = 5, Seed = 1 },
        })
        {
            DatasetRow[] rows = [.. RecipeOutput.Choose(Rows(), chosen)];
            rows.Select(r => r.Index).ShouldBe(Dataset.Open(chosen).Rows().Select(r => r.Index));
            rows.Select(r => r.ContentHash).ShouldBe(Dataset.Open(chosen).Rows().Select(r => r.ContentHash));
            rows[0].Metadata["size"].GetInt64().ShouldBe(rows[0].Index);
        }
    }

    [Fact]
    public void Rows_of_tokens_pass_a_filter_as_they_are_and_keep_their_index()
    {
        DatasetRow[] rows =
        [
            new(5, new TokenConversation([1, 2], [false, true]), null, """{"n":1}"""),
            new(9, new TokenConversation([3, 4], [false, true]), null, """{"n":2}"""),
        ];
        var row = RecipeOutput.Choose(rows, new() { Path = "mine", Filter = "n = 2" }).ShouldHaveSingleItem();
        (row.Index, row.ContentHash).ShouldBe((9, rows[1].ContentHash));
    }

    [Fact]
    public void A_filter_leaves_the_variables_of_the_chat_template()
    {
        var variables = new Dictionary<string, JsonElement>
        {
            ["tools"] = JsonElement.Parse("""[{"name":"look"}]"""),
            ["enable_thinking"] = JsonElement.Parse("false"),
        };
        DatasetRow[] rows = [new(0, new MessageConversation([new("user", "q"), new("assistant", "a")]) { Variables = variables }, null)];
        RecipeOutput.Choose(rows, new() { Path = "mine", Filter = "true" }).ShouldHaveSingleItem().ContentHash.ShouldBe(rows[0].ContentHash);
    }

    [Theory]
    [InlineData("colour = 1", null, ErrorCodes.DatasetFilterInvalid, "Filter")]
    [InlineData("size > 1000", null, ErrorCodes.DatasetEmpty, "Filter")]
    [InlineData(null, 0L, ErrorCodes.DatasetOptionInvalid, "Take")]
    public void A_choice_that_cannot_be_made_is_an_error_of_the_dataset(string? filter, long? take, string code, string property)
    {
        var error = Should.Throw<AttributionException>(() => RecipeOutput.Choose(Rows(), new() { Path = "dolly", Filter = filter, Take = take }).Count());
        (error.Code, error.File, error.Property).ShouldBe((code, "dolly", property));
        error.Message.ShouldNotContain("rows.jsonl");
    }

    private static IEnumerable<DatasetRow> Rows() => Enumerable.Range(0, 60).Select(i =>
        new DatasetRow(i, new MessageConversation([new ChatMessage("user", "q"), new("assistant", $"{i}")]), null,
            $$"""{"size":{{i}},"kind":"{{(i % 3 == 0 ? "a" : "b")}}"}"""));
}
