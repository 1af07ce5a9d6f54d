using System.CommandLine;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.FineTuning;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Selection;
using Attribution.Tokenization;
using Attribution.Worker.CommandLine;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution finetune</c>: trains a LoRA adapter on selected rows or on a dataset.</summary>
public static class FineTuneVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var defaults = new FineTuningOptions();
        var data = new Option<string>("--data")
        {
            Description = "selected_train_data.jsonl, or a dataset whose treatments to train on. Selected rows are trained on in their "
                + "dataset's order, as a build does.",
            Required = true,
        };
        var output = new Option<string>("--output") { Description = "The folder to write the adapter and loss.jsonl into.", Required = true };
        var rank = new Option<int>("--rank") { Description = "LoRA's r.", DefaultValueFactory = _ => defaults.Lora.Rank };
        var alpha = new Option<double>("--alpha") { Description = "LoRA's alpha.", DefaultValueFactory = _ => defaults.Lora.Alpha };
        var dropout = new Option<double>("--dropout") { Description = "LoRA's dropout.", DefaultValueFactory = _ => defaults.Lora.Dropout };
        var rate = new Option<double>("--learning-rate")
        {
            Description = "The learning rate of the first step; it falls linearly to 0.",
            DefaultValueFactory = _ => defaults.LearningRate
        };
        var decay = new Option<double>("--weight-decay") { Description = "AdamW's weight decay.", DefaultValueFactory = _ => defaults.WeightDecay };
        var targets = new Option<string>("--lora-targets")
        {
            Description = "The matrices that get an adapter, separated by commas.",
            DefaultValueFactory = _ => string.Join(',', defaults.Lora.TargetModules),
        };
        var epochs = new Option<int>("--epochs") { Description = "The number of passes over the rows.", DefaultValueFactory = _ => defaults.Epochs };
        var batch = new Option<int>("--batch-size") { Description = "Rows per step.", DefaultValueFactory = _ => defaults.BatchSize };
        var seed = new Option<long>("--seed") { Description = "The seed of the adapter's initial weights and the order of the rows." };
        var maxTokens = new Option<int>("--max-tokens")
        {
            Description = "The number of tokens to keep from the end of a conversation.",
            DefaultValueFactory = _ =>
            ConversationEncoder.DefaultMaxTokens
        };
        maxTokens.Require(value => value > 0, "at least 1");
        var verb = new Command("finetune", "Trains a LoRA adapter on the answers of conversations.")
        { data, output, rank, alpha, dropout, targets, rate, decay, epochs, batch, seed, maxTokens };
        var model = new ModelOptions(verb);
        model.AddConversations(verb, loss: true);
        verb.SetAction((parsed, cancellation) =>
        {
            var options = new FineTuningOptions
            {
                Lora = defaults.Lora with
                {
                    Rank = parsed.GetValue(rank),
                    Alpha = parsed.GetValue(alpha),
                    Dropout = parsed.GetValue(dropout),
                    TargetModules = parsed.GetRequiredValue(targets).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                },
                LearningRate = parsed.GetValue(rate),
                WeightDecay = parsed.GetValue(decay),
                Epochs = parsed.GetValue(epochs),
                BatchSize = parsed.GetValue(batch),
                Seed = parsed.GetValue(seed),
            };
            options.Check();
            OutputPlace.RequireFolder(parsed.GetRequiredValue(output));
            var folder = model.Folder(parsed);
            var rows = Rows(parsed.GetRequiredValue(data), RowEncoder.Load(folder, parsed.GetValue(maxTokens), model.Loss(parsed), model.ChatTemplate(parsed)));
            if (rows.Count(row => row.TargetCount == 0) is > 0 and var without && without < rows.Count)
                parsed.InvocationConfiguration.Error.WriteLine($"warning {ErrorCodes.RowsNotTrainedOn}: {without} of the {rows.Count} rows have no answer "
                    + "within --max-tokens, and are left out.");
            using var loaded = model.Load(parsed, folder);
            var target = Directory.CreateDirectory(parsed.GetRequiredValue(output)).FullName;
            using (var curve = new LossCurve(Path.Combine(target, "loss.jsonl")))
                ProgressDisplay.Run("rows trained on", (long)rows.Count * options.Epochs, report =>
                {
                    using var adapter = new LoraFineTuner(options).Train(loaded, rows, step =>
                    {
                        curve.Add(step);
                        report((long)Math.Round(step.Epoch * rows.Count));
                    }, cancellation);
                    adapter.Save(target, model.NameForOthers(parsed));
                });
            return Task.FromResult(0);
        });
        return verb;
    }

    // The file is in rank order. An epoch's order is drawn from the dataset's order, so that a changed rank does not change the training.
    private static IReadOnlyList<TokenSequence> Rows(string path, RowEncoder encoder) => SelectedRows.Recognizes(path)
        ? [.. SelectedRows.Read(path).Index().OrderBy(row => row.Item.Index).Select(row => encoder.Encode(row.Item.Treatment, path, row.Index))]
        : [.. Dataset.Open(new DatasetOptions { Path = path }).Rows().Select(row => encoder.Encode(row.Treatment, path, row.Index))];
}
