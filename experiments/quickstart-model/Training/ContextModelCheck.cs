using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tokenization;
using QuickstartModel.Corpus;

namespace QuickstartModel.Training;

/// <summary>Whether the context model repeats the facts that it is asked for.</summary>
internal sealed class ContextModelCheck(CausalLanguageModel model, DocumentEncoder encoder)
{
    /// <summary>The greedy answers.</summary>
    public IReadOnlyList<string> Answers(IReadOnlyList<ContextExample> examples) =>
        [.. new TextGenerator(model)
            .Generate([.. examples.Select(example => encoder.Prompt([new ChatMessage("user", ContextCorpus.Prompt(example.Context, example.Query))]))],
                new GenerationOptions { MaxNewTokens = 40 })
            .Select(generated => encoder.Text(generated.Tokens))];

    /// <summary>Prints the share of examples whose answer is right, and some that are not.</summary>
    public void Print(ContextCorpus corpus, TextWriter output)
    {
        var examples = Enumerable.Range(0, ContextFiles.Examples).Select(corpus.Example).ToArray();
        var answers = Answers(examples);
        var wrong = examples.Zip(answers).Where(pair => pair.First.Answer != pair.Second).ToArray();
        output.WriteLine($"{examples.Length - wrong.Length} of {examples.Length} answers are right");
        foreach (var (example, answer) in wrong.Take(5))
            output.WriteLine($"  {example.Context}\n    {example.Query}\n    {example.Answer}\n    {answer}");
    }
}
