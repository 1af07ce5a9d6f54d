using System.Text.Json;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data;

/// <summary>The ways in which people keep conversations, in every kind of file.</summary>
public sealed class RowFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string, string?, string> Rows => new()
    {
        { "messages", """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"id":1}""", "user:q|assistant:a", null, "id" },
        { "ShareGPT", """{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"system":"s","id":1}""",
            "system:s|user:q|assistant:a", null, "id" },
        { "ShareGPT",
            """{"conversations":[{"from":"system","value":"t"},{"from":"human","value":"q"}"""
            + """,{"from":"gpt","value":"a"},{"from":"observation","value":"o"},{"from":"gpt","value":"b"}],"system":"s","id":1}""",
            "system:t|user:q|assistant:a|tool:o|assistant:b", null, "system id" },
        { "prompt and completion", """{"prompt":"q","completion":"a","id":1}""", "user:q|assistant:a", null, "id" },
        { "prompt and completion",
            """{"prompt":[{"role":"system","content":"s"},{"role":"user","content":"q"}],"completion":[{"role":"assistant","content":"a"}],"id":1}""",
            "system:s|user:q|assistant:a", null, "id" },
        { "prompt and completion", """{"prompt":"q","completion":"a","system":"s","id":1}""", "system:s|user:q|assistant:a", null, "id" },
        { "preference pairs", """{"system":"s","prompt":"q","chosen":"a","rejected":"b","id":1}""", "system:s|user:q|assistant:a",
            "system:s|user:q|assistant:b", "id" },
        { "Alpaca", """{"instruction":"i","input":"","output":"a","id":1}""", "user:i|assistant:a", null, "id" },
        { "Alpaca", """{"instruction":"i","input":"n","output":"a","history":[["x","y"]],"id":1}""", "user:x|assistant:y|user:i\n\nn|assistant:a", null, "id" },
        { "preference pairs", """{"prompt":"q","chosen":"a","rejected":"[b]","id":1}""", "user:q|assistant:a", "user:q|assistant:[b]", "id" },
        { "preference pairs",
            """{"prompt":"q","chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]"""
            + ""","rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}],"id":1}""",
            "user:q|assistant:a", "user:q|assistant:b", "prompt id" },
        { "preference pairs",
            """{"prompt":"q","chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}],"id":1}""",
            "user:q|assistant:a", "user:q|assistant:b", "id" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void A_format_is_told_by_its_columns_and_read_alike_from_every_file(string title, string row, string treatment, string? control, string kept)
    {
        var path = _folder.Write("d.jsonl", row + "\n");
        using (var db = DuckDbDatabase.Open())
        {
            db.Execute($"COPY (FROM read_json('{path}')) TO '{_folder["d.parquet"]}'");
        }
        // Lists as JSON text, as CSV holds them.
        JsonProperty[] cells = [.. JsonElement.Parse(row).EnumerateObject()];
        var values = cells.Select(cell => $"\"{cell.Value.ToString().Replace("\"", "\"\"")}\"");
        _folder.Write("d.csv", $"{string.Join(',', cells.Select(cell => cell.Name))}\n{string.Join(',', values)}\n");
        foreach (var file in new[] { "d.jsonl", "d.parquet", "d.csv" })
        {
            var dataset = Dataset.Open(new() { Path = _folder[file], RequireControl = control is not null });
            dataset.ReadAs.ShouldBe(title, file);
            dataset.HasControl.ShouldBe(control is not null);
            var read = dataset.Rows().ShouldHaveSingleItem();
            Text(read.Treatment).ShouldBe(treatment, file);
            Text(read.Control).ShouldBe(control, file);
            read.Metadata.Keys.ShouldBe(kept.Split(' '), ignoreOrder: true, file);
        }
    }

    [Fact]
    public void Columns_of_several_formats_are_an_error_until_somebody_says_which()
    {
        const string messages = """[{"role":"user","content":"q"},{"role":"assistant","content":"m"}]""";
        var path = _folder.Write("d.jsonl", $$"""{"messages":{{messages}},"prompt":"q","chosen":"a","rejected":"b"}""");
        var error = Should.Throw<AttributionException>(() => Dataset.Open(new() { Path = path }));
        (error.Code, error.Property).ShouldBe((ErrorCodes.DatasetFormatAmbiguous, "Format"));
        error.Message.ShouldContain("messages (messages); preference (chosen, rejected)");

        Text(Dataset.Open(new() { Path = path, Format = "messages" }).Rows().Single().Treatment).ShouldBe("user:q|assistant:m");
        Text(Dataset.Open(new() { Path = path, Format = "preference" }).Rows().Single().Control).ShouldBe("user:q|assistant:b");
        var named = Dataset.Open(new() { Path = path, TreatmentColumn = "rejected", ControlColumn = "messages" });
        named.ReadAs.ShouldBe("treatments of rejected and controls of messages");
        var row = named.Rows().Single();
        (Text(row.Treatment), Text(row.Control)).ShouldBe(("user:q|assistant:b", "user:q|assistant:m"));
        row.Metadata.Keys.ShouldBe(["chosen"]);
    }

    [Theory]
    [InlineData("chatml", null, null, ErrorCodes.DatasetOptionInvalid, "Format")]
    [InlineData("alpaca", null, null, ErrorCodes.DatasetColumnMissing, "instruction")]
    [InlineData("messages", "messages", null, ErrorCodes.DatasetOptionInvalid, "Format")]
    [InlineData(null, null, "messages", ErrorCodes.DatasetOptionInvalid, "ControlColumn")]
    [InlineData(null, "answer", null, ErrorCodes.DatasetColumnMissing, "answer")]
    [InlineData("treatment", null, null, ErrorCodes.DatasetColumnMissing, "treatment_messages")]
    public void Options_that_cannot_be_are_named(string? format, string? treatment, string? control, string code, string property)
    {
        var path = _folder.Write("d.jsonl", """{"messages":[{"role":"assistant","content":"a"}]}""");
        var error = Should.Throw<AttributionException>(() =>
            Dataset.Open(new() { Path = path, Format = format, TreatmentColumn = treatment, ControlColumn = control }));
        (error.Code, error.Property).ShouldBe((code, property));
    }

    [Theory]
    [InlineData("""{"conversations":[{"from":"narrator","value":"q"}]}""", ErrorCodes.MessagesMalformed, "conversations")]
    [InlineData("""{"conversations":[{"from":"human"}]}""", ErrorCodes.MessagesMalformed, "conversations")]
    [InlineData("""{"conversations":null}""", ErrorCodes.RowWithoutTreatment, "conversations")]
    [InlineData("""{"chosen":"a","rejected":"b"}""", ErrorCodes.MessagesMalformed, "chosen")]
    [InlineData("""{"instruction":"i","output":7}""", ErrorCodes.MessagesMalformed, "output")]
    [InlineData("""{"messages":[{"role":"user","content":"q"}]}""", ErrorCodes.ConversationWithoutAssistant, "treatment_messages")]
    public void A_bad_row_is_named_with_its_column(string row, string code, string column)
    {
        var error = Should.Throw<AttributionException>(() => Dataset.Open(new() { Path = _folder.Write("d.jsonl", row) }).Rows().ToList());
        (error.Code, error.Property, error.Row).ShouldBe((code, column, 0));
    }

    [Fact]
    public void A_table_of_semicolons_is_read_as_one()
    {
        _folder.Write("d.csv", "instruction;output;score\n\"Say \"\"hi\"\"; now\";hi;1,5\n");
        var row = Dataset.Open(new() { Path = _folder["d.csv"] }).Rows().ShouldHaveSingleItem();
        Text(row.Treatment).ShouldBe("user:Say \"hi\"; now|assistant:hi");
        row.Metadata["score"].GetString().ShouldBe("1,5");
        Dataset.Open(new() { Path = _folder["d.csv"], Filter = "output = 'hi'" }).CountRows().ShouldBe(1);
    }

    [Theory]
    [InlineData("NULL")]
    [InlineData("NULL::INTEGER")]
    [InlineData("NULL::VARCHAR")]
    [InlineData("NULL::INTEGER[]")]
    public void A_control_column_that_is_null_in_every_row_is_none(string control)
    {
        using (var db = DuckDbDatabase.Open())
            db.Execute($"COPY (SELECT [{{'role': 'assistant', 'content': 'a'}}] AS treatment_messages, {control} AS control_messages FROM range(3)) "
                + $"TO '{_folder["n.parquet"]}'");
        Dataset.Open(new() { Path = _folder["n.parquet"] }).Rows().Select(row => row.Control).ShouldBe([null, null, null]);
        Should.Throw<AttributionException>(() => Dataset.Open(new()
        {
            Path = _folder["n.parquet"],
            RequireControl = true
        }).Rows().ToList()).Code.ShouldBe(ErrorCodes.RowWithoutControl);
    }

    [SharedFact("cases", "data", "nullcontrol.parquet")]
    public void The_case_of_a_null_control_column_has_no_controls() =>
        Dataset.Open(new() { Path = SharedData.Find("cases", "data", "nullcontrol.parquet")! }).Rows().ShouldAllBe(row => row.Control == null);

    [Theory]
    [InlineData("d.jsonl", 33)]
    [InlineData("d.csv", 16)]
    public void A_row_that_is_too_long_is_named_by_its_line(string name, int limit)
    {
        var text = new string('x', 1_100_000 * limit);
        _folder.Write(name, name == "d.csv" ? $"instruction,output\na,b\nc,{text}\n"
            : $"{{\"instruction\":\"a\",\"output\":\"b\"}}\n\n{{\"instruction\":\"a\",\"output\":\"{text}\"}}\n");
        var error = Should.Throw<AttributionException>(() => Dataset.Open(new() { Path = _folder[name] }).Rows().ToList());
        error.Code.ShouldBe(ErrorCodes.DatasetUnreadable);
        error.Message.ShouldContain($"a row of more than {limit} MB, in line 3");
        error.Message.ShouldNotContain("max_");
    }

    private static string? Text(Conversation? conversation) =>
        conversation is null ? null : string.Join('|', ((MessageConversation)conversation).Messages.Select(message => $"{message.Role}:{message.Content}"));
}
