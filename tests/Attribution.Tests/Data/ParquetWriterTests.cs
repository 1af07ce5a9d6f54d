using System.Collections;
using Attribution.Data.DuckDb;
using Attribution.Data.Parquet;
using Attribution.Tokenization;

namespace Attribution.Tests.Data;

public sealed class ParquetWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_kind_of_column_is_read_back_by_DuckDB_as_written()
    {
        var flag = new NumberColumn<bool>("flag") { Values = new[] { true, false, true } };
        var text = new TextColumn("te\"xt") { Values = ["a", null, "日本 🙂 longer than twelve"] };
        var tokens = new NumberListColumn<int>("tokens") { Values = [[1, 2, 3], null, []] };
        var messages = new MessagesColumn("messages") { Values = [[new("user", "hi"), new("assistant", "")], null, []] };
        using (var writer = new ParquetWriter(_folder["x.parquet"], [flag, text, tokens, messages]))
        {
            writer.Append();
            writer.Complete();
        }
        using var db = DuckDbConnection.Open();
        db.QueryStrings($"SELECT x::VARCHAR FROM {Sql.Literal(_folder["x.parquet"])} x").ShouldBe([
            """{'flag': true, 'te"xt': a, 'tokens': [1, 2, 3], 'messages': [{'role': user, 'content': hi}, {'role': assistant, 'content': ''}]}""",
            """{'flag': false, 'te"xt': NULL, 'tokens': NULL, 'messages': NULL}""",
            """{'flag': true, 'te"xt': 日本 🙂 longer than twelve, 'tokens': [], 'messages': []}""",
        ]);
    }

    [Fact]
    public void An_exception_while_a_batch_is_copied_reaches_the_caller_and_leaves_no_file()
    {
        var text = new TextColumn("text") { Values = new Failing() };
        using (var writer = new ParquetWriter(_folder["x.parquet"], [text]))
            Should.Throw<TimeoutException>(writer.Append);
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    private sealed class Failing : IReadOnlyList<string?>
    {
        public int Count => 5000;

        public string? this[int index] => index < 3000 ? "fine" : throw new TimeoutException();

        public IEnumerator<string?> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException();
    }
}
