using System.Text;
using Attribution.Models.Hub;
using Attribution.Tokenization;

namespace Attribution.Tests.Models.Hub;

public sealed class HubTemplatesTests : IDisposable
{
    private readonly FakeHub _hub = new();

    public void Dispose() => _hub.Dispose();

    [Theory]
    [InlineData(ModelContents.Text)]
    [InlineData(ModelContents.All)]
    public async Task Templates_with_a_name_come_along_and_are_used(ModelContents contents)
    {
        string[] others = ["additional_chat_templates/README.md", "additional_chat_templates/old/rag.jinja", "onnx/additional_chat_templates/rag.jinja"];
        _hub.Files["chat_template.jinja"] = "plain"u8.ToArray();
        _hub.Files["additional_chat_templates/rag.jinja"] = "documents"u8.ToArray();
        _hub.Files["additional_chat_templates/tool_use.jinja"] = "{{ tools | length }} tools"u8.ToArray();
        foreach (var name in others)
            _hub.Files[name] = Encoding.UTF8.GetBytes(name);

        var folder = await ModelFolder.ResolveAsync(FakeHub.Id, contents, _hub.Settings);

        ChatTemplate.Load(folder.Path, "rag").Render([]).ShouldBe("documents");
        var template = ChatTemplate.Load(folder.Path);
        template.Render([]).ShouldBe("plain");
        template.Render([], variables: new Dictionary<string, object?> { ["tools"] = new[] { "f" } }).ShouldBe("1 tools");
        foreach (var name in others)
            _hub.RequestsFor(name).ShouldBeEmpty();
    }
}
