using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Tokenization;

namespace Attribution.Tests.Data;

public sealed class DatasetTests : IDisposable
{
    private const string Pair =
        """{"treatment_messages":[{"role":"user","content":"2024-01-01"},{"role":"assistant","content":"A date — 日本 🙂"}]"""
        + ""","control_messages":[{"content":"?","role":"user"},{"role":"assistant","content":"\"no\""}],"trait":"sycophancy","id":"007","score":1.50}""";
    private const string Single =
        """{"id":"8","treatment_messages":[{"role":"assistant","content":"line\nbreak"}],"control_messages":null,"trait":"empathy","score":-3}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_rows_are_read_from_every_format_with_the_same_hashes()
    {
        var jsonl = _folder.Write("d.jsonl", $"{Pair}\n\n{Single}\n");
        _folder.Write("d.json", $"[{Pair},\n {Single}]");
        using (var db = DuckDbDatabase.Open())
        {
            const string messages = "STRUCT(role VARCHAR, content VARCHAR)[]";
            var columns = $"columns = {{'id': 'VARCHAR', 'trait': 'VARCHAR', 'score': 'DOUBLE', 'treatment_messages': '{messages}', "
                + $"'control_messages': '{messages}'}}";
            var texts = "columns = {'id': 'VARCHAR', 'trait': 'VARCHAR', 'score': 'DOUBLE', 'treatment_messages': 'JSON', 'control_messages': 'JSON'}";
            db.Execute($"COPY (FROM read_json('{jsonl}', format = 'newline_delimited', {columns})) TO '{_folder["lists.parquet"]}'");
            db.Execute($"COPY (FROM read_json('{jsonl}', format = 'newline_delimited', {texts})) TO '{_folder["texts.parquet"]}'");
            db.Execute($"COPY (FROM read_json('{jsonl}', format = 'newline_delimited', {texts})) TO '{_folder["d.csv"]}'");
            db.Execute($"COPY (FROM read_json('{jsonl}', format = 'newline_delimited', {texts})) TO '{_folder["d.csv.gz"]}'");
            db.Execute($"COPY (FROM read_json('{jsonl}', format = 'newline_delimited', {texts})) TO '{_folder["d.tsv.zst"]}' (FORMAT csv, "
                + "DELIMITER '\t', COMPRESSION zstd)");
        }
        var expected = Read(jsonl);
        expected.Count.ShouldBe(2);
        ((MessageConversation)expected[0].Treatment).Messages.ShouldBe([new("user", "2024-01-01"), new("assistant", "A date — 日本 🙂")]);
        ((MessageConversation)expected[0].Control!).Messages.ShouldBe([new("user", "?"), new("assistant", "\"no\"")]);
        expected[1].Control.ShouldBeNull();
        foreach (var name in new[] { "d.json", "lists.parquet", "texts.parquet", "d.csv", "d.csv.gz", "d.tsv.zst" })
        {
            var rows = Read(_folder[name]);
            rows.Select(row => (row.Index, row.ContentHash)).ShouldBe(expected.Select(row => (row.Index, row.ContentHash)), name);
            rows.Select(row => row.Metadata["trait"].GetString()).ShouldBe(["sycophancy", "empathy"], name);
            rows[0].Metadata["id"].GetString().ShouldBe("007", name);
        }
        expected[0].Metadata["score"].GetRawText().ShouldBe("1.50");
    }

    [Fact]
    public void The_content_hash_sees_every_part_of_a_conversation_and_nothing_else()
    {
        string[] distinct =
        [
            Messages("user", "a"), Messages("user", "b"), Messages("system", "a"), Messages("usera", ""), Messages("", "usera"),
            """{"treatment_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"x"}]"""
                + ""","control_messages":[{"role":"assistant","content":"x"}]}""",
            """{"treatment_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"x","name":"bot"}]}""",
            """{"treatment_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"x","name":"bit"}]}""",
            """{"treatment_messages":[{"role":"user","content":"a","name":"bot"},{"role":"assistant","content":"x"}]}""",
            """{"treatment_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"x"}],"tools":[{"name":"f"}]}""",
            """{"treatment_tokens":[1,2],"treatment_keep":[false,true]}""",
            """{"treatment_tokens":[1,2],"treatment_keep":[true,true]}""",
            """{"treatment_tokens":[1,3],"treatment_keep":[false,true]}""",
        ];
        var rows = Read(_folder.Write("d.jsonl", string.Join('\n', distinct)));
        rows.Select(row => row.ContentHash).Distinct().Count().ShouldBe(distinct.Length);

        var same = Read(_folder.Write("same.jsonl", """
            {"note":1,"treatment_messages":[{"content":"\u0061","role":"user"},{"role":"assistant","content":"x","name":null}]}
            {"treatment_keep":[0,1],"treatment_tokens":"[1, 2]","note":2}
            """));
        same[0].ContentHash.ShouldBe(rows[0].ContentHash);
        same[1].ContentHash.ShouldBe(rows[10].ContentHash);

        static string Messages(string role, string content) =>
            $$"""{"treatment_messages":[{"role":"{{role}}","content":"{{content}}"},{"role":"assistant","content":"x"}]}""";
    }

    [Fact]
    public void Tokens_are_taken_in_place_of_messages()
    {
        using (var db = DuckDbDatabase.Open())
            db.Execute($"COPY (SELECT [5, 6, 7]::USMALLINT[] AS treatment_tokens, [false, true, true] AS treatment_keep, [9]::BIGINT[] AS control_tokens, "
                + $"[0]::TINYINT[] AS control_keep, 'for people' AS treatment_messages) TO '{_folder["t.parquet"]}'");
        var row = Read(_folder["t.parquet"]).ShouldHaveSingleItem();
        var treatment = row.Treatment.ShouldBeOfType<TokenConversation>();
        treatment.Tokens.ShouldBe([5, 6, 7]);
        treatment.Keep.ShouldBe([false, true, true]);
        treatment.KeepsAny.ShouldBeTrue();
        row.Control.ShouldBeOfType<TokenConversation>().KeepsAny.ShouldBeFalse();
    }

    [Theory]
    [InlineData("f.jsonl")]
    [InlineData("f.parquet")]
    [InlineData("f.csv")]
    public void A_filter_sees_the_files_columns_and_leaves_the_indices_alone(string name)
    {
        WriteNumbered(name, 5000);
        var rows = Read(_folder[name], filter: "n % 1000 = 7 AND trait = 'odd' -- a comment");
        rows.Select(row => row.Index).ShouldBe([7L, 1007, 2007, 3007, 4007]);
        rows.Select(row => ((MessageConversation)row.Treatment).Messages[0].Content).ShouldBe(["7", "1007", "2007", "3007", "4007"]);
        Dataset.Open(new() { Path = _folder[name], Filter = "n > 4994" }).CountRows().ShouldBe(5);
    }

    [Fact]
    public void A_filter_on_CSV_compares_numbers_and_the_row_keeps_their_text()
    {
        _folder.Write("d.csv",
            "treatment_messages,id,score,good\n\"[{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"x\"\"}]\",007,10.50,true\n\"[]\",8,9,false\n");
        var row = Read(_folder["d.csv"], filter: "score > 9.5 AND good AND id = 7").ShouldHaveSingleItem();
        row.MetadataJson.ShouldBe("""{"id":"007","score":"10.50","good":"true"}""");
    }

    [Fact]
    public void A_filter_on_JSON_sees_a_column_that_only_the_last_row_has()
    {
        var text = string.Concat(Enumerable.Repeat($"{Single}\n", 3000));
        Read(_folder.Write("late.jsonl", text + Pair.Replace("\"id\"", "\"rare/key\"") + "\n"),
            filter: "\"rare/key\" = '007'").ShouldHaveSingleItem().Index.ShouldBe(3000);
    }

    [Fact]
    public void Take_with_a_seed_is_the_same_sample_in_row_order_whatever_the_format()
    {
        WriteNumbered("f.jsonl", 5000);
        WriteNumbered("f.parquet", 5000);
        var sample = Indices("f.parquet", take: 100, seed: 1);
        sample.ShouldBeInOrder();
        sample.Distinct().Count().ShouldBe(100);
        Indices("f.jsonl", take: 100, seed: 1).ShouldBe(sample);
        Indices("f.parquet", take: 100, seed: 2).ShouldNotBe(sample);
        // A larger sample holds the smaller, and every part of the file has its share.
        Indices("f.parquet", take: 200, seed: 1).Intersect(sample).Count().ShouldBe(100);
        sample.Count(index => index < 2500).ShouldBeInRange(30, 70);
        Indices("f.parquet", take: 3).ShouldBe([0L, 1, 2]);
        Indices("f.parquet", take: 9999, seed: 1).Count.ShouldBe(5000);
        var filtered = Dataset.Open(new() { Path = _folder["f.jsonl"], Filter = "n < 50", Take = 10, Seed = 3 });
        filtered.Rows().Select(row => row.Index).ShouldAllBe(index => index < 50);
        filtered.CountRows().ShouldBe(10);

        IReadOnlyList<long> Indices(string name, long take, long? seed = null) =>
            [.. Dataset.Open(new() { Path = _folder[name], Take = take, Seed = seed }).Rows().Select(row => row.Index)];
    }

    [Fact]
    public void A_seeded_sample_never_changes_between_versions()
    {
        // SplitMix64 from state 0 gives these (Vigna's reference); the hash of row i under seed 0 is its i-th output.
        new[] { RowHash(1), RowHash(2), RowHash(3) }.ShouldBe([0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]);

        // Read off the sample: of two rows, the one with the lower hash is drawn.
        static ulong RowHash(long index) => Mix(unchecked((ulong)index * 0x9E3779B97F4A7C15));
        static ulong Mix(ulong z)
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }

        WriteNumbered("f.parquet", 1000);
        Dataset.Open(new() { Path = _folder["f.parquet"], Take = 10, Seed = 0 }).Rows().Select(row => row.Index)
            .ShouldBe(Enumerable.Range(0, 1000).Select(i => (long)i).OrderBy(RowHash).Take(10).Order());
    }

    [Fact]
    public void A_glob_reads_its_files_in_the_order_of_their_names_with_one_numbering()
    {
        _folder.Write("part-10.jsonl", $"{Single}\n");
        _folder.Write("part-0[x].jsonl", $"{Pair}\n{Pair}\n");
        var rows = Read(_folder["part-*.jsonl"]);
        rows.Select(row => (row.Index, row.Control is null)).ShouldBe([(0L, false), (1, false), (2, true)]);
        Read(_folder["part-0[x].jsonl"]).Count.ShouldBe(2);
    }

    [Fact]
    public void Rows_written_for_a_stage_come_back_with_their_indices_and_metadata()
    {
        _folder.Write("d.jsonl", $$"""{{Pair}}{{"\n"}}{{Single}}{{"\n"}}{"treatment_tokens":[1,2],"treatment_keep":[false,true]}{{"\n"}}""");
        var rows = Read(_folder["d.jsonl"], filter: "coalesce(trait, '') <> 'sycophancy'");
        DatasetRows.Write(_folder["data-0.parquet"], rows).ShouldBe(2);
        DatasetRows.Write(_folder["data-1.parquet"], rows);
        var read = DatasetRows.Read(_folder["data-0.parquet"]).ToArray();
        read.Select(row => (row.Index, row.ContentHash, row.MetadataJson)).ShouldBe(rows.Select(row => (row.Index, row.ContentHash, row.MetadataJson)));
        read.Select(row => row.Index).ShouldBe([1L, 2]);
        File.ReadAllBytes(_folder["data-1.parquet"]).ShouldBe(File.ReadAllBytes(_folder["data-0.parquet"]));
    }

    [Fact]
    public void Metadata_keeps_what_JSON_has_no_word_for()
    {
        using (var db = DuckDbDatabase.Open())
            db.Execute($"COPY (SELECT [{{'role': 'assistant', 'content': 'x'}}] AS treatment_messages, 'nan'::DOUBLE AS a, '-inf'::FLOAT AS b, 1.25 AS c, "
                + $"DATE '2020-02-29' AS d, NULL AS e, TIMESTAMPTZ '2020-01-01 02:00:00+02' AS \"it's \"\"f\"\"\") TO '{_folder["m.parquet"]}'");
        var metadata = Read(_folder["m.parquet"])[0].Metadata;
        metadata.Select(pair => $"{pair.Key}={pair.Value.GetRawText()}").ShouldBe(
            ["a=\"nan\"", "b=\"-inf\"", "c=1.25", "d=\"2020-02-29\"", "e=null", "it's \"f\"=\"2020-01-01 00:00:00+00\""]);
    }

    [Fact]
    public void The_file_hash_is_of_the_bytes()
    {
        _folder.Write("a.jsonl", Pair);
        _folder.Write("b.jsonl", Pair);
        _folder.Write("c.jsonl", Pair + "\n");
        Hash("b.jsonl").ShouldBe(Hash("a.jsonl"));
        Hash("c.jsonl").ShouldNotBe(Hash("a.jsonl"));

        string Hash(string name) => Dataset.Open(new() { Path = _folder[name] }).HashFiles();
    }

    [SharedFact("data")]
    public void Gsm8k_is_the_same_from_Parquet_and_from_JSON_lines()
    {
        var parquet = Dataset.Open(new() { Path = SharedData.Find("data", "gsm8k_train.parquet")! });
        var jsonl = Dataset.Open(new() { Path = SharedData.Find("data", "gsm8k_train.jsonl")! });
        parquet.CountRows().ShouldBe(7473);
        parquet.Rows().Select(row => row.ContentHash).SequenceEqual(jsonl.Rows().Select(row => row.ContentHash)).ShouldBeTrue();
        ((MessageConversation)jsonl.Rows().First().Treatment).Messages[0].Content.ShouldStartWith("Natalia sold clips");
    }

    [SharedFact("data")]
    public void Gsm8ks_wrong_solutions_are_pairs_with_one_prompt()
    {
        var dataset = Dataset.Open(new() { Path = SharedData.Find("data", "gsm8k_wrong_solutions.jsonl")!, RequireControl = true });
        dataset.HasControl.ShouldBeTrue();
        dataset.Rows().Select(row => Prompt(row.Treatment)).ShouldBe(dataset.Rows().Select(row => Prompt(row.Control!)));

        static ChatMessage Prompt(Conversation conversation) => ((MessageConversation)conversation).Messages[0];
    }

    private List<DatasetRow> Read(string path, string? filter = null) => [.. Dataset.Open(new() { Path = path, Filter = filter }).Rows()];

    private void WriteNumbered(string name, int rows)
    {
        using var db = DuckDbDatabase.Open();
        var messages = "[{'role': 'user', 'content': i::VARCHAR}, {'role': 'assistant', 'content': 'answer'}]";
        db.Execute($"COPY (SELECT {(name.EndsWith("csv") ? $"to_json({messages})" : messages)} AS treatment_messages, i AS n, CASE WHEN i % 2 = 1 THEN "
            + $"'odd' ELSE 'even' END AS trait FROM range({rows}) t(i)) TO '{_folder[name]}'{(name.EndsWith("jsonl") ? " (FORMAT json)" : "")}");
    }
}
