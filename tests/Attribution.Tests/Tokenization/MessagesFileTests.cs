using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

public sealed class MessagesFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("""[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]""")]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}""")]
    public void Messages_are_a_list_or_a_member(string json) => Read(json).Messages.ShouldBe([new("user", "q"), new("assistant", "a")]);

    [Fact]
    public void Whatever_else_is_there_reaches_the_template()
    {
        var file = Read("""{"messages": [{"role": "assistant", "content": null, "tool_calls": [{"id": 7}]}], "tools": ["f"]}""");

        ChatTemplate.Parse("{{ tools[0] }}{{ messages[0].tool_calls[0].id }}{{ messages[0].content }}").Render(file.Messages,
            variables: file.Variables).ShouldBe("f7None");
    }

    [Theory]
    [InlineData("""[{"role": "user", "content": "q"}, {"content": "a"}]""", 1, "role")]
    [InlineData("""[{"role": "user"}]""", 0, "content")]
    [InlineData("""[{"role": "user", "content": ["q"]}]""", 0, "content")]
    [InlineData("""["q"]""", 0, null)]
    [InlineData("""{"message": []}""", null, "messages")]
    [InlineData("7", null, "messages")]
    [InlineData("[", null, null)]
    public void What_holds_no_messages_is_an_error_that_names_the_message(string json, int? row, string? property)
    {
        var error = Should.Throw<AttributionException>(() => Read(json));

        (error.Code, error.File, error.Row, error.Property).ShouldBe((ErrorCodes.MessagesInvalid, _path, row, property));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error() =>
        Should.Throw<AttributionException>(() => MessagesFile.Read(_path + ".none")).Code.ShouldBe(ErrorCodes.MessagesInvalid);

    private MessagesFile Read(string json)
    {
        File.WriteAllText(_path, json);
        return MessagesFile.Read(_path);
    }
}
