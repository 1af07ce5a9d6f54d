using System.CommandLine;
using Attribution.Contracts;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Selection;
using Attribution.Selection.Baselines;
using Attribution.Tokenization;
using Attribution.Worker.CommandLine;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution baseline</c>: selects training rows with a baseline, without vectors.</summary>
public static class BaselineVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var method = new Option<string>("--method") { Description = "bm25, loss or length.", Required = true };
        var data = new Option<string>("--data") { Description = "The training rows: Parquet, JSONL, JSON or CSV.", Required = true };
        var evaluation = new Option<string?>("--eval-data") { Description = "For bm25: the evaluation rows." };
        var maxTokens = new Option<int>("--max-tokens")
        {
            Description = "For loss and length: the number of tokens to keep from the end of a conversation.",
            DefaultValueFactory = _ => ConversationEncoder.DefaultMaxTokens
        };
        maxTokens.Require(value => value > 0, "at least 1");
        var k = new Option<int>("--top-k") { Description = "The number of rows to select.", DefaultValueFactory = _ => 500 };
        var output = new Option<string>("--output") { Description = "The file to write: JSONL with rank, idx, score and messages.", Required = true };
        method.AcceptOnlyFromAmong([.. BaselineNames.Scored]);
        var verb = new Command("baseline", "Selects the training rows that share words with an evaluation set, those that a model finds hardest, "
            + "or those with the longest answers.") { method, data, evaluation, maxTokens, k, output };
        var model = new ModelOptions(verb, isRequired: false);
        model.AddConversations(verb, loss: true);
        verb.Validators.Add(result =>
        {
            var name = result.GetResult(method)?.Tokens.LastOrDefault()?.Value;
            if (name == BaselineNames.Bm25 && result.GetValue(evaluation) is null)
                result.AddError("--method bm25 compares with the rows of --eval-data FILE.");
            if (name is BaselineNames.Loss or BaselineNames.Length && !model.IsGiven(result))
                result.AddError($"--method {name} reads the model of --model FOLDER.");
        });
        verb.SetAction((parsed, cancellation) =>
        {
            var rows = Dataset.Open(new DatasetOptions { Path = parsed.GetRequiredValue(data) });
            var scores = parsed.GetRequiredValue(method) == BaselineNames.Bm25
                ? Bm25.Score(rows.Rows(), Dataset.Open(new DatasetOptions { Path = parsed.GetValue(evaluation)! }).Rows(), cancellation: cancellation)
                : OfAnswers(rows);
            var selected = SelectedRows.Join(TopK.Select(scores, parsed.GetValue(k)), rows.Rows());
            var path = Path.GetFullPath(parsed.GetRequiredValue(output));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            SelectedRows.Write(path, selected);
            var without = scores.Count(s => !float.IsFinite(s.Score));
            parsed.InvocationConfiguration.Output.WriteLine($"selected {selected.Count} of {scores.Count} rows (scores "
                + $"{selected[^1].Score} to {selected[0].Score})"
                + (without > 0 ? $"; {without} rows have no score" : ""));
            return Task.FromResult(0);

            IReadOnlyList<ScoredRow> OfAnswers(Dataset rows)
            {
                var folder = model.Folder(parsed);
                var encoder = RowEncoder.Load(folder, parsed.GetValue(maxTokens), model.Loss(parsed), model.ChatTemplate(parsed));
                var file = rows.Files.Count == 1 ? rows.Files[0] : null;
                if (parsed.GetRequiredValue(method) == BaselineNames.Length)
                    return [.. rows.Rows().Select(row => new ScoredRow(row.Index, AnswerScores.Lengths([encoder.Encode(row.Treatment, file, row.Index)])[0]))];
                using var loaded = model.Load(parsed, folder);
                var (scored, count) = (new List<ScoredRow>(), rows.CountRows());
                ProgressDisplay.Run("rows", count, report =>
                {
                    foreach (var chunk in rows.Rows().Chunk(256))
                    {
                        var losses = AnswerScores.Losses(loaded.Transformer, [.. chunk.Select(row => encoder.Encode(row.Treatment, file, row.Index))],
                            cancellation: cancellation);
                        scored.AddRange(chunk.Zip(losses, (row, loss) => new ScoredRow(row.Index, loss)));
                        report(scored.Count);
                    }
                });
                return scored;
            }
        });
        return verb;
    }
}
