using System.Text;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data;

/// <summary>Files that do not go together, and marks before the first row.</summary>
public sealed partial class DatasetErrorTests
{
    [Fact]
    public void A_malformed_file_among_several_is_the_one_named()
    {
        _folder.Write("a.jsonl", Good);
        Fails(_folder["*.jsonl"], ErrorCodes.DatasetMalformedJson, file: _folder.Write("b.jsonl", "{"));
    }

    [Theory]
    [InlineData("completion,prompt\nA,Q\n", "prompt", "has the columns completion, prompt, and 'a.csv' has prompt, completion")]
    [InlineData("question,reply\nQ,A\n", "prompt", "question, reply")]
    [InlineData("Q,A\n", "prompt", "Q, A")]
    [InlineData("prompt\nQ\n", "completion", "has the columns prompt, and")]
    [InlineData("prompt,completion,note\nQ,A,n\n", "note", "has the columns prompt, completion, note, and")]
    [InlineData("prompt,completion,prompt\nQ,A,Q\n", null, "has the columns prompt, completion, prompt, and")]
    public void Files_of_CSV_with_other_columns_than_the_first_are_named(string second, string? property, string message)
    {
        _folder.Write("a.csv", "prompt,completion\nQ,A\n");
        var error = Fails(_folder["*.csv"], ErrorCodes.DatasetColumnMissing, file: _folder.Write("b.csv", second));
        error.Message.ShouldContain(message);
        error.Property.ShouldBe(property);
    }

    [Fact]
    public void A_JSON_array_behind_a_byte_order_mark_is_said_to_be_one()
    {
        File.WriteAllText(_folder["d.json"], $"[{Good}]", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Fails(_folder["d.json"], ErrorCodes.DatasetMalformedJson).Message.ShouldContain("byte order mark");
    }
}
