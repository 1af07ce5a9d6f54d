using System.CommandLine;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Models;
using Attribution.Tokenization;
using Attribution.Worker.CommandLine;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution attribute</c>: computes the attribution vectors of a dataset.</summary>
public static class AttributeVerb
{
    /// <summary>The number of rows in memory at a time, with their vectors.</summary>
    private const int ChunkRows = 512;

    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The dataset: Parquet, JSONL, JSON or CSV.", Required = true };
        var layers = new Option<string>("--layer") { Description = "Blocks, 0-based, with commas between them, or all.", Required = true };
        var method = new Option<string>("--method") { Description = "Methods, with commas between them.", Required = true };
        var output = new Option<string>("--output") { Description = "The folder to write {method}/scores-*.parquet and data-*.parquet into.", Required = true };
        var maxTokens = new Option<int>("--max-tokens")
        {
            Description = "The number of tokens to keep from the end of a conversation.",
            DefaultValueFactory = _ =>
            ConversationEncoder.DefaultMaxTokens
        };
        var filter = new Option<string?>("--filter") { Description = "Only the rows that satisfy this SQL condition on the file's columns." };
        var take = new Option<long?>("--take") { Description = "Only this many rows." };
        var defaults = new ProjectionIdentity();
        var projection = new Option<string>("--projection") { Description = "For trak: kronecker or sparse.", DefaultValueFactory = _ => "kronecker" };
        var dimension = new Option<int>("--projection-dim")
        {
            Description = "For trak: the length of a vector.",
            DefaultValueFactory = _ =>
            defaults.Dimension
        };
        var seed = new Option<long>("--projection-seed") { Description = "For trak: the seed of the projection.", DefaultValueFactory = _ => defaults.Seed };
        var matrices = new Option<string>("--projection-layers")
        {
            Description = "For trak: a regular expression that matches the names of "
            + "the matrices to use.",
            DefaultValueFactory = _ => defaults.Layers
        };
        projection.AcceptOnlyFromAmong("kronecker", "sparse");
        maxTokens.Require(value => value > 1, "at least 2");
        var verb = new Command("attribute", "Computes attribution vectors of a dataset's rows.") { data, layers, method, output, maxTokens, filter, take,
            projection, dimension, seed, matrices };
        var model = new ModelOptions(verb);
        model.AddConversations(verb, loss: true);
        verb.SetAction((parsed, cancellation) =>
        {
            var names = parsed.GetRequiredValue(method).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var identity = new ProjectionIdentity
            {
                Kind = ProjectionIdentity.ParseKind(parsed.GetRequiredValue(projection)),
                Dimension = parsed.GetValue(dimension),
                Seed = parsed.GetValue(seed),
                Layers = parsed.GetRequiredValue(matrices),
            };
            identity.Validate();
            var known = new AttributionMethods(projection: identity);
            var methods = names.Select(known.Get).ToArray();
            var dataset = Dataset.Open(new DatasetOptions
            {
                Path = parsed.GetRequiredValue(data),
                Filter = parsed.GetValue(filter),
                Take = parsed.GetValue(take),
                RequireControl = methods.Any(m => m.Inputs.HasFlag(MethodInputs.Control)),
            });
            var folder = model.Folder(parsed);
            var config = ModelConfig.Load(folder);
            var blocks = LayerList.Parse(parsed.GetRequiredValue(layers), config.BlockCount);
            var target = parsed.GetRequiredValue(output);
            var floats = methods.Sum(m => m.IsProjected() ? identity.Dimension : (m.IsOfWholeModel() ? 1L : blocks.Count) * config.HiddenSize);
            OutputPlace.RequireFolder(target, dataset.CountRows() * floats * sizeof(float));
            var encoder = RowEncoder.Load(folder, parsed.GetValue(maxTokens), model.Loss(parsed), model.ChatTemplate(parsed));
            using var loaded = model.Load(parsed, folder);
            using var computer = new VectorComputer(loaded.Transformer, known);
            Write(dataset, encoder, computer, methods, identity, blocks, target, cancellation);
            return Task.FromResult(0);
        });
        return verb;
    }

    private static void Write(
        Dataset dataset, RowEncoder encoder, VectorComputer computer, IReadOnlyList<IAttributionMethod> methods, ProjectionIdentity projection,
            IReadOnlyList<int> layers, string output,
        CancellationToken cancellation)
    {
        VectorKey[] wanted = [.. methods.SelectMany(m => m.IsOfWholeModel()
            ? [new VectorKey(m.Name, VectorKey.WholeModel)] : layers.Select(l => new VectorKey(m.Name, l)))];
        var file = dataset.Files.Count == 1 ? dataset.Files[0] : null;
        var writers = new Dictionary<string, VectorTableWriter>();
        long cutAway = 0;
        try
        {
            ProgressDisplay.Run("rows", dataset.CountRows(), report =>
            {
                long done = 0;
                foreach (var chunk in dataset.Rows().Select(row => encoder.Encode(row, file)).Chunk(ChunkRows))
                {
                    var before = done;
                    var vectors = computer.Compute(chunk, wanted, new ProgressCallback<int>(n => report(before + n)), cancellation);
                    cutAway += chunk.Count(r => r.Treatment.TargetCount == 0);
                    foreach (var group in wanted.GroupBy(key => key.Method))
                        Append(writers, output, group.Key, chunk, [.. group.Select(key => key.Layer)], vectors);
                    done += chunk.Length;
                }
            });
            foreach (var method in methods.Where(method => method.IsProjected()))
                projection.Write(Path.Combine(output, method.Name));
            foreach (var (name, writer) in writers)
            {
                writer.Complete();
                DatasetRows.Write(Path.Combine(output, name, "data-00000.parquet"), dataset.Rows());
            }
        }
        finally
        {
            foreach (var writer in writers.Values)
                writer.Dispose();
        }
        if (cutAway > 0)
            Console.Error.WriteLine($"warning {ErrorCodes.AnswerCutAway}: {cutAway} rows have no answer within --max-tokens; their vectors are "
                + "NaN and are never selected.");
    }

    private static void Append(
        Dictionary<string, VectorTableWriter> writers, string output, string method, TokenizedRow[] rows, IReadOnlyList<int> layers,
        IReadOnlyDictionary<VectorKey, float[]> vectors)
    {
        var size = vectors[new VectorKey(method, layers[0])].Length / rows.Length;
        if (!writers.TryGetValue(method, out var writer))
        {
            Directory.CreateDirectory(Path.Combine(output, method));
            writers.Add(method, writer = new VectorTableWriter(Path.Combine(output, method, "scores-00000.parquet"), size));
        }
        for (var row = 0; row < rows.Length; row++)
            foreach (var layer in layers)
                writer.Append(rows[row].Index, layer, vectors[new VectorKey(method, layer)].AsSpan(row * size, size));
    }
}
