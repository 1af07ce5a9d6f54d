using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Tokenization;

namespace Attribution.Tests.Data;

public sealed class DatasetRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DuckDB_reads_each_column_as_it_was_written_with_its_nulls_and_empty_lists()
    {
        DatasetRow[] rows =
        [
            new(7, new MessageConversation([new("user", "hi"), new("assistant", "")]), new TokenConversation([1, 2], [false, true]), """{"a":1}"""),
            new(3, new TokenConversation([], []), new MessageConversation([new("assistant", "日本 🙂 longer than twelve")])),
            new(9, new MessageConversation([]), null),
        ];
        DatasetRows.Write(_folder["rows.parquet"], rows).ShouldBe(3);
        using var db = DuckDbDatabase.Open();
        db.QueryStrings($"SELECT x::VARCHAR FROM {Sql.Literal(_folder["rows.parquet"])} x").ShouldBe([
            Text(7, "[{'role': user, 'content': hi}, {'role': assistant, 'content': ''}]", "NULL", "NULL", "NULL", "[1, 2]", "[false, true]", "'{\"a\":1}'"),
            Text(3, "NULL", "[]", "[]", "[{'role': assistant, 'content': 日本 🙂 longer than twelve}]", "NULL", "NULL", "NULL"),
            Text(9, "[]", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"),
        ]);
        db.QueryStrings($"SELECT column_name || ' ' || column_type FROM (DESCRIBE FROM {Sql.Literal(_folder["rows.parquet"])})").ShouldBe([
            "idx BIGINT", "treatment_messages STRUCT(\"role\" VARCHAR, \"content\" VARCHAR)[]", "treatment_tokens INTEGER[]", "treatment_keep BOOLEAN[]",
            "control_messages STRUCT(\"role\" VARCHAR, \"content\" VARCHAR)[]", "control_tokens INTEGER[]", "control_keep BOOLEAN[]", "metadata VARCHAR",
        ]);

        static string Text(int index, string messages, string tokens, string keep, string otherMessages, string otherTokens, string otherKeep,
            string metadata) =>
            $"{{'idx': {index}, 'treatment_messages': {messages}, 'treatment_tokens': {tokens}, 'treatment_keep': {keep}, "
            + $"'control_messages': {otherMessages}, 'control_tokens': {otherTokens}, 'control_keep': {otherKeep}, 'metadata': {metadata}}}";
    }

    [Fact]
    public void Equal_rows_give_equal_bytes_and_all_come_back()
    {
        DatasetRow[] rows = [.. Enumerable.Range(0, 5000).Select(i => new DatasetRow(
            i, new MessageConversation([new("user", $"{i}"), new("assistant", new string('x', i % 50))]), null, $$"""{"i":{{i}}}"""))];
        DatasetRows.Write(_folder["a.parquet"], rows).ShouldBe(5000);
        DatasetRows.Write(_folder["b.parquet"], rows);
        File.ReadAllBytes(_folder["b.parquet"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["a.parquet"])).ShouldBeTrue();
        DatasetRows.Read(_folder["a.parquet"]).Select(row => (row.Index, row.ContentHash, row.MetadataJson))
            .ShouldBe(rows.Select(row => (row.Index, row.ContentHash, row.MetadataJson)));
    }

    [Fact]
    public void No_rows_are_a_file_without_rows()
    {
        DatasetRows.Write(_folder["none.parquet"], []).ShouldBe(0);
        using var db = DuckDbDatabase.Open();
        db.QueryNumber($"SELECT count(*) FROM {Sql.Literal(_folder["none.parquet"])}").ShouldBe(0);
    }

    // In UTF-16 the emoji comes before the full-width tilde, in UTF-8 after it; a reader that skips by the wrong order finds neither.
    [Theory]
    [InlineData("🙂")]
    [InlineData("～")]
    public void A_query_finds_metadata_whatever_signs_it_has(string sign)
    {
        DatasetRows.Write(_folder["rows.parquet"], new[] { "🙂", "～", "a" }.Select((text, i) => new DatasetRow(
            i, new MessageConversation([new("assistant", text)]), null, $$"""{"x":"{{text}}"}""")));
        using var db = DuckDbDatabase.Open();
        var texts = db.QueryStrings($"SELECT metadata FROM {Sql.Literal(_folder["rows.parquet"])} WHERE metadata->>'x' = '{sign}'");
        db.QueryNumber($"SELECT count(*) FROM {Sql.Literal(_folder["rows.parquet"])} WHERE metadata = {Sql.Literal(texts.ShouldHaveSingleItem())}").ShouldBe(1);
        DatasetRows.Read(_folder["rows.parquet"]).Count(row => row.Metadata["x"].GetString() == sign).ShouldBe(1);
    }

    [Fact]
    public void An_exception_among_the_rows_reaches_the_caller_and_leaves_no_file()
    {
        Should.Throw<TimeoutException>(() => DatasetRows.Write(_folder["x.parquet"], Failing()));
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();

        static IEnumerable<DatasetRow> Failing()
        {
            for (var i = 0; i < 3000; i++)
                yield return new DatasetRow(i, new MessageConversation([new("assistant", "fine")]), null);
            throw new TimeoutException();
        }
    }
}
