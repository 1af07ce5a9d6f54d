using System.CommandLine;
using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Examples;
using Attribution.ContextAttribution.Sources;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Reporting.ContextAttribution;
using Attribution.Tokenization;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution at2 attribute</c>: attributes an answer to the pieces of its context with a trained score estimator (arXiv 2504.13752).</summary>
public static class At2Verb
{
    private const int LongestAnswer = 512;

    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var estimator = new Option<string>("--estimator")
        {
            Description = "A score estimator: the folder that an experiment made, or a "
            + "published score_estimator.pt.",
            Required = true
        };
        var context = new Option<string[]>("--context") { Description = "A text file with the context; several make several documents." };
        var query = new Option<string>("--query") { Description = "The question.", Required = true };
        var messages = new Option<string?>("--messages") { Description = "A JSON file with the chat before the question." };
        var answer = new Option<string?>("--answer") { Description = "The answer to attribute; the model's own unless given." };
        var thoughts = new Option<bool>("--thoughts") { Description = "Attribute the final answer to the thoughts before it, which end with </think>." };
        var start = new Option<int?>("--start") { Description = "The first character of the part of the answer to attribute; the whole answer unless given." };
        var end = new Option<int?>("--end") { Description = "The character after the last of that part." };
        var type = new Option<SourceType>("--source-type")
        {
            Description = "What to attribute to: token, word, sentence or document.",
            DefaultValueFactory = _ => SourceType.Sentence
        };
        var rule = new Option<string?>("--sentence-rule")
        {
            Description = "Where sentences end, apart from full stops: paragraph or lines; unless given, "
                + "the rule that the estimator was trained with (lines for a published one)."
        };
        rule.AcceptOnlyFromAmong([.. Names.Of(typeof(SentenceRuleNames))]);
        var attention = new Option<string?>("--attention-features")
        {
            Description = "The attention to score with: true, the model's own, or at2; unless given, "
                + "the one that the estimator was trained with (at2 for a published one)."
        };
        attention.AcceptOnlyFromAmong([.. Names.Of(typeof(AttentionFeatureNames))]);
        var json = new Option<bool>("--json") { Description = "Print JSON: every source with its score." };
        var html = new Option<string?>("--html") { Description = "Write a page to this file that shades the context for each sentence of the answer." };
        var attribute = new Command("attribute", "Attributes an answer to the pieces of its context.")
        { estimator, context, query, messages, answer, thoughts, start, end, type, rule, attention, json, html };
        var model = new ModelOptions(attribute);
        model.AddConversations(attribute, loss: false);
        attribute.Validators.Add(result =>
        {
            if (result.GetValue(context) is null or [] && !result.GetValue(thoughts))
                result.AddError("Give the context with --context, or attribute to the model's thoughts with --thoughts.");
            if (result.GetValue(start) is null != result.GetValue(end) is null)
                result.AddError("Give --start and --end together.");
        });
        attribute.SetAction((parsed, cancellation) =>
        {
            var folder = model.Folder(parsed);
            var trained = ScoreEstimator.Load(parsed.GetRequiredValue(estimator), ModelConfig.Load(folder));
            var sentences = parsed.GetValue(rule) is { } given ? SentenceRules.Of(given) : trained.Sentences;
            var scores = parsed.GetValue(attention) is { } other ? trained.TrainedOn(AttentionRules.Of(other), sentences) : trained;
            var prompts = ContextPromptWriter.Load(folder, model.ChatTemplate(parsed));
            var row = new ContextRow(0, [.. (parsed.GetValue(context) ?? []).Select(Read)], parsed.GetRequiredValue(query))
            {
                Previous = parsed.GetValue(messages) is { } file ? MessagesFile.Read(file).Messages : [],
            };
            var prompt = prompts.Write(row);
            using var loaded = model.Load(parsed, folder);
            var text = Answer(loaded, prompts, prompt, parsed.GetValue(answer), cancellation);
            var example = Example(prompt, text, parsed.GetValue(type), sentences, parsed.GetValue(thoughts));
            var part = parsed.GetValue(start) is { } from
                ? example.WithRange(text, from, parsed.GetValue(end)!.Value)
                : example.WithRange(text, example.Units[0].Span.Start, example.Units[^1].Span.End);

            // The part and the sentences in one pass.
            var task = example.Task.WithUnits([part.Task.Units[0], .. example.Task.Units]);
            var all = ContextAttributor.Scores(loaded.Transformer, task, scores, cancellation);
            var shown = new At2Result(example, part.Units[0], text.Text, all[0]);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                shown.WriteJson(output);
            else
                shown.WriteText(output);
            if (parsed.GetValue(html) is { } page)
            {
                var documents = parsed.GetValue(thoughts) ? [ContextExampleBuilder.ThoughtsOf(text)] : row.Documents.Select(d => d.Trim()).ToArray();
                File.WriteAllText(page, AttributedAnswerHtml.Page(AttributedAnswer.Of(row.Query, documents, example, text.Text, all[1..])));
            }
            return Task.FromResult(0);
        });
        return new Command("at2", "Attributes answers to their contexts (AT2).") { attribute };
    }

    private static GeneratedAnswer Answer(CausalLanguageModel model, ContextPromptWriter prompts, ContextPrompt prompt, string? given,
        CancellationToken cancellation)
    {
        var answer = given is null ? null : GeneratedAnswer.Of(prompts.Tokenizer, prompt, given);
        var length = prompt.Ids.Count + (answer?.Ids.Count ?? 1);
        if (length > model.Config.MaxPositions)
            throw new AttributionException(ErrorCodes.PromptTooLong,
                $"Context, question and answer have {length} tokens or more, and the model's window is "
                + $"{model.Config.MaxPositions}. Shorten the context.")
            { Property = "--context" };
        var end = prompts.AnswerEnd;
        return answer ?? GeneratedAnswer.Of(prompts.Tokenizer, end.ReadTokens(new TextGenerator(model).Generate([prompt.Ids],
            end.In(new() { MaxNewTokens = LongestAnswer }, model), cancellation: cancellation)[0]).Tokens);
    }

    private static ContextExample Example(ContextPrompt prompt, GeneratedAnswer answer, SourceType type, SentenceRule rule, bool thoughts)
    {
        var (example, why) = thoughts ? ContextExampleBuilder.OfThoughts(prompt, answer, type, rule)
            : ContextExampleBuilder.OfContext(prompt, answer, type, rule);
        return example ?? throw new AttributionException(ErrorCodes.NothingToAttribute, why switch
        {
            Exclusion.NoSource => thoughts ? "The answer has no thoughts to attribute it to." : "The context is empty. Give a file with text as --context.",
            Exclusion.NoThoughts => $"The answer has no </think> that ends its thoughts: \"{answer.Text}\"",
            _ => answer.Text.Length == 0 ? "The model's answer is empty. Give one with --answer."
                : $"The answer has no sentence to attribute: \"{answer.Text}\"",
        });
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.InputUnreadable, $"The context cannot be read: {e.Message}", e) { File = path, Property = "--context" };
        }
    }
}
