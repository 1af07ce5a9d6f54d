using System.CommandLine;
using System.Globalization;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Judging.Chat;
using Attribution.Judging.Rules;
using Attribution.Pipeline;
using Attribution.Worker.Stages;
using Spectre.Console;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution judge check|prompt</c>: measures a judge's agreement with people, and prints the built-in prompts.</summary>
public static class JudgeVerb
{
    private const int ShownDisagreements = 5;

    /// <summary>Creates the verb.</summary>
    public static Command Create() => new("judge", "Judges: how far one agrees with people, and the prompts of the judging model.") { Check(), Prompt() };

    private static Command Prompt()
    {
        var trait = TraitOption();
        var command = new Command("prompt", "Prints a trait's judging prompt, to be copied and changed.") { trait };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(trait);
            _ = JudgePrompt.Shipped(name);
            parsed.InvocationConfiguration.Output.Write(File.ReadAllText(JudgePrompt.ShippedFile(name)));
        });
        return command;
    }

    private static Command Check()
    {
        var trait = TraitOption();
        var examples = new Option<string>("--examples")
        {
            Description = "Answers that people scored: lines of {\"question\", \"answer\", \"score\"}, with "
            + "references where the trait has them.",
            Required = true
        };
        var rules = new Option<bool>("--rules") { Description = "Check the trait's rules instead of a model." };
        var model = new Option<string>("--model")
        {
            Description = "The judging model, or the folder of one.",
            DefaultValueFactory = _ =>
            ChatOptions.DefaultModel
        };
        var endpoint = new Option<string?>("--endpoint") { Description = $"An OpenAI-compatible service; {ChatOptions.DefaultEndpoint} if left out." };
        var prompt = new Option<string?>("--prompt") { Description = "A judging prompt of your own." };
        var budget = new Option<long?>("--budget-tokens") { Description = "The most tokens to pay for." };
        var store = new Option<string>("--store")
        {
            Description = "The store that keeps what was asked.",
            DefaultValueFactory = _ =>
            ArtifactPaths.Current().Store
        };
        var command = new Command("check", "Scores labelled examples and prints how far the judge agrees with the labels.") { trait, examples, rules, model,
            endpoint, prompt, budget, store };
        var json = JsonOutput.Option();
        command.Options.Add(json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(rules) && (result.GetResult(model) is { Implicit: false } || result.GetValue(endpoint) is not null
                || result.GetValue(prompt) is not null))
                result.AddError("--rules needs no --model, --endpoint or --prompt.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            EnvironmentFile.Load(skipped => parsed.InvocationConfiguration.Error.WriteLine($"warning {skipped.Code}: {skipped.Message}"));
            var name = parsed.GetRequiredValue(trait);
            var asks = parsed.GetValue(rules) ? null : parsed.GetValue(prompt) is { } own ? JudgePrompt.Load(own) : JudgePrompt.Shipped(name);
            if (asks is not null && asks.Scale.Trait != name)
                throw new AttributionException(ErrorCodes.JudgePromptInvalid,
                    $"The prompt is for the trait '{asks.Scale.Trait}', not '{name}'.")
                { File = parsed.GetValue(prompt), Property = "--trait" };
            using var kept = new ArtifactStore(parsed.GetRequiredValue(store));
            using var chat = asks is null ? null : JudgingModel.Open(Settings(parsed.GetRequiredValue(model), parsed.GetValue(endpoint),
                parsed.GetValue(budget)), kept);
            var judge = asks is null ? RuleJudges.Of(name) : (IJudge)new LlmJudge(chat!, asks);
            var labelled = LabelledExamples.Read(parsed.GetRequiredValue(examples), judge.Scale, asks?.References ?? []);

            JudgedEvaluation? judged = null;
            Answer[] answers = [.. labelled.Select((e, i) => new Answer(i, 0, e.Request.Prompt, e.Request.Answer, 0, true))];
            ProgressDisplay.Run("verdicts", labelled.Count, report =>
                judged = JudgedEvaluation.RunAsync(judge, answers, a => labelled[a.PromptIndex].Request, new ProgressCallback<int>(n => report(n)),
                cancellation).GetAwaiter().GetResult());
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, ToJson(judge, labelled, judged!, chat));
                return Task.FromResult(0);
            }
            var console = StoreTables.ConsoleOn(parsed.InvocationConfiguration.Output);
            Print(console, judge, labelled, judged!);
            if (chat is not null)
                console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{chat.Asked:N0} calls, {chat.AskedTokens:N0} tokens; the rest was in the store"));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Option<string> TraitOption() => new("--trait") { Description = "The trait.", Required = true };

    private static LlmSettings Settings(string model, string? endpoint, long? budget) =>
        Directory.Exists(model) ? new() { Folder = model } : new() { Model = model, Endpoint = endpoint, BudgetTokens = budget };

    private static object ToJson(IJudge judge, IReadOnlyList<JudgeExample> labelled, JudgedEvaluation judged, StoredChatCompletion? chat)
    {
        var agreement = JudgeAgreement.Of(judge.Scale, labelled.Zip(judged.Rows, (e, r) => (e.Score, r.Verdict.Score)));
        int[] scores = [.. Enumerable.Range(0, judge.Scale.Max + 1)];
        return new
        {
            judge = judge.Name,
            judge.Scale.Trait,
            agreement.Compared,
            agreement.Unjudged,
            agreement = Readable.Finite(agreement.Agreement),
            meanDistance = Readable.Finite(agreement.MeanDistance),
            kappa = Readable.Finite(agreement.Kappa),
            quadraticKappa = Readable.Finite(agreement.QuadraticKappa),
            countsByPeopleAndJudge = scores.Select(people => scores.Select(score => agreement.Counts[people, score])),
            calls = chat?.Asked,
            tokens = chat?.AskedTokens,
        };
    }

    private static void Print(IAnsiConsole console, IJudge judge, IReadOnlyList<JudgeExample> labelled, JudgedEvaluation judged)
    {
        var agreement = JudgeAgreement.Of(judge.Scale, labelled.Zip(judged.Rows, (e, r) => (e.Score, r.Verdict.Score)));
        var table = new Table().Border(TableBorder.Simple).AddColumn("people \\ judge");
        for (var score = 0; score <= judge.Scale.Max; score++)
            table.AddColumn(new TableColumn($"{score}").RightAligned());
        for (var people = 0; people <= judge.Scale.Max; people++)
            table.AddRow([$"{people}", .. Enumerable.Range(0, judge.Scale.Max + 1).Select(score => $"{agreement.Counts[people, score]}")]);
        console.Write(table);
        console.WriteLine($"judge            {judge.Name}, {judge.Scale.Trait}");
        console.WriteLine($"compared         {agreement.Compared} ({agreement.Unjudged} without a score)");
        console.WriteLine($"agreement        {Number(agreement.Agreement)}");
        console.WriteLine($"mean distance    {Number(agreement.MeanDistance)}");
        console.WriteLine($"Cohen's kappa    {Number(agreement.Kappa)}");
        console.WriteLine($"quadratic kappa  {Number(agreement.QuadraticKappa)}");
        foreach (var (example, row) in labelled.Zip(judged.Rows, (e, r) => (e, r)).Where(x => x.r.Verdict.Score is { } s && s != x.e.Score)
            .OrderByDescending(x => Math.Abs(x.r.Verdict.Score!.Value - x.e.Score)).Take(ShownDisagreements))
            console.WriteLine($"people {example.Score}, judge {row.Verdict.Score}: {Short(example.Request.Answer)} ({Short(row.Verdict.Rationale)})");
    }

    private static string Number(double value) => double.IsNaN(value)
        ? "undefined: there is one score only" : value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Short(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Shown.Of(line.Length > 100 ? line[..100] + "..." : line);
    }
}
