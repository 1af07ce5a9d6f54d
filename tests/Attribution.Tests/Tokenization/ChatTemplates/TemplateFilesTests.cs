using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

public sealed class TemplateFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attribution-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_template_of_its_own_file_wins_over_the_configurations()
    {
        Write("tokenizer_config.json", """{"chat_template": "config"}""");
        Render().ShouldBe("config");
        Write("chat_template.json", """{"chat_template": "json"}""");
        Render().ShouldBe("config");
        Write("chat_template.jinja", "file");
        Render().ShouldBe("file");
    }

    [Fact]
    public void A_file_of_json_holds_the_template_where_nothing_else_does()
    {
        Write("tokenizer_config.json", """{"chat_template": null}""");
        Write("chat_template.json", """{"chat_template": "json"}""");

        Render().ShouldBe("json");
    }

    [Fact]
    public void Of_several_templates_the_default_is_taken_unless_another_is_named()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": "plain"}]}""");
        Directory.CreateDirectory(Path.Combine(_folder, "additional_chat_templates"));
        Write("additional_chat_templates/rag.jinja", "documents");

        Render().ShouldBe("plain");
        ChatTemplate.Load(_folder, "tool_use").Render([]).ShouldBe("tools");
        ChatTemplate.Load(_folder, "rag").Render([]).ShouldBe("documents");
        Error("other").Message.ShouldContain("rag, tool_use, default");
    }

    [Fact]
    public void Special_tokens_come_as_texts_or_objects_from_both_files_and_absent_ones_are_undefined()
    {
        Write("chat_template.jinja", "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{{ image_token }}|{{ unk_token is defined }}");
        Write("tokenizer_config.json",
            """{"bos_token": {"content": "<b>"}, "eos_token": "<e>", "unk_token": null, "extra_special_tokens": {"image_token": "<i>"}}""");
        Write("special_tokens_map.json", """{"eos_token": "<other>", "pad_token": {"content": "<p>"}}""");

        Render().ShouldBe("<b>|<other>|<p>|<i>|False");
    }

    [Fact]
    public void Conversations_with_tools_are_rendered_by_the_template_for_tools_where_there_is_one()
    {
        Write("tokenizer_config.json",
            """{"chat_template": [{"name": "tool_use", "template": "{{ tools | length }} tools"}, {"name": "default", "template": "plain"}]}""");
        var template = ChatTemplate.Load(_folder);

        template.Render([], variables: new Dictionary<string, object?> { ["tools"] = new[] { "f", "g" } }).ShouldBe("2 tools");
        template.Render([], variables: new Dictionary<string, object?> { ["tools"] = null }).ShouldBe("plain");
        template.Render([]).ShouldBe("plain");
    }

    [Theory]
    [InlineData("{}", "has no chat template")]
    [InlineData("""{"chat_template": []}""", "has no chat template")]
    [InlineData("""{"chat_template": 7}""", "is a text, or a list")]
    [InlineData("""{"chat_template": [{"name": "default"}]}""", "is a text, or a list")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON")]
    [InlineData("""{"chat_template": "\ud800"}""", "no JSON")]
    [InlineData("""{"chat_template": "ÿ"}""", "no JSON")]
    public void A_folder_without_a_usable_template_is_an_error(string config, string cause)
    {
        // One byte for each character: above 127 it is no UTF-8.
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), config, System.Text.Encoding.Latin1);

        var error = Error("default");

        error.Code.ShouldBe(ErrorCodes.ChatTemplateMissing);
        error.File!.ShouldStartWith(_folder);
        error.Message.ShouldContain(cause);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private string Render() => ChatTemplate.Load(_folder).Render([]);

    private AttributionException Error(string name) => Should.Throw<AttributionException>(() => ChatTemplate.Load(_folder, name));
}
