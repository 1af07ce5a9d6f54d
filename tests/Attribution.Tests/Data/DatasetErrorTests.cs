using System.IO.Compression;
using System.Text;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data;

/// <summary>Whatever is wrong with a dataset is said with a code, the file, the row or column, and what to do.</summary>
public sealed partial class DatasetErrorTests : IDisposable
{
    private const string Good = """{"treatment_messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_file_is_named() =>
        Fails(_folder["gone.jsonl"], ErrorCodes.DatasetNotFound).Message.ShouldContain("gone.jsonl");

    [Fact]
    public void A_glob_without_files_is_a_missing_file() => Fails(_folder["*.parquet"], ErrorCodes.DatasetNotFound);

    [Fact]
    public void A_folder_is_no_file() => Fails(_folder.Path, ErrorCodes.DatasetNotFound).Message.ShouldContain("*.parquet");

    [Theory]
    [InlineData("d.xlsx")]
    [InlineData("d.parquet.gz")]
    [InlineData("d")]
    public void An_unknown_extension_lists_the_known(string name) =>
        Fails(_folder.Write(name, "x"), ErrorCodes.DatasetFormatUnknown).Message.ShouldContain(".jsonl");

    [Fact]
    public void Files_of_several_formats_are_no_dataset()
    {
        _folder.Write("d.csv", "a\n");
        _folder.Write("d.jsonl", Good);
        Fails(_folder["d.*"], ErrorCodes.DatasetFormatUnknown);
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no Parquet, whatever its name")]
    public void A_file_that_is_not_Parquet_is_said_to_be_none(string text) =>
        Fails(_folder.Write("d.parquet", text), ErrorCodes.DatasetUnreadable).Message.ShouldContain("Parquet");

    [Fact]
    public void A_truncated_Parquet_file_is_unreadable()
    {
        Copy("SELECT [{'role': 'assistant', 'content': repeat('x', 100)}] AS treatment_messages FROM range(1000)", "d.parquet");
        var bytes = File.ReadAllBytes(_folder["d.parquet"]);
        File.WriteAllBytes(_folder["d.parquet"], bytes[..(bytes.Length / 2)]);
        Fails(_folder["d.parquet"], ErrorCodes.DatasetUnreadable);
    }

    [Theory]
    [InlineData("{\"treatment_messages\": [}", 2, 1)]
    [InlineData("{\"a\": 1} {\"b\": 2}", 2, 1)]
    [InlineData("{\"a\": \"\\ud800\"}", 2, 1)]
    [InlineData("nonsense", 2, 1)]
    public void A_malformed_line_is_named_by_its_number(string line, int lineNumber, int row)
    {
        var error = Fails(_folder.Write("d.jsonl", $"{Good}\n{line}\n{Good}\n"), ErrorCodes.DatasetMalformedJson);
        error.Message.ShouldContain($"line {lineNumber}");
        error.Row.ShouldBe(row);
    }

    [Fact]
    public void A_malformed_line_far_into_a_compressed_file_is_found_past_blank_lines()
    {
        var text = string.Concat(Enumerable.Repeat($"{Good}\n\n", 5000)) + "{\"broken\": \n";
        using (var file = new GZipStream(File.Create(_folder["d.jsonl.gz"]), CompressionLevel.Fastest))
            file.Write(Encoding.UTF8.GetBytes(text));
        var error = Fails(_folder["d.jsonl.gz"], ErrorCodes.DatasetMalformedJson);
        error.Message.ShouldContain("line 10001,");
        error.Row.ShouldBe(5000);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_malformed()
    {
        File.WriteAllBytes(_folder["d.jsonl"], [.. Encoding.UTF8.GetBytes($"{Good}\n{{\"a\": \""), 0xFF, .. "\"}\n"u8]);
        Fails(_folder["d.jsonl"], ErrorCodes.DatasetMalformedJson).Message.ShouldContain("line 2");
    }

    [Fact]
    public void A_malformed_array_is_named_by_its_line() =>
        Fails(_folder.Write("d.json", $"[\n{Good},\n{{\"a\":,}}\n]"), ErrorCodes.DatasetMalformedJson).Message.ShouldContain("line 3");

    [Fact]
    public void A_row_of_CSV_with_too_many_cells_is_named_by_its_line() =>
        Fails(_folder.Write("d.csv", "treatment_messages,x\na,b\na,b,c\n"), ErrorCodes.DatasetUnreadable).Message.ShouldContain("Line: 3");

    [Theory]
    [InlineData("d.jsonl", "{\"dialogue\": [], \"trait\": \"x\"}")]
    [InlineData("d.json", "[{\"dialogue\": [], \"trait\": \"x\"}]")]
    [InlineData("d.csv", "dialogue,trait\n[],x\n")]
    public void A_missing_column_lists_the_columns_there_are(string name, string text)
    {
        var error = Fails(_folder.Write(name, text), ErrorCodes.DatasetColumnMissing);
        error.Property.ShouldBe("treatment_messages");
        error.Message.ShouldContain("dialogue, trait");
    }

    [Fact]
    public void A_missing_control_column_is_an_error_only_where_one_is_required()
    {
        _folder.Write("d.jsonl", Good);
        Fails(_folder["d.jsonl"], ErrorCodes.DatasetColumnMissing, requireControl: true).Property.ShouldBe("control_messages");
        Dataset.Open(new() { Path = _folder["d.jsonl"] }).Rows().ShouldHaveSingleItem();
    }

    [Fact]
    public void Tokens_without_a_keep_column_lack_a_column()
    {
        Copy("SELECT [1, 2] AS treatment_tokens", "d.parquet");
        Fails(_folder["d.parquet"], ErrorCodes.DatasetColumnMissing).Property.ShouldBe("treatment_keep");
    }

    [Theory]
    [InlineData("1 AS treatment_messages", "INTEGER")]
    [InlineData("['a'] AS treatment_messages", "list of VARCHAR")]
    [InlineData("[{'role': 'assistant'}] AS treatment_messages", "struct (role")]
    [InlineData("[{'role': 'assistant', 'content': [1]}] AS treatment_messages", "content: a list")]
    [InlineData("[1.5] AS treatment_tokens, [true] AS treatment_keep", "list of")]
    [InlineData("[1] AS treatment_tokens, ['x'] AS treatment_keep", "list of VARCHAR")]
    public void A_column_of_a_wrong_type_is_described(string select, string described)
    {
        Copy($"SELECT {select}", "d.parquet");
        Fails(_folder["d.parquet"], ErrorCodes.DatasetColumnType).Message.ShouldContain(described);
    }

    [Theory]
    [InlineData("d.csv", "treatment_messages,x,X\n[],1,2\n", "x")]
    [InlineData("d.jsonl", "{\"treatment_messages\":[{\"role\":\"assistant\",\"content\":\"a\"}],\"k\":1,\"k\":2}", "k")]
    public void Two_columns_of_one_name_are_refused(string name, string text, string column) =>
        Fails(_folder.Write(name, text), ErrorCodes.DatasetColumnDuplicate).Property.ShouldBe(column);

    [Theory]
    [InlineData("d.jsonl", "")]
    [InlineData("d.jsonl", "\n\n")]
    [InlineData("d.json", "[]")]
    [InlineData("d.csv", "")]
    [InlineData("d.csv", "treatment_messages\n")]
    public void An_empty_dataset_is_an_error(string name, string text)
    {
        Fails(_folder.Write(name, text), ErrorCodes.DatasetEmpty);
        Should.Throw<AttributionException>(() => Dataset.Open(new() { Path = _folder[name] }).CountRows()).Code.ShouldBe(ErrorCodes.DatasetEmpty);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7L)]
    public void A_filter_that_leaves_nothing_is_an_empty_dataset(long? seed)
    {
        var error = Fails(_folder.Write("d.jsonl", Good), ErrorCodes.DatasetEmpty, filter: "1 = 2", seed: seed);
        error.Property.ShouldBe("Filter");
        error.Message.ShouldContain("1 = 2");
    }

    [Theory]
    [InlineData("d.jsonl", false)]
    [InlineData("d.jsonl", true)]
    [InlineData("d.json", false)]
    [InlineData("d.json", true)]
    [InlineData("d.jsonl.gz", true)]
    public void A_row_that_is_nested_without_end_is_named_and_no_native_parser_follows_it(string name, bool filter)
    {
        foreach (var depth in (int[])[65, 3_000, 100_000, 5_000_000])
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(name.EndsWith(".json", StringComparison.Ordinal) ? "[" : "",
                Good.Replace("{\"treatment", "{\"s\":\"]]\\\"]\",\"treatment"),
                name.EndsWith(".json", StringComparison.Ordinal) ? ",\n" : "\n", "{\"metadata\":", new string('[', depth), new string(']', depth), "}",
                    name.EndsWith(".json", StringComparison.Ordinal) ? "]" : ""));
            using (var file = File.Create(_folder[name]))
            using (var content = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Compress) : (Stream)file)
                content.Write(bytes);
            var error = Fails(_folder[name], ErrorCodes.DatasetMalformedJson, filter: filter ? "treatment_messages IS NOT NULL" : null);
            error.Row.ShouldBe(1);
            error.Message.ShouldContain("64");
        }
        var deepest = new string('[', 62) + new string(']', 62);
        File.WriteAllText(_folder["fine.jsonl"], Good.Replace("{\"treatment", $"{{\"metadata\":{deepest},\"treatment"));
        Dataset.Open(new() { Path = _folder["fine.jsonl"], Filter = filter ? "metadata IS NOT NULL" : null }).Rows().ShouldHaveSingleItem();
    }

    [Fact]
    public void Take_below_one_is_refused() =>
        Should.Throw<AttributionException>(() => Dataset.Open(new() { Path = _folder.Write("d.jsonl", Good), Take = 0 })).Property.ShouldBe("Take");

    [Theory]
    [InlineData("null", ErrorCodes.RowNotAnObject)]
    [InlineData("[1]", ErrorCodes.RowNotAnObject)]
    [InlineData("\"text\"", ErrorCodes.RowNotAnObject)]
    [InlineData("{\"other\": 1}", ErrorCodes.RowWithoutTreatment)]
    [InlineData("{\"treatment_messages\": null}", ErrorCodes.RowWithoutTreatment)]
    [InlineData("{\"treatment_messages\": []}", ErrorCodes.RowWithoutTreatment)]
    [InlineData("{\"treatment_messages\": [{\"role\": \"user\", \"content\": \"q\"}]}", ErrorCodes.ConversationWithoutAssistant)]
    [InlineData("{\"treatment_messages\": [{\"content\": \"q\"}]}", ErrorCodes.MessagesMalformed)]
    [InlineData("{\"treatment_messages\": [{\"role\": \"assistant\"}]}", ErrorCodes.MessagesMalformed)]
    [InlineData("{\"treatment_messages\": [{\"role\": \"assistant\", \"content\": null}]}", ErrorCodes.MessagesMalformed)]
    [InlineData("{\"treatment_messages\": [{\"role\": \"assistant\", \"content\": [{\"type\": \"text\"}]}]}", ErrorCodes.MessagesMalformed)]
    [InlineData("{\"treatment_messages\": [\"hello\"]}", ErrorCodes.MessagesMalformed)]
    [InlineData("{\"treatment_messages\": {\"role\": \"assistant\"}}", ErrorCodes.MessagesMalformed)]
    [InlineData("{\"treatment_messages\": 7}", ErrorCodes.MessagesMalformed)]
    [InlineData("{\"treatment_messages\": \"[{\"}", ErrorCodes.DatasetMalformedJson)]
    [InlineData("{\"treatment_tokens\": [1, -2], \"treatment_keep\": [true, true]}", ErrorCodes.TokensMalformed)]
    [InlineData("{\"treatment_tokens\": [1, 2.5], \"treatment_keep\": [true, true]}", ErrorCodes.TokensMalformed)]
    [InlineData("{\"treatment_tokens\": [1, 4294967296], \"treatment_keep\": [true, true]}", ErrorCodes.TokensMalformed)]
    [InlineData("{\"treatment_tokens\": [], \"treatment_keep\": []}", ErrorCodes.TokensMalformed)]
    [InlineData("{\"treatment_tokens\": [1], \"treatment_keep\": [2]}", ErrorCodes.TokensMalformed)]
    [InlineData("{\"treatment_tokens\": [1]}", ErrorCodes.TokensMalformed)]
    [InlineData("{\"treatment_tokens\": [1, 2], \"treatment_keep\": [true]}", ErrorCodes.KeepLengthDiffers)]
    public void A_bad_row_is_named_by_its_index(string row, string code)
    {
        // The rows before it are enough for every column to be known.
        var first = """{"treatment_tokens":[1],"treatment_keep":[true],"treatment_messages":null}""";
        var error = Fails(_folder.Write("d.jsonl", $"{Good}\n{first}\n{row}\n"), code);
        error.Row.ShouldBe(2);
        error.Property.ShouldNotBeNullOrEmpty();
        error.Message.ShouldContain("row 2");
    }

    [Theory]
    [InlineData("NULL::STRUCT(role VARCHAR, content VARCHAR)[] AS treatment_messages", ErrorCodes.RowWithoutTreatment)]
    [InlineData("[{'role': 'assistant', 'content': NULL::VARCHAR}] AS treatment_messages", ErrorCodes.MessagesMalformed)]
    [InlineData("[{'role': NULL::VARCHAR, 'content': 'x'}] AS treatment_messages", ErrorCodes.MessagesMalformed)]
    [InlineData("[NULL::STRUCT(role VARCHAR, content VARCHAR)] AS treatment_messages", ErrorCodes.MessagesMalformed)]
    [InlineData("[{'role': 'user', 'content': 'x'}] AS treatment_messages", ErrorCodes.ConversationWithoutAssistant)]
    [InlineData("[1, -1] AS treatment_tokens, [true, true] AS treatment_keep", ErrorCodes.TokensMalformed)]
    [InlineData("[1, NULL] AS treatment_tokens, [true, true] AS treatment_keep", ErrorCodes.TokensMalformed)]
    [InlineData("[18446744073709551615::UBIGINT] AS treatment_tokens, [true] AS treatment_keep", ErrorCodes.TokensMalformed)]
    [InlineData("[1, 2] AS treatment_tokens, [true, NULL] AS treatment_keep", ErrorCodes.TokensMalformed)]
    [InlineData("[1, 2] AS treatment_tokens, [true, true, true] AS treatment_keep", ErrorCodes.KeepLengthDiffers)]
    public void A_bad_row_of_Parquet_is_named_by_its_index(string select, string code)
    {
        Copy($"SELECT {select}", "d.parquet");
        Fails(_folder["d.parquet"], code).Row.ShouldBe(0);
    }

    [Fact]
    public void A_row_without_control_is_an_error_only_where_one_is_required()
    {
        _folder.Write("d.jsonl", $"{Good.Replace("{\"treatment", "{\"control_messages\":[{\"role\":\"assistant\",\"content\":\"c\"}],\"treatment")}\n{Good}\n");
        Fails(_folder["d.jsonl"], ErrorCodes.RowWithoutControl, requireControl: true).Row.ShouldBe(1);
        Dataset.Open(new() { Path = _folder["d.jsonl"] }).Rows().Last().Control.ShouldBeNull();
    }

    [Fact]
    public void Rows_that_are_not_taken_may_be_wrong()
    {
        _folder.Write("d.jsonl", $"{Good}\n{{}}\n");
        Dataset.Open(new() { Path = _folder["d.jsonl"], Take = 1 }).Rows().ShouldHaveSingleItem();
        Dataset.Open(new() { Path = _folder["d.jsonl"], Filter = "treatment_messages IS NOT NULL" }).Rows().ShouldHaveSingleItem();
    }

    private AttributionException Fails(string path, string code, string? filter = null, bool requireControl = false, long? seed = null, string? file = null)
    {
        var error = Should.Throw<AttributionException>(() =>
            Dataset.Open(new() { Path = path, Filter = filter, RequireControl = requireControl, Seed = seed, Take = seed is null ? null : 5 }).Rows().Count());
        error.Code.ShouldBe(code, error.Message);
        if (!path.Contains('*'))
            error.File.ShouldBe(path);
        if (file is not null)
            error.File.ShouldBe(file);
        return error;
    }

    private void Copy(string select, string name)
    {
        using var db = DuckDbDatabase.Open();
        db.Execute($"COPY ({select}) TO '{_folder[name]}'");
    }
}
