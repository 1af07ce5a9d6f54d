using Attribution.Data;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data;

/// <summary>Filters.</summary>
public sealed partial class DatasetErrorTests
{
    [Theory]
    [InlineData("trait IN (SELECT trait FROM read_csv('keep.csv'))", "read_csv")]
    [InlineData("trait IN (FROM 'keep.csv')", "keep.csv")]
    [InlineData("trait IN (SELECT content FROM read_text('keep.csv'))", "read_text")]
    [InlineData("EXISTS (SELECT 1 FROM (VALUES (1)) v JOIN glob('*') g ON true)", "glob")]
    [InlineData("trait IN (WITH k AS (FROM read_csv('keep.csv')) SELECT trait FROM k)", "k")]
    [InlineData("trait IN (FROM query('SELECT 1'))", "query")]
    [InlineData("trait = 'x' AND random() < 0.5", "random")]
    [InlineData("list_sort([uuid()::VARCHAR])[1] > 'a'", "uuid")]
    [InlineData("trait IN (SELECT unnest(['x']) USING SAMPLE 1)", "sample")]
    [InlineData("now() > TIMESTAMP '2020-01-01'", "now")]
    [InlineData("current_date > DATE '2020-01-01'", "current_date")]
    [InlineData("localtime IS NOT NULL", "localtime")]
    [InlineData("localtimestamp IS NOT NULL", "localtimestamp")]
    [InlineData("current_localtimestamp() IS NOT NULL", "current_localtimestamp")]
    [InlineData("ago(INTERVAL 1 DAY) IS NOT NULL", "current_timestamp")]
    [InlineData("age(TIMESTAMP '2020-01-01') IS NOT NULL", "age")]
    [InlineData("current_setting('memory_limit') <> trait", "current_setting")]
    [InlineData("user = trait", "user")]
    [InlineData("json_structure(trait) IS NULL", "json_structure")]
    [InlineData("CAST(json(trait) AS VARIANT) IS NULL", "VARIANT")]
    [InlineData("true) UNION ALL (SELECT 1, 'x' FROM range(3)", "one predicate")]
    [InlineData("true) GROUP BY (trait", "goes on")]
    [InlineData("true) LIMIT (1", "goes on")]
    public void A_filter_that_is_no_function_of_the_row_is_refused(string filter, string why)
    {
        var error = Fails(_folder.Write("d.jsonl", Good.Replace("{\"treatment", "{\"trait\":\"x\",\"treatment")), ErrorCodes.DatasetFilterInvalid,
            filter: filter);
        error.Property.ShouldBe("Filter");
        error.Message.ShouldContain("no function of the row");
        error.Message.ShouldContain(why);
    }

    [Theory]
    [InlineData("trait IN ('x', 'y') AND NOT trait LIKE 'z%' -- a comment")]
    [InlineData("len(list_filter([1, 2], lambda now: now > 1)) = 1")]
    [InlineData("trait IN (SELECT unnest(['x', 'y']))")]
    [InlineData("EXISTS (SELECT 1 FROM range(3) r(i) WHERE i = length(trait))")]
    [InlineData("treatment_messages[1].role = 'user' AND md5(trait) <> '' AND list_append([1], 2) = [1, 2]")]
    [InlineData("json_extract_string(today, '$.a') = 'b' AND (today->>'a') = 'b'")]
    [InlineData("CASE WHEN trait ~ '^x' THEN true ELSE false END AND coalesce(trait, '') BETWEEN 'a' AND 'z' AND pi() > 3")]
    [InlineData("strptime('2020-01-01', '%Y-%m-%d') < TIMESTAMP '2021-01-01' AND age(TIMESTAMP '2020-01-01', TIMESTAMP '2019-01-01') IS NOT NULL")]
    public void A_filter_that_follows_from_the_row_is_applied(string filter)
    {
        File.WriteAllText(_folder["d.jsonl"], Good.Replace("{\"treatment", "{\"trait\":\"x\",\"today\":{\"a\":\"b\"},\"treatment"));
        Dataset.Open(new() { Path = _folder["d.jsonl"], Filter = filter }).Rows().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("no_such_column = 1", "no_such_column")]
    [InlineData("trait = = 1", "syntax")]
    [InlineData("1; DROP TABLE x", "syntax")]
    [InlineData("CAST(trait AS INTEGER) = 1", "cast")]
    public void A_bad_filter_is_shown_with_DuckDBs_words(string filter, string words)
    {
        var error = Fails(_folder.Write("d.jsonl", Good.Replace("{\"treatment", "{\"trait\":\"x\",\"treatment")), ErrorCodes.DatasetFilterInvalid,
            filter: filter);
        error.Property.ShouldBe("Filter");
        error.Message.ShouldContain(words, Case.Insensitive);
        error.Message.ShouldContain(filter);
    }
}
