using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

/// <summary>Templates for models that have none.</summary>
public sealed class ShippedTemplatesTests : IDisposable
{
    private static readonly string Quickstart = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "model");
    private static readonly ChatMessage[] Messages = [new("system", "s"), new("user", "q"), new("assistant", "bread"), new("user", "r"),
        new("assistant", "cheese")];

    private readonly TemporaryFolder _base = new();

    public ShippedTemplatesTests()
    {
        File.Copy(Path.Combine(Quickstart, "tokenizer.json"), _base["tokenizer.json"]);
        File.Copy(Path.Combine(Quickstart, "config.json"), _base["config.json"]);
        _base.Write("tokenizer_config.json", """{"eos_token": "<|end|>", "added_tokens_decoder": {}}""");
    }

    public void Dispose() => _base.Dispose();

    [Theory]
    [InlineData("chatml",
        "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\nbread<|im_end|>\n"
        + "<|im_start|>user\nr<|im_end|>\n<|im_start|>assistant\n",
        "cheese<|im_end|>\n")]
    [InlineData("plain", "System: s\n\nUser: q\n\nAssistant: bread<|end|>\n\nUser: r\n\nAssistant:", " cheese<|end|>\n\n")]
    [InlineData("alpaca", "s\n\n### Instruction:\nq\n\n### Response:\nbread<|end|>\n\n### Instruction:\nr\n\n### Response:\n", "cheese<|end|>\n\n")]
    public void A_shipped_template_stands_in_for_one_that_the_model_lacks(string name, string before, string turn)
    {
        Should.Throw<AttributionException>(() => ChatTemplate.Load(_base.Path)).Message.ShouldContain("such as chatml");
        var template = ChatTemplate.Choose(_base.Path, name);
        template.Render(Messages[..4], addGenerationPrompt: true).ShouldBe(before);
        var (text, span) = template.RenderConversation(Messages);
        text.ShouldBe(before + turn);
        text[span.Start..span.End].ShouldBe(turn);
        RowEncoder.Load(_base.Path, 512, chatTemplate: name).Notes.ShouldBeEmpty();
        ChatTemplate.Shipped.ShouldContain(name);
    }

    [Fact]
    public void A_file_goes_as_well_and_what_is_neither_is_an_error_that_names_the_shipped_ones()
    {
        ChatTemplate.Choose(Quickstart, _base.Write("own.jinja",
            "{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}")).Render(Messages[..2]).ShouldBe("s<|end|>q<|end|>");
        ChatTemplate.Choose(Quickstart, null).Source.ShouldBe(ChatTemplate.Load(Quickstart).Source);
        var error = Should.Throw<AttributionException>(() => ChatTemplate.Choose(_base.Path, "chatlm"));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ChatTemplateMissing, "ChatTemplate"));
        error.Message.ShouldContain("alpaca, chatml, plain");
    }
}
