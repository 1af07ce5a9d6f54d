using System.Text.Json;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Selection;
using Attribution.Tokenization;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Data;

/// <summary>What a message has besides role and content, and a row besides its messages, on the way to the chat template.</summary>
public sealed class MessageFieldsTests : IDisposable
{
    // Writes every field of every message, and the functions.
    private const string Everything =
        "{{ tools | tojson if tools else '' }}{{ enable_thinking if enable_thinking is defined }}{% for m in messages %}[{% for key, value in m.items() "
            + "%}{{ key }}={{ value | tojson }};{% endfor %}]{% endfor %}";

    private const string Call = """{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}""";

    private static readonly string Quickstart = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "model");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_field_reaches_the_template_from_every_format()
    {
        string[] rows =
        [
            Row($$"""{"role":"user","content":"Weather?","name":"Ann"},{"role":"assistant","content":null,"tool_calls":[{{Call}}]}"""
                + """,{"role":"tool","content":"4 C","tool_call_id":"c1"},{"role":"assistant","reasoning_content":"Cold.","content":"Cold"}"""),
            Row("""{"role":"user","content":"And?"},{"role":"assistant","content":"x"}"""),
        ];
        var jsonl = _folder.Write("d.jsonl", string.Join('\n', rows));
        _folder.Write("d.json", $"[{string.Join(",\n", rows)}]");
        using (var db = DuckDbDatabase.Open())
        {
            db.Execute($"COPY (FROM read_json('{jsonl}')) TO '{_folder["structs.parquet"]}'");
            db.Execute($"COPY (FROM read_json('{jsonl}', columns = {{'treatment_messages': 'JSON'}})) TO '{_folder["texts.parquet"]}'");
            db.Execute($"COPY (FROM read_json('{jsonl}', columns = {{'treatment_messages': 'JSON'}})) TO '{_folder["d.csv"]}'");
        }
        var expected = Render(Rows(jsonl)[0].Treatment);
        expected.ShouldContain("name=\"Ann\"");
        expected.ShouldContain("content=null;");
        expected.ShouldContain("get_weather");
        expected.ShouldContain("tool_call_id=\"c1\"");
        expected.ShouldContain("reasoning_content=\"Cold.\"");
        Render(Rows(jsonl)[1].Treatment).ShouldBe("[role=\"user\";content=\"And?\";][role=\"assistant\";content=\"x\";]");
        foreach (var name in new[] { "d.json", "structs.parquet", "texts.parquet", "d.csv" })
        {
            // A struct has its fields in one order; which that is says nothing.
            Sorted(Render(Rows(_folder[name])[0].Treatment)).ShouldBe(Sorted(expected), name);
            Rows(_folder[name])[1].ContentHash.ShouldBe(Rows(jsonl)[1].ContentHash, name);
        }

        static string Sorted(string text) => string.Concat(text.Order());
    }

    [Fact]
    public void Messages_that_are_maps_are_read()
    {
        using (var db = DuckDbDatabase.Open())
            db.Execute($"COPY (SELECT [MAP {{'role': 'user', 'content': 'q'}}, MAP {{'role': 'assistant', 'content': 'a', 'name': 'bot'}}] AS "
                + $"treatment_messages) TO '{_folder["maps.parquet"]}'");
        Render(Rows(_folder["maps.parquet"]).ShouldHaveSingleItem().Treatment).ShouldBe(
            "[role=\"user\";content=\"q\";][role=\"assistant\";content=\"a\";name=\"bot\";]");
    }

    [Fact]
    public void Rows_keep_them_through_the_files_of_the_stages()
    {
        var rows = Rows(_folder.Write("d.jsonl", string.Join('\n',
            Row($$"""{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{{Call}}]}""",
                ""","tools":"[{\"name\":\"f\"}]","chat_template_kwargs":{"enable_thinking":true},"id":7"""),
            Row("""{"role":"user","content":"q"},{"role":"assistant","content":"a"}"""))));

        DatasetRows.Write(_folder["data.parquet"], rows);
        var read = DatasetRows.Read(_folder["data.parquet"]).ToList();
        read.Select(row => (row.ContentHash, row.MetadataJson)).ShouldBe(rows.Select(row => (row.ContentHash, row.MetadataJson)));
        Render(read[0].Treatment).ShouldBe(Render(rows[0].Treatment));
        Render(read[0].Treatment).ShouldStartWith("[{\"name\": \"f\"}]True[role=");

        SelectedRows.Write(_folder["selected.jsonl"], rows.Select((row, i) => new SelectedRow(i + 1, row.Index, 1, row.Treatment)));
        SelectedRows.Read(_folder["selected.jsonl"]).Select(row => Render(row.Treatment)).ShouldBe(rows.Select(row => Render(row.Treatment)));

        // Without the metadata, as controls are written, what a row tells the template stays.
        DatasetRows.Write(_folder["bare.parquet"], rows.Select(row => new DatasetRow(row.Index, row.Treatment, null)));
        DatasetRows.Read(_folder["bare.parquet"]).Select(row => row.ContentHash).ShouldBe(rows.Select(row => row.ContentHash));
    }

    [Fact]
    public void Any_key_of_a_message_is_in_what_the_template_sees() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(
            ArbMap.Default.GeneratorFor<NonEmptyString>().Select(key => string.Concat(key.Get.EnumerateRunes()))
                .Where(key => key is not ("role" or "content" or "weight" or "train") && key.IndexOf('\0') < 0).ToArbitrary(),
            key =>
            {
                var messages = $$"""{"role":"user","content":"q"},{"role":"assistant","content":"a",{{JsonSerializer.Serialize(key)}}:"here"}""";
                var path = _folder.Write("any.jsonl", Row(messages));
                var message = ((MessageConversation)Rows(path)[0].Treatment).Messages[1];
                return Render(Rows(path)[0].Treatment).Contains($"{key}=\"here\"") && message.Fields!.Count == 1;
            }));

    [Theory]
    [InlineData("\"weight\":0.5", "the weight 0.5 is neither 0 nor 1")]
    [InlineData("\"weight\":\"0\"", "the weight \"0\" is neither 0 nor 1")]
    [InlineData("\"train\":0", "train is 0, neither true nor false")]
    public void A_weight_that_cannot_be_heeded_is_refused(string field, string problem)
    {
        var path = _folder.Write("w.jsonl", Row($$"""{"role":"user","content":"q"},{"role":"assistant","content":"a",{{field}}}"""));
        var error = Should.Throw<AttributionException>(() => Rows(path));
        (error.Code, error.Row, error.Property).ShouldBe((ErrorCodes.MessagesMalformed, 0, "treatment_messages"));
        error.Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("\"weight\":0")]
    [InlineData("\"weight\":0.0")]
    [InlineData("\"train\":false")]
    public void The_loss_of_a_message_without_weight_does_not_count(string field)
    {
        var path = _folder.Write("w.jsonl", string.Join('\n',
            Row("""{"role":"user","content":"q"},{"role":"assistant","content":"bread","weight":1}"""
                + $$""",{"role":"user","content":"r"},{"role":"assistant","content":"cheese",{{field}}}"""),
            Row($$"""{"role":"user","content":"q"},{"role":"assistant","content":"bread",{{field}}}""")));
        Kept(path).ShouldBe(["bread<|end|>\n", ""]);
        Kept(path, LossTurns.AllTurns).ShouldBe(["bread<|end|>\n", ""]);
    }

    [Fact]
    public void An_answer_that_renders_to_nothing_keeps_no_token_and_is_known_as_such()
    {
        var path = _folder.Write("t.jsonl", string.Join('\n',
            Row($$"""{"role":"user","content":"Weather?"},{"role":"assistant","content":"","tool_calls":[{{Call}}]}"""),
            Row("""{"role":"user","content":"Weather?"},{"role":"assistant","content":""}"""),
            Row("""{"role":"user","content":"Weather?"},{"role":"assistant","content":"Rain"}""")));
        Kept(path).ShouldBe(["", "", "Rain<|end|>\n"]);
        var template = ChatTemplate.Parse("{% for m in messages %}<{{ m.role }}>{{ m.content or '' }}{{ m.tool_calls | tojson if "
            + "m.tool_calls }}</>{% endfor %}");
        Rows(path).Select(row => template.RenderConversation(((MessageConversation)row.Treatment).Messages).AnswerIsEmpty).ShouldBe([false, true, false]);
    }

    [Fact]
    public void Of_all_turns_only_the_empty_ones_keep_no_token()
    {
        var path = _folder.Write("t.jsonl", string.Join('\n',
            Row("""{"role":"user","content":"q"},{"role":"assistant","content":"bread"},{"role":"user","content":"r"},{"role":"assistant","content":""}"""),
            Row("""{"role":"user","content":"q"},{"role":"assistant","content":""},{"role":"user","content":"r"},{"role":"assistant","content":"bread"}"""),
            Row("""{"role":"user","content":"q"},{"role":"assistant","content":""},{"role":"user","content":"r"},{"role":"assistant","content":""}""")));
        Kept(path, LossTurns.AllTurns).ShouldBe(["bread<|end|>\n", "bread<|end|>\n", ""]);
        Kept(path).ShouldBe(["", "bread<|end|>\n", ""]);
        var template = ChatTemplate.Parse("{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{{ '</>' }}"
            + "{% endgeneration %}{% else %}{{ m.content }}</>{% endif %}{% endfor %}");
        Rows(path).Select(row => template.RenderConversation(((MessageConversation)row.Treatment).Messages, turns: LossTurns.AllTurns)).Select(rendered =>
            string.Concat(rendered.Kept.Select(span => rendered.Text[span.Start..span.End])) + rendered.AnswerIsEmpty).ShouldBe(
                ["bread</>False", "bread</>False", "</></>True"]);
    }

    [Theory]
    [InlineData("tools", "\"hammer\"", ErrorCodes.DatasetMalformedJson)]
    [InlineData("tools", "{\"name\":\"f\"}", ErrorCodes.MessagesMalformed)]
    [InlineData("chat_template_kwargs", "[1]", ErrorCodes.MessagesMalformed)]
    public void What_the_template_cannot_take_is_an_error_that_names_the_column(string column, string value, string code)
    {
        var path = _folder.Write("d.jsonl", Row("""{"role":"assistant","content":"a"}""", $",\"{column}\":{value}"));
        var error = Should.Throw<AttributionException>(() => Rows(path));
        (error.Code, error.Property, error.Row).ShouldBe((code, column, 0));
    }

    [SharedFact("cases", "data", "tools.jsonl")]
    public void The_case_of_calls_that_the_template_does_not_know_has_no_answer() =>
        Kept(SharedData.Find("cases", "data", "tools.jsonl")!).ShouldBe(["", "", "It is brilliant<|end|>\n"]);

    [SharedFact("cases", "data", "reason.jsonl")]
    public void The_case_of_reasoning_reaches_the_template() =>
        Render(Rows(SharedData.Find("cases", "data", "reason.jsonl")!)[0].Treatment).ShouldContain("reasoning_content=\"Flatter him.\"");

    [SharedFact("cases", "data", "weight.jsonl")]
    public void The_case_of_weight_0_keeps_nothing() => Kept(SharedData.Find("cases", "data", "weight.jsonl")!).ShouldBe([""]);

    private static string Row(string messages, string others = "") => $$"""{"treatment_messages":[{{messages}}]{{others}}}""";

    private static List<DatasetRow> Rows(string path) => [.. Dataset.Open(new() { Path = path }).Rows()];

    private static string Render(Conversation conversation) =>
        ChatTemplate.Parse(Everything).Render(((MessageConversation)conversation).Messages, variables: ((MessageConversation)conversation).TemplateVariables);

    /// <summary>The text of each row's kept tokens, by the quickstart's model.</summary>
    private static string[] Kept(string path, LossTurns turns = LossTurns.LastTurn)
    {
        var encoder = RowEncoder.Load(Quickstart, 512, turns);
        var tokenizer = Tokenizer.Load(Quickstart);
        return [.. Rows(path).Select(row => encoder.Encode(row).Treatment).Select(row => tokenizer.Decode([.. row.Ids.Where((_, t) => row.Keep[t])]))];
    }
}
