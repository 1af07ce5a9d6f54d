using System.CommandLine;
using System.Text.Json.Nodes;
using Attribution.Data.DuckDb;
using Attribution.Worker.Querying;
using Attribution.Worker.Verbs;
using Spectre.Console;

namespace Attribution.Worker.Tests.Verbs;

public sealed class QueryVerbTests(QueryVerbTests.Experiments experiments) : IClassFixture<QueryVerbTests.Experiments>
{
    private readonly TemporaryFolder _folder = experiments.Folder;

    [Fact]
    public async Task Every_table_has_the_columns_that_are_listed_with_or_without_files()
    {
        foreach (var database in new[] { ExperimentDatabase.Open([.. ExperimentOutputs.Below(_folder.Path)]), ExperimentDatabase.Open([]) })
            using (database)
                foreach (var table in QueryTables.All)
                {
                    var columns = Rows(database.Texts($"SELECT column_name || ' ' || column_type FROM (DESCRIBE {table.Name})"));
                    columns.ShouldBe(table.Columns.Select(c => $"{c.Name} {c.Type}"), table.Name);
                }
        var list = await Answer("--tables");
        foreach (var table in QueryTables.All)
            list.ShouldContain($"{table.Name}: {table.Description}");
    }

    [Theory]
    [InlineData("select experiment, layer, judged_mean from runs where attribution <> 'random' order by 1", "experiments/one,2,1.5;experiments/two,3,2.5")]
    [InlineData("select value from metrics where metric = 'unjudged' and experiment like '%two' and attribution = 'random'", "1.0")]
    [InlineData("select idx, prompt, answer from selections where selection is not null and layer = 2 order by rank", "3,Question 3,Row 3;0,Question 0,Row 0")]
    [InlineData("select count(*), count(score), sum(rank) from scores where attribution = 'random' and experiment like '%one'", "4,3,7")]
    [InlineData("select eval, attribution, judge, score, prompt = 'Why,' || chr(10) || 'then?' from verdicts where run = 'base_model/kind' and experiment "
        + "like '%one' order by score", "kind,none,rules,0.0,true;kind,none,rules,,false")]
    [InlineData("select token_count, complete from answers where layer = 3", "3,true")]
    [InlineData("select loss, learning_rate from losses where layer = 3", "2.5,0.001")]
    [InlineData("select dataset, prompt, control_answer, metadata->>'source' from rows where idx = 2 and experiment like '%one'", "pool,Question 2,Row 2,web")]
    [InlineData("select run, idx, sentence, source, text, score from attributions where experiment like '%one' order by source",
        "facts/at2,7,Peas.,0,Jack.,-0.5;facts/at2,7,Peas.,1,Peas!,0.75")]
    [InlineData("select method, layer, vector[2] from vectors where idx = 3 order by layer", "residual_diff,2,3.0;residual_diff,3,3.0")]
    public async Task A_question_is_answered_over_all_experiments(string sql, string rows) =>
        (await Answer(sql, "--format", "csv")).TrimEnd('\n').Split('\n')[1..].ShouldBe(rows.Split(';'));

    [Theory]
    [InlineData("SELECT * FROM read_text('{0}/secret.txt')")]
    [InlineData("FROM '{0}/secret.csv'")]
    [InlineData("FROM query('SELECT * FROM read_blob(''{0}/secret.txt'')')")]
    [InlineData("FROM glob('{0}/*')")]
    [InlineData("FROM sniff_csv('{0}/secret.csv')")]
    [InlineData("FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{0}/secret.txt'')'))")]
    [InlineData("SELECT * FROM duckdb_secrets()")]
    public async Task A_query_opens_no_file_but_the_experiments(string sql)
    {
        _folder.Write("secret.txt", "s3cret");
        _folder.Write("secret.csv", "a\ns3cret\n");
        var (code, output, error) = await Run(sql.Replace("{0}", _folder.Path));
        code.ShouldBe(1);
        error.ShouldContain(Diagnostics.ErrorCodes.QueryInvalid);
        (output + error).ShouldNotContain("s3cret");
    }

    [Theory]
    [InlineData("FROM enable_logging('QueryLog', storage = 'file', storage_config = {'path': '{0}'})")]
    [InlineData("FROM enable_profiling(save_location = '{0}.json', format = 'json')")]
    public void A_query_writes_no_file(string sql)
    {
        var target = _folder["written"];
        using (var database = ExperimentDatabase.Open([.. ExperimentOutputs.Below(_folder.Path)]))
            foreach (var each in new[] { sql.Replace("{0}", target), "FROM runs", "FROM duckdb_logs" })
                try
                {
                    Rows(database.Texts(each));
                }
                catch (System.Data.Common.DbException)
                {
                    // Refused, now or when it comes to write.
                }
        Directory.EnumerateFileSystemEntries(_folder.Path, "written*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Seeds_axes_and_variants_are_columns_of_every_table_of_runs()
    {
        using var folder = new TemporaryFolder();
        BuiltExperiment.Write(folder, "x");
        BuiltExperiment.WriteSeeds(folder, "x/out/small");
        (await Ask("select variant, count(*), count(distinct seed), max(top_k) from runs group by 1 order by 1 nulls first")).ShouldBe([",2,0,2",
            "small,4,2,2"]);
        (await Ask("select run, seed, learning_rate, score from verdicts where variant = 'small' and score is not null order by run")).ShouldBe([
            "base_model/kind/seed0,0,,0.0", "base_model/kind/seed1,1,,0.0", "pool/random/kind/seed0,0,0.001,1.0", "pool/random/kind/seed1,1,0.001,1.0",
            "pool/residual_diff/kind.residual_diff.layer2/seed0,0,0.001,2.0", "pool/residual_diff/kind.residual_diff.layer2/seed1,1,0.001,2.0"]);
        (await Ask("select distinct run, attribution, layer, seed from selections where variant = 'small'")).ShouldBe(
            ["pool/residual_diff/kind.residual_diff.layer2,residual_diff,2,"], "one selection is that of both seeds");
        (await Ask("select eval, leader, seeds, is_best, verdict, over_random_lower, over_second from comparisons")).ShouldBe(
            ["kind,pool/residual_diff/kind.residual_diff.layer2,2,false,not told from random,-0.5,"]);

        async Task<string[]> Ask(string sql)
        {
            var (code, output, error) = await Run(folder, sql, "--format", "csv");
            code.ShouldBe(0, error);
            return output.TrimEnd('\n').Split('\n')[1..];
        }
    }

    [Fact]
    public async Task The_examples_have_answers()
    {
        QueryExample.All.Count.ShouldBe(3);
        foreach (var example in QueryExample.All)
            JsonNode.Parse(await Answer(example.Sql, "--format", "json"))!.AsArray().ShouldNotBeEmpty(example.Question);
    }

    [Fact]
    public async Task Verdicts_are_joined_by_the_prompts_index_also_where_prompts_end_alike()
    {
        using var folder = new TemporaryFolder();
        BuiltExperiment.Write(folder, "x");
        const string Run = "pool/random/kind", Header = "prompt,repeat,answer,ground_truth,high_reference,low_reference,score,rationale";
        foreach (var (run, score) in new[] { ("base_model/kind", 0), (Run, 2) })
            folder.Write($"x/out/{run}/selected_data/eval_llm_judge/judge_rules.csv",
                $"{Header},prompt_index\nAnd now?,0,{score} first,,,,{score},a,0\nAnd now?,0,{score} second,,,,{score},b,1\n");
        var (code, output, error) = await QueryVerbTests.Run(folder, $"from ({QueryExample.All[2].Sql}) where run = '{Run}'", "--format", "csv");
        code.ShouldBe(0, error);
        output.TrimEnd('\n').Split('\n')[1..].Order().ShouldBe([$"{Run},And now?,0 first,2 first,2.0", $"{Run},And now?,0 second,2 second,2.0"]);

        // Those of an older build have no index.
        foreach (var file in Directory.GetFiles(folder["x/out"], "judge_*.csv", SearchOption.AllDirectories))
            File.WriteAllText(file, $"{Header}\nAnd now?,0,a,,,,1,b\n");
        (await QueryVerbTests.Run(folder, "select distinct prompt_index, answer from verdicts", "--format", "csv")).Output
            .ShouldBe("prompt_index,answer\n,a\n");
    }

    [Fact]
    public async Task A_cell_that_is_marked_as_text_is_read_without_its_mark() =>
        (await Answer("select distinct answer, rationale from verdicts where prompt_index = 1", "--format", "csv"))
            .ShouldBe("answer,rationale\n-,- no score\n");

    [Fact]
    public async Task A_result_is_a_table_for_people_or_a_file_for_programs()
    {
        const string Sql = "select run, score from scores order by score desc, run; -- all of them";
        var table = await Answer(Sql);
        table.ShouldContain("16 rows");
        table.Split('\n').Count(l => l.Contains("pool/random/kind")).ShouldBe(8);
        await Answer(Sql, "--output", _folder["result.parquet"]);
        using var database = DuckDbDatabase.Open();
        database.QueryNumber($"SELECT count(*) FROM {Data.DuckDb.Sql.Literal(_folder["result.parquet"])} WHERE score IS NOT NULL").ShouldBe(12);
        (await Answer("select repeat('x', 500) || chr(10) || 'y' as long")).ShouldContain("xxx…");
        (await Answer("select ';--' as mark", "--format", "csv")).ShouldBe("mark\n;--\n");
        (await Answer("select 'y' as a from range(1001)")).ShouldContain("the first 1000 of 1001 rows");
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--output")]
    public async Task Numbers_that_are_not_finite_are_null_in_JSON(string option)
    {
        var file = _folder["numbers.json"];
        const string Sql = "select 'nan'::double a, 'inf'::double a, 1.5::float c, '-inf'::float \"d \"\"e\", ['nan'::double, 2] f, [[3, 'inf'::float], null] "
            + "g, null::double h, 7 i, 'nan' j;";
        var printed = await Answer(option == "--json" ? [Sql, option] : [Sql, option, file]);
        var row = JsonNode.Parse(option == "--json" ? printed : File.ReadAllText(file))!.AsArray().ShouldHaveSingleItem()!.AsObject();
        row.Select(value => value.Value?.ToJsonString()).ShouldBe([null, null, "1.5", null, "[null,2.0]", "[[3.0,null],null]", null, "7", "\"nan\""]);
        (await Answer("select 'nan'::double a, 'inf'::double b", "--format", "csv")).ShouldBe("a,b\nnan,inf\n");
    }

    [Theory]
    [InlineData("sum(x) from (values (9007199254740993::bigint), (1)) v(x)", "9007199254740994")]
    [InlineData("340282366920938463463374607431768211455::uhugeint", "340282366920938463463374607431768211455")]
    [InlineData("12345678.90::decimal(18, 2)", "12345678.90")]
    [InlineData("2 / 3::double", "0.666667")]
    public async Task A_table_rounds_floating_point_numbers_alone(string sql, string shown) =>
        (await Answer($"select {sql}")).Split('\n').ShouldContain(line => line.Trim() == shown);

    [Theory]
    [InlineData("'x' || repeat('😀', 60)", "x", 39)]
    [InlineData("repeat('😀', 60)", "", 39)]
    public async Task A_long_text_is_cut_between_characters(string sql, string start, int whole)
    {
        var shown = (await Answer($"select {sql} a")).Split('\n').Single(line => line.Contains('…')).Trim();
        shown.ShouldBe($"{start}{string.Concat(Enumerable.Repeat("😀", whole))}…");
    }

    [Fact]
    public void A_terminal_narrower_than_the_table_loses_no_column()
    {
        var columns = string.Join(", ", Enumerable.Range(0, 20).Select(i => $"'value {i:00}' column_{i:00}"));
        var texts = string.Join(", ", Enumerable.Range(0, 5).Select(i => $"repeat('{i} ', 40) text_{i}"));
        var shown = On80Columns($"select {columns}, {texts}, repeat('字', 20) wide");
        foreach (var text in Enumerable.Range(0, 20).SelectMany(i => new[] { $"value {i:00}", $"column_{i:00}" })
            .Concat(Enumerable.Range(0, 5).Select(i => $"text_{i}")))
            shown.ShouldContain(text);
        for (var i = 0; i < 5; i++)
            shown.Split($"{i} {i}").Length.ShouldBeGreaterThan(15, "long texts wrap and are whole");
        shown.Count(c => c == '字').ShouldBe(20);
        On80Columns("select repeat('a b ', 19) as long, 1 as n").Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= 80);

        string On80Columns(string sql)
        {
            var output = new StringWriter { NewLine = "\n" };
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
            console.Profile.Width = 80;
            using var database = ExperimentDatabase.Open([]);
            QueryResultTable.Write(database, sql, console);
            return output.ToString();
        }
    }

    [Theory]
    [InlineData("select precison from runs", "ATTR1731: Binder Error: Referenced column \"precison\" not found",
        "LINE 1: select precison from runs\n               ^")]
    [InlineData("select * from score", "Did you mean \"scores\"?", "With --tables")]
    [InlineData("pivot metrics on metric using first(value)", "ATTR1731", "A PIVOT is one if it names its values")]
    [InlineData("copy runs to 'x.csv'", "ATTR1732: A query only asks", "--output")]
    [InlineData("create table t as select 1", "ATTR1732: A query only asks", "--output")]
    public async Task A_wrong_question_is_an_error_that_says_where_and_how_to_go_on(string sql, string what, string how)
    {
        var (code, _, error) = await Run(sql);
        code.ShouldBe(1);
        error.ShouldContain(what);
        error.ShouldContain(how);
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Wrong_options_and_no_outputs_are_said()
    {
        (await Run("from runs", "--format", "parquet")).Error.ShouldContain("name a file with --output");
        (await Run("from runs", "--output", "x.txt")).Error.ShouldContain("use .csv, .parquet or .json");
        (await Run("from runs", "--output", "x.csv", "--format", "table")).Error.ShouldContain("A table is printed");
        (await Run()).Error.ShouldContain("use --tables");
        var nothing = await CommandLine.RunHereAsync("query", "from runs", "--in", _folder["experiments", "three"]);
        nothing.Code.ShouldBe(1);
        nothing.Error.ShouldContain("ATTR1711: There is nothing to ask");
    }

    [Fact]
    public async Task A_damaged_file_hides_its_table_alone_and_is_named()
    {
        using var folder = new TemporaryFolder();
        BuiltExperiment.Write(folder, "x");
        var damaged = folder.Write("x/out/pool/random/kind/scores.parquet", "no Parquet");
        (await Run(folder, "select count(*) from selections")).Code.ShouldBe(0);
        var (code, _, error) = await Run(folder, "select count(*) from scores");
        code.ShouldBe(1);
        error.ShouldContain("There is no table scores, because its files cannot be read");
        error.ShouldContain(damaged);
    }

    private static List<string> Rows(DuckDbReader reader)
    {
        var rows = new List<string>();
        using (reader)
            while (reader.ReadChunk())
                for (var row = 0; row < reader.Rows; row++)
                    rows.Add(reader.Column(0).GetString(row)!);
        return rows;
    }

    /// <summary>Two experiments that were built and one that was not.</summary>
    public sealed class Experiments : IDisposable
    {
        public Experiments()
        {
            BuiltExperiment.Write(Folder, "experiments/one");
            BuiltExperiment.Write(Folder, "experiments/two", layer: 3, judged: 2.5);
            // No experiment: what a build keeps of its own.
            BuiltExperiment.Write(Folder, "experiments/one/obj/copy");
            Folder.Write("experiments/three/three.csproj", "<Project />");
        }

        public TemporaryFolder Folder { get; } = new();

        public void Dispose() => Folder.Dispose();
    }

    private async Task<string> Answer(params string[] arguments)
    {
        var (code, output, error) = await Run(arguments);
        code.ShouldBe(0, error);
        return output;
    }

    private Task<(int Code, string Output, string Error)> Run(params string[] arguments) => Run(_folder, arguments);

    private static Task<(int Code, string Output, string Error)> Run(TemporaryFolder folder, params string[] arguments) =>
        CommandLine.RunHereAsync(["query", .. arguments, "--in", folder.Path]);
}
