using System.Text.Json.Nodes;
using Attribution.Evaluation;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tokenization;

namespace Attribution.Tests.Models;

/// <summary>Answers end where the chat template ends them, with the quickstart's model, which writes <c>&lt;|end|></c> (token 2) behind each.</summary>
public sealed class AnswerEndTests
{
    private static readonly string s_folder = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "model");

    private static readonly ChatMessage[][] s_prompts = [[new("user", "How do I repair a torn curtain?")], [new("user", "What helps with a dripping tap?")]];

    private static readonly AnsweringOptions s_options = new() { Repeats = 1, Temperature = 0, MaxNewTokens = 60 };

    [Fact]
    public void A_template_that_ends_with_the_model_s_own_token_changes_nothing()
    {
        using var model = CausalLanguageModel.Load(s_folder, TinyModel.Device);
        var end = AnswerEnd.Of(Tokenizer.Load(s_folder), ChatTemplate.Load(s_folder));
        end.StopTokens(model).ShouldBeSameAs(model.StopTokens);
        end.In(new(), model).IsOver.ShouldBeNull();
        // Nothing behind an answer, or a template that rejects the conversation, ends nothing.
        foreach (var source in (string[])["{% for m in messages %}{{ m.content }}\n{% endfor %}", "{{ raise_exception('no') }}"])
            AnswerEnd.Of(Tokenizer.Load(s_folder), ChatTemplate.Parse(source)).StopTokens(model).ShouldBeSameAs(model.StopTokens);
    }

    [Fact]
    public void Answers_end_at_the_template_s_special_token_if_the_model_s_files_name_another()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(s_folder))
            File.Copy(file, folder[Path.GetFileName(file)]);
        foreach (var file in (string[])["config.json", "generation_config.json"])
        {
            var json = JsonNode.Parse(File.ReadAllText(folder[file]))!;
            json["eos_token_id"] = 0;
            File.WriteAllText(folder[file], json.ToJsonString());
        }
        using var model = CausalLanguageModel.Load(s_folder, TinyModel.Device);
        using var other = CausalLanguageModel.Load(folder.Path, TinyModel.Device);
        other.StopTokens.ShouldBe([0]);
        var answers = Answer(model, ChatTemplate.Load(s_folder));
        answers.ShouldAllBe(answer => answer.Complete && answer.Text.Length > 0);
        Answer(other, ChatTemplate.Load(s_folder)).ShouldBe(answers);
    }

    [Fact]
    public void Answers_end_at_the_text_behind_them_if_it_is_no_special_token()
    {
        using var model = CausalLanguageModel.Load(s_folder, TinyModel.Device);
        var source = ChatTemplate.Load(s_folder).Source;
        var whole = Answer(model, ChatTemplate.Load(s_folder));
        var tokenizer = Tokenizer.Load(s_folder);
        var plain = ChatTemplate.Load(s_folder);
        foreach (var (prompt, answer) in s_prompts.Zip(whole))
        {
            // As if answers ended with the fourth word of this one: what the model writes from there on is no answer.
            var word = answer.Text.Split(' ')[3];
            var end = AnswerEnd.Of(tokenizer, ChatTemplate.Parse(source.Replace("'<|end|>\\n'", $"' {word} \\n'", StringComparison.Ordinal)));
            var ids = tokenizer.EncodeToIds(plain.Render(prompt, addGenerationPrompt: true), addSpecialTokens: false);
            var generated = new TextGenerator(model).Generate([ids], end.In(new() { MaxNewTokens = 60 }, model))[0];
            generated.Tokens.Count.ShouldBeLessThan(answer.TokenCount);
            var part = answer.Text[..answer.Text.IndexOf(word, StringComparison.Ordinal)].Trim();
            end.Read(generated).ShouldBe((part, true));
            var (tokens, isComplete) = end.ReadTokens(generated);
            isComplete.ShouldBeTrue();
            part.ShouldStartWith(tokenizer.Decode([.. tokens]).Trim());
        }
    }

    private static IReadOnlyList<Answer> Answer(CausalLanguageModel model, ChatTemplate template) =>
        new PromptAnswerer(model, Tokenizer.Load(s_folder), template).Answer(s_prompts, s_options);
}
