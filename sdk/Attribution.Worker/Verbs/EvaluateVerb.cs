using System.CommandLine;
using System.Text.Json;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Judging.Rules;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Tokenization;
using Attribution.Worker.CommandLine;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution evaluate</c>: evaluates a model, with or without an adapter, on an evaluation set.</summary>
public static class EvaluateVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var defaults = new AnsweringOptions();
        var adapter = new Option<string?>("--adapter") { Description = "A LoRA adapter's folder; the base model unless given." };
        var data = new Option<string>("--data") { Description = "The evaluation set, whose treatments and controls are predicted.", Required = true };
        var prompts = new Option<string?>("--prompts") { Description = "Held-out prompts to answer and have judged." };
        var trait = new Option<string?>("--trait") { Description = "The trait that the answers are judged on, by its rule judge." };
        var repeats = new Option<int>("--repeats") { Description = "Answers per prompt.", DefaultValueFactory = _ => defaults.Repeats };
        var temperature = new Option<double>("--temperature") { Description = "Of the answers.", DefaultValueFactory = _ => defaults.Temperature };
        var topP = new Option<double>("--top-p") { Description = "Of the answers.", DefaultValueFactory = _ => defaults.TopP };
        var tokens = new Option<int>("--max-new-tokens") { Description = "The longest answer.", DefaultValueFactory = _ => defaults.MaxNewTokens };
        var seed = new Option<long>("--seed") { Description = "Decides what is drawn." };
        var maxTokens = new Option<int>("--max-tokens")
        {
            Description = "The number of tokens to keep from the end of a conversation.",
            DefaultValueFactory = _ =>
            ConversationEncoder.DefaultMaxTokens
        };
        var output = new Option<string>("--output") { Description = "The folder to write metrics.json, and judge_{trait}.csv, into.", Required = true };
        var verb = new Command("evaluate", "Measures the cross-entropy of an evaluation set, and judges answers to held-out prompts.")
            { adapter, data, prompts, trait, repeats, temperature, topP, tokens, seed, maxTokens, output };
        repeats.Require(value => value > 0, "at least 1");
        OptionBounds.RequireSampling(temperature, topP);
        tokens.Require(value => value > 0, "at least 1");
        maxTokens.Require(value => value > 0, "at least 1");
        verb.Validators.Add(result =>
        {
            if (result.GetValue(prompts) is null != result.GetValue(trait) is null)
                result.AddError("--prompts and --trait go together.");
        });
        var model = new ModelOptions(verb);
        model.AddConversations(verb, loss: true);
        verb.SetAction(async (parsed, cancellation) =>
        {
            OutputPlace.RequireFolder(parsed.GetRequiredValue(output));
            var folder = model.Folder(parsed);
            var encoder = RowEncoder.Load(folder, parsed.GetValue(maxTokens), model.Loss(parsed), model.ChatTemplate(parsed));
            var path = parsed.GetRequiredValue(data);
            TokenizedRow[] rows = [.. Dataset.Open(new DatasetOptions { Path = path }).Rows().Select(row => encoder.Encode(row, path))];
            var judge = parsed.GetValue(trait) is { } name ? RuleJudges.Of(name) : null;
            using var loaded = model.Load(parsed, folder);
            using var attached = parsed.GetValue(adapter) is { } at ? LoraAdapter.Load(loaded, at) : null;

            var target = Directory.CreateDirectory(parsed.GetRequiredValue(output)).FullName;
            var entropy = new CrossEntropyEvaluator(loaded.Transformer).Evaluate([.. rows.Select(r => r.Treatment)],
                [.. rows.Select(r => r.Control)], cancellation);
            var metrics = new SortedDictionary<string, double?>(StringComparer.Ordinal)
            {
                ["eval_loss_treatment"] = entropy.Treatment,
                ["eval_loss_control"] = entropy.Control,
                ["eval_loss_gap"] = entropy.Gap,
            };
            if (judge is not null)
            {
                var options = new AnsweringOptions
                {
                    Repeats = parsed.GetValue(repeats),
                    Temperature = parsed.GetValue(temperature),
                    TopP = parsed.GetValue(topP),
                    MaxNewTokens = parsed.GetValue(tokens),
                    Seed = parsed.GetValue(seed),
                };
                var asked = PromptFile.Read(parsed.GetRequiredValue(prompts)!);
                IReadOnlyList<Answer> answers = [];
                ProgressDisplay.Run("answers", asked.Count * options.Repeats, report =>
                    answers = new PromptAnswerer(loaded, Tokenizer.Load(folder), ChatTemplate.Choose(folder, model.ChatTemplate(parsed)))
                        .Answer(
                            [.. asked.Select(p => p.Messages)], options, new ProgressCallback<int>(n => report(n)), cancellation,
                                [.. asked.Select(p => p.Variables)]));
                var judged = await JudgedEvaluation.RunAsync(judge, answers, cancellation: cancellation);
                judged.WriteCsv(Path.Combine(target, $"judge_{judge.Scale.Trait}.csv"));
                foreach (var (key, value) in judged.Metrics())
                    metrics[key] = double.IsNaN(value) ? null : value;
            }
            var json = JsonSerializer.Serialize(metrics, new JsonSerializerOptions { WriteIndented = true });
            File.WriteAllText(Path.Combine(target, "metrics.json"), json + "\n");
            parsed.InvocationConfiguration.Output.WriteLine(json);
            return 0;
        });
        return verb;
    }
}
