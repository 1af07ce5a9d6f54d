using System.CommandLine;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Selection;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution select</c>: selects the training rows that match an evaluation set.</summary>
public static class SelectVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var train = new Option<string>("--train")
        {
            Description = "A folder of training vectors: {output}/{method} of `attribute`, one of an experiment's "
            + "out/, or one that the original pipeline wrote.",
            Required = true
        };
        var evaluation = new Option<string>("--eval") { Description = "A folder of evaluation vectors.", Required = true };
        var control = new Option<string?>("--eval-control")
        {
            Description = "A folder of the evaluation set's control vectors; "
            + "cos_sim_debias_eval, linear and mlp read them."
        };
        var scoring = new Option<string>("--scoring")
        {
            Description = "cos_sim, proj, dot_product, cos_sim_debias_eval, cos_sim_debias_train; for vectors "
            + "of trak trak_full or trackstar; or a probe: linear or mlp.",
            DefaultValueFactory = _ => "cos_sim"
        };
        var layer = new Option<int?>("--layer")
        {
            Description = "The block whose vectors are compared, 0-based; leave it out for vectors of the whole "
            + "model, such as those of trak and rds."
        };
        var k = new Option<int>("--top-k") { Description = "The number of rows to select.", DefaultValueFactory = _ => 500 };
        var seed = new Option<long>("--seed") { Description = "The seed of a probe's training." };
        var defaults = new WhiteningOptions();
        var damping = new Option<double>("--damping")
        {
            Description = "For trak_full and trackstar: added to the second moments, as a "
            + "multiple of their mean eigenvalue.",
            DefaultValueFactory = _ => defaults.Damping
        };
        var mixture = new Option<double>("--mixture")
        {
            Description = "For trackstar: the weight of the evaluation vectors' second moments, 0 to 1.",
            DefaultValueFactory = _ => defaults.Mixture
        };
        var output = new Option<string>("--output") { Description = "The file to write: JSONL with rank, idx, score and messages.", Required = true };
        var verb = new Command("select", "Selects the training rows whose vectors are most like an evaluation set's.") { train, evaluation, control, scoring,
            layer, k, seed, damping, mixture, output };
        verb.SetAction((parsed, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(train);
            ProjectionIdentity.RequireSame(folder, parsed.GetRequiredValue(evaluation));
            if (parsed.GetValue(control) is { } of)
                ProjectionIdentity.RequireSame(folder, of);
            var at = ProjectionIdentity.Read(folder) is null ? parsed.GetValue(layer) ?? VectorKey.WholeModel : VectorKey.WholeModel;
            IVectorSource Table(string folder) => VectorFolder.Open(folder, at);
            RowScorer scorer;
            try
            {
                scorer = RowScorer.From(
                    ScoringMethods.Parse(parsed.GetRequiredValue(scoring)), Table(parsed.GetRequiredValue(evaluation)),
                    parsed.GetValue(control) is { } controls ? Table(controls) : null, parsed.GetValue(seed),
                    new WhiteningOptions { Damping = parsed.GetValue(damping), Mixture = parsed.GetValue(mixture) }, cancellation);
            }
            catch (AttributionException e) when (parsed.GetValue(layer) is null && e.Code is ErrorCodes.NoVectors or ErrorCodes.VectorTableInvalid)
            {
                throw new AttributionException(e.Code, $"{e.Message} If they belong to single blocks, choose one with --layer.",
                    e)
                { File = e.File };
            }
            var scores = RowScorer.Score([scorer], Table(folder), cancellation)[0];
            var selected = SelectedRows.Join(TopK.Select(scores, parsed.GetValue(k)), VectorFolder.Rows(folder));
            var path = Path.GetFullPath(parsed.GetRequiredValue(output));
            OutputPlace.RequireFile(path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            SelectedRows.Write(path, selected);
            var without = scores.Count(s => !float.IsFinite(s.Score));
            parsed.InvocationConfiguration.Output.WriteLine(
                $"selected {selected.Count} of {scores.Count} rows (scores {selected[^1].Score} to {selected[0].Score})"
                + (without > 0 ? $"; {without} rows have no score" : "")
                    + (scorer.SkippedCount > 0 ? $"; {scorer.SkippedCount} evaluation rows have no vector" : "")
                + (scorer.Probe is { } probe ? $"; the probe classifies {probe.Fit.ValidationAccuracy:P0} of the held-out evaluation vectors" : ""));
            return Task.FromResult(0);
        });
        return verb;
    }
}
