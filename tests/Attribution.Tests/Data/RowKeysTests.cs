using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Data;
using Attribution.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Data;

/// <summary>What a row has besides what a format asks for: nothing of it is lost in silence.</summary>
public sealed class RowKeysTests : IDisposable
{
    private const string Value = "what it holds";

    // Those that mean something somewhere, which few random texts are.
    private static readonly string[] Known =
    [
        .. Columns.Conversations, .. RowFormat.All.SelectMany(format => format.Required), "input", "history", "system",
        "tools", "chat_template_kwargs", "metadata", "index", "filename", "row_number", "attribution message fields",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Rows =>
    [
        """{"treatment_messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""",
        """{"treatment_tokens":[1,2],"treatment_keep":[false,true]}""",
        """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""",
        """{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}""",
        """{"conversations":[{"from":"system","value":"s"},{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}""",
        """{"prompt":"q","completion":"a"}""",
        """{"instruction":"i","output":"a"}""",
        """{"prompt":"q","chosen":"a","rejected":"b"}""",
        """{"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]"""
            + ""","rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}""",
    ];

    [Theory, MemberData(nameof(Rows))]
    public void Any_key_of_a_row_is_used_named_in_an_error_or_kept(string row)
    {
        // Tokens stand in place of messages, as the documentation says.
        foreach (var key in Known.Where(key => key != "treatment_messages" || !row.Contains("treatment_tokens", StringComparison.Ordinal)))
            IsHeeded(row, key).ShouldBeTrue(key);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(
            ArbMap.Default.GeneratorFor<NonEmptyString>().Select(key => string.Concat(key.Get.EnumerateRunes()))
                .Where(key => key.IndexOf('\0') < 0).ToArbitrary(),
            key => IsHeeded(row, key)));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"assistant","content":"a"}],"id":1,"id":2}""", "id")]
    [InlineData("""{"prompt":"q","completion":"a","completion":"b"}""", "completion")]
    public void A_key_that_a_row_of_a_format_has_twice_is_an_error(string row, string key)
    {
        var error = Should.Throw<AttributionException>(() => Read(row));
        (error.Code, error.Property).ShouldBe((ErrorCodes.DatasetColumnDuplicate, key));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","content":"b"}]}""", "messages", "message 1 has content twice")]
    [InlineData("""{"treatment_messages":[{"role":"assistant","role":"user","content":"a"}]}""", "treatment_messages", "message 0 has role twice")]
    [InlineData("""{"messages":[{"role":"assistant","content":"a","tool_calls":[{"function":{"name":"f","arguments":{"x":1,"x":2}}}]}]}""",
        "messages", "message 0, tool_calls: ")]
    public void A_key_that_a_message_has_twice_is_an_error(string row, string column, string said)
    {
        var error = Should.Throw<AttributionException>(() => Read(row));
        (error.Code, error.Property).ShouldBe((ErrorCodes.DatasetColumnDuplicate, column));
        error.Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("treatment_keep")]
    [InlineData("control_keep")]
    public void A_keep_mask_without_tokens_is_an_error(string mask)
    {
        var error = Should.Throw<AttributionException>(() => Read($$"""{"treatment_messages":[{"role":"assistant","content":"a"}],"{{mask}}":[true]}"""));
        (error.Code, error.Property).ShouldBe((ErrorCodes.TokensMalformed, mask));
    }

    [Theory]
    [InlineData("""{"prompt":"p","chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":"b"}""", "")]
    [InlineData("""{"prompt":"p","chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]"""
        + ""","rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}""", "prompt")]
    [InlineData("""{"system":"p","conversations":[{"from":"system","value":"s"},{"from":"gpt","value":"a"}]}""", "system")]
    [InlineData("""{"system":"p","conversations":[{"from":"gpt","value":"a"}]}""", "")]
    public void A_column_that_a_conversation_does_without_is_metadata(string row, string kept) =>
        string.Join(' ', Read(row).Metadata.Keys).ShouldBe(kept);

    private bool IsHeeded(string row, string key)
    {
        var isThere = JsonNode.Parse(row)!.AsObject().ContainsKey(key);
        try
        {
            var read = Read($"{row[..^1]},{JsonSerializer.Serialize(key)}:{JsonSerializer.Serialize(Value)}}}");
            var isUsed = new[] { read.Treatment, read.Control }.OfType<MessageConversation>()
                .Any(side => side.Messages.Any(message => message.Content.Contains(Value, StringComparison.Ordinal)));
            return !isThere && (isUsed || (read.Metadata.TryGetValue(key, out var kept) && kept.GetString() == Value));
        }
        catch (AttributionException error)
        {
            return error.Property == key || error.Message.Contains(key, StringComparison.Ordinal);
        }
    }

    private DatasetRow Read(string row) => Dataset.Open(new() { Path = _folder.Write("rows.jsonl", row) }).Rows().ShouldHaveSingleItem();
}
