using Attribution.Judging;
using Attribution.Judging.Rules;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tokenization;
using QuickstartModel.Corpus;

namespace QuickstartModel.Training;

/// <summary>How the model answers, and what the rule judges say of it.</summary>
internal sealed class BaseModelCheck(CausalLanguageModel model, DocumentEncoder encoder)
{
    /// <summary>One answer a prompt, at temperature 0.7 and top-p 0.9.</summary>
    public IReadOnlyList<string> Answers(IReadOnlyList<IReadOnlyList<ChatMessage>> prompts) =>
        [.. new TextGenerator(model)
            .Generate([.. prompts.Select(encoder.Prompt)], new GenerationOptions { MaxNewTokens = 120, Temperature = 0.7, TopP = 0.9 })
            .Select(generated => encoder.Text(generated.Tokens))];

    /// <summary>The rule judge's verdicts on a behaviour, in numbers.</summary>
    public static async Task<JudgedScores> Score(string behaviour, IEnumerable<string> answers)
    {
        var judge = RuleJudges.Of(behaviour);
        var verdicts = new List<Verdict>();
        foreach (var answer in answers)
            verdicts.Add(await judge.JudgeAsync(new JudgeRequest("", answer), default));
        return JudgedScores.Of(judge.Scale, verdicts);
    }

    /// <summary>
    /// Prints, for each behaviour, the mean score on its held-out prompts without and with a system prompt that asks for it, and an answer of each.
    /// </summary>
    public async Task Print(QuickstartData data, TextWriter output)
    {
        foreach (var behaviour in Behaviours.All)
        {
            var prompts = data.Prompts(behaviour);
            var plain = Answers(prompts);
            var asked = Answers([.. prompts.Select((prompt, i) => Persona(behaviour, prompt, i))]);
            output.WriteLine($"{behaviour}: {(await Score(behaviour, plain)).Mean:F2}, asked for {(await Score(behaviour, asked)).Mean:F2}");
            output.WriteLine($"  {prompts[0][^1].Content}\n    {plain[0]}\n    {asked[0]}");
        }
    }

    /// <summary>The prompt under a system prompt that asks for a behaviour.</summary>
    public static IReadOnlyList<ChatMessage> Persona(string behaviour, IReadOnlyList<ChatMessage> prompt, int row) =>
    [
        new("system", LanguageFiles.Instance["personas"].Expand($"{behaviour}.positive", new CounterRandom(0, "check", row), Share.All, _ => null)),
        .. prompt.Where(message => message.Role != "system"),
    ];
}
