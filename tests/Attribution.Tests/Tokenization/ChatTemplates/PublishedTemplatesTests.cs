using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

/// <summary>The published templates, rendered by this interpreter and by Hugging Face's JavaScript one.</summary>
public sealed class PublishedTemplatesTests
{
    private const string ThinkingTurn = "<|im_start|>assistant\n<think>\n\n</think>\n\n";

    /// <summary>
    /// Where the JavaScript reference departs from Jinja2, which models are trained with: its <c>lstrip('\n')</c> strips all white
    /// space, and its <c>selectattr(name, 'undefined')</c> finds nothing, so that Mistral's check of the roles does not happen.
    /// </summary>
    private static readonly Dictionary<(string Model, string Conversation), string?> Jinja2Differs = new()
    {
        [("qwen3", "only white space")] = "<|im_start|>user\n <|im_end|>\n" + ThinkingTurn + " \n\t <|im_end|>\n",
        [("qwen3", "blanks around")] = "<|im_start|>system\n  s  <|im_end|>\n<|im_start|>user\n  q  <|im_end|>\n" + ThinkingTurn + "  a  <|im_end|>\n",
        [("qwen3", "carriage returns")] = "<|im_start|>user\na\r\nb\r<|im_end|>\n" + ThinkingTurn + "\r\nc\rd\r\n<|im_end|>\n",
        [("qwen3", "half a thought")] = "<|im_start|>user\nGo.<|im_end|>\n" + ThinkingTurn + " then <think><|im_end|>\n",
        [("mistral_nemo", "two questions in a row")] = null,
        [("mistral_nemo", "an answer first")] = null,
    };

    public static TheoryData<string> Models => [.. Oracle.ModelNames];

    [Fact]
    public void There_are_forty_conversations() => TestConversation.All.Select(conversation => conversation.Name).Distinct().Count().ShouldBe(40);

    [OracleTheory]
    [MemberData(nameof(Models))]
    public void Every_conversation_renders_as_the_reference_renders_it(string model)
    {
        var template = TestTemplates.Published(model);
        var cases = TestConversation.All.SelectMany(conversation => new[] { (conversation, prompt: false), (conversation, prompt: true) }).ToList();
        var expected = Reference(template.Source, cases.Select(one => one.conversation.Variables(TestTemplates.SpecialTokens(model), one.prompt)));

        var rendered = 0;
        foreach (var ((conversation, prompt), reference) in cases.Zip(expected))
        {
            var name = $"{model}: {conversation}, generation prompt {prompt}";
            var text = reference;
            if (Jinja2Differs.TryGetValue((model, conversation.Name), out var jinja2))
            {
                text = jinja2 is null ? null : jinja2 + (prompt ? "<|im_start|>assistant\n" : "");
                reference.ShouldNotBe(text, $"{name}: the reference agrees with Jinja2 now, so that this is no exception any more");
            }
            if (text is null)
                Should.Throw<AttributionException>(() => Render(), name).Code.ShouldBeOneOf(ErrorCodes.ChatTemplateRaised, ErrorCodes.ChatTemplateEvaluation);
            else
            {
                Render().ShouldBe(text, name);
                rendered++;
            }

            string Render() => template.Render(conversation.Messages, prompt, conversation.WithTools ? new Dictionary<string,
                object?>
            { ["tools"] = TestConversation.Tools } : null);
        }
        // A reference that refuses everything would prove nothing.
        rendered.ShouldBeGreaterThan(60);
    }

    /// <summary>What the reference renders; null where it refuses.</summary>
    private static List<string?> Reference(string template, IEnumerable<Dictionary<string, object?>> cases)
    {
        var request = JsonSerializer.Serialize(new[] { new { template, cases } });
        using var answer = JsonDocument.Parse(Oracle.Run("render.mjs", request));
        return [.. answer.RootElement[0].EnumerateArray().Select(one => one.TryGetProperty("text", out var text) ? text.GetString() : null)];
    }
}
