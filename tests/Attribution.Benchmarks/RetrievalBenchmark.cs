using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Evaluation;
using Attribution.FineTuning;
using Attribution.Methods;
using Attribution.Methods.Less;
using Attribution.Methods.Projections;
using Attribution.Models;
using Attribution.Selection;
using Attribution.Selection.Baselines;
using Attribution.Selection.Personas;
using Attribution.Tokenization;

namespace Attribution.Benchmarks;

/// <summary>
/// Retrieval of planted rows: how many of the rows of the quickstart's pool that were written to show a behaviour each pair of methods finds, given that
/// behaviour's evaluation set. Prints Markdown.
/// </summary>
internal static class RetrievalBenchmark
{
    private const int Layer = 2, MaxTokens = 256, MaxNewTokens = 64;
    private const string Column = "behaviour";

    // What a pool's vectors are compared with that is no method's vectors: each makes a scorer of an evaluation set.
    private static readonly Dictionary<string, Func<Setting, string, Vectors, RowScorer>> OtherScorers = new()
    {
        [PersonaVectors.Generated] = (setting, name, _) => PersonaScorer(setting, name),
        ["linear"] = (_, _, vectors) => ProbeScorer(ScoringMethod.Linear, vectors),
        ["mlp"] = (_, _, vectors) => ProbeScorer(ScoringMethod.Mlp, vectors),
    };

    // Each method with itself, then the pairings of the write-up, then other scorers.
    private static readonly (string Train, string Eval)[] Pairings =
    [
        .. AttributionMethods.BuiltIn.Names.Select(name => (name, name)),
        ("residual_change_treatment", "residual_diff"),
        ("residual_change_treatment", "residual_change"),
        ("residual_diff", "residual_change"),
        ("residual_treatment", PersonaVectors.Generated),
        ("residual_diff", PersonaVectors.Generated),
        ("residual_change_treatment", PersonaVectors.Generated),
        ("residual_treatment", "linear"),
        ("residual_treatment", "mlp"),
    ];

    internal static Command Create()
    {
        var experiment = new Option<string>("--experiment")
        {
            DefaultValueFactory = _ => "experiments/quickstart",
            Description = "A folder with model/ and data/pool.jsonl and a .jsonl for each behaviour."
        };
        var scoring = new Option<string>("--scoring") { DefaultValueFactory = _ => "cos_sim" };
        var k = new Option<int>("--top-k") { DefaultValueFactory = _ => 100, Description = "How many rows are selected." };
        var mixtures = new Option<double[]>("--mixture")
        {
            DefaultValueFactory = _ => [0],
            Description = "Of trackstar; each takes a minute.",
            AllowMultipleArgumentsPerToken = true
        };
        var dimension = new Option<int>("--projection-dim")
        {
            DefaultValueFactory = _ => new ProjectionIdentity().Dimension,
            Description = "The numbers of a trak vector."
        };
        var command = new Command("retrieval", "Planted rows of the quickstart's pool found by every method.") { experiment, scoring, k, mixtures, dimension };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(experiment), ScoringMethods.Parse(parsed.GetRequiredValue(scoring)), parsed.GetValue(k),
            parsed.GetRequiredValue(mixtures), parsed.GetValue(dimension)));
        return command;
    }

    private static void Run(string experiment, ScoringMethod scoring, int k, double[] mixtures, int dimension)
    {
        var folder = Path.Combine(experiment, "model");
        using var model = CausalLanguageModel.Load(folder);
        using var computer = new VectorComputer(model.Transformer, new AttributionMethods(projection: new() { Dimension = dimension }));
        var encoder = RowEncoder.Load(folder, MaxTokens);
        var setting = new Setting(experiment, scoring, model, computer, encoder);
        Vectors Compute(string name)
        {
            TokenizedRow[] rows = [.. setting.Rows(name).Select(row => encoder.Encode(row))];
            string[] names = [.. Pairings.SelectMany(p => new[] { p.Train, p.Eval }).Distinct().Except(OtherScorers.Keys)];
            return new Vectors(rows.Length, computer.Compute(rows, [.. names.Select(KeyOf)]));
        }

        var behaviours = File.ReadLines(Path.Combine(experiment, "data", "pool.jsonl")).Select(line =>
            JsonDocument.Parse(line).RootElement.TryGetProperty(Column, out var value) ? value.GetString() : null).ToArray();
        var evaluations = Directory.EnumerateFiles(Path.Combine(experiment, "data"), "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(behaviours.Contains).Order(StringComparer.Ordinal).ToArray();
        var pool = Compute("pool");
        var sets = evaluations.Select(name => (Name: name, Vectors: Compute(name), Planted: behaviours.Count(b => b == name))).ToArray();

        Console.WriteLine($"{pool.Rows} rows, layer {Layer}, {scoring.ToName()}. Each cell: precision@{k}, recall@{k}, AUROC, AUPRC, MRR; in brackets "
            + "how many rows are planted.");
        Console.WriteLine();
        Console.WriteLine($"| pool x evaluation | {string.Join(" | ", sets.Select(s => $"{s.Name} ({s.Planted})"))} | mean |");
        Console.WriteLine($"|---|{string.Concat(sets.Select(_ => "---|"))}---|");
        void Print(string name, Func<(string Name, Vectors Vectors), IReadOnlyList<ScoredRow>> score)
        {
            var found = sets.Select(set => Measure(score((set.Name, set.Vectors)), behaviours, set.Name, k)).ToArray();
            var mean = new Found(found.Average(f => f.Precision), found.Average(f => f.Recall), found.Average(f => f.Auroc), found.Average(f => f.Auprc),
                found.Average(f => f.Mrr));
            Console.WriteLine($"| {name} | {string.Join(" | ", found.Append(mean))} |");
        }
        foreach (var (train, eval) in Pairings)
            Print(train == eval ? train : $"{train} x {eval}", set =>
                (OtherScorers.TryGetValue(eval, out var scorer)
                    ? scorer(setting, set.Name, set.Vectors) : RowScorer.From(scoring, set.Vectors.Of(eval))).Score(pool.Of(train)));

        var less = Less(model, sets.Select(set => set.Name), dimension, name => setting.Rows(name).Select(row => encoder.Encode(row).Treatment).ToArray());
        Print(TrainedMethodNames.Less, set => RowScorer.From(ScoringMethod.CosSim, less(set.Name)).Score(less("pool")));

        // All at once, so that the second moments of the pool are computed once.
        (ScoringMethod Method, WhiteningOptions Options)[] whitened =
        [
            .. from damping in (double[])[0.01, 0.1, 1] select (ScoringMethod.TrakFull, new WhiteningOptions { Damping = damping }),
            .. from damping in (double[])[0.01, 0.1, 1] from mixture in mixtures select (ScoringMethod.TrackStar,
                new WhiteningOptions { Damping = damping, Mixture = mixture }),
        ];
        var scores = RowScorer.Score([.. from kind in whitened from set in sets select RowScorer.From(kind.Method, set.Vectors.Of("trak"),
            whitening: kind.Options)], pool.Of("trak"));
        foreach (var (place, (method, options)) in whitened.Index())
            Print(string.Create(CultureInfo.InvariantCulture,
                $"trak, {method.ToName()}, damping {options.Damping}{(method == ScoringMethod.TrackStar ? $", mixture {options.Mixture}" : "")}"),
                set => scores[place * sets.Length + Array.FindIndex(sets, s => s.Name == set.Name)]);

        TokenSequence[] answers = [.. setting.Rows("pool").Select(row => encoder.Encode(row).Treatment)];
        IReadOnlyList<ScoredRow> Scored(IEnumerable<float> scores) => [.. scores.Select((score, i) => new ScoredRow(i, score))];
        var (losses, lengths) = (Scored(AnswerScores.Losses(model.Transformer, answers)), Scored(AnswerScores.Lengths(answers)));
        Print(BaselineNames.Bm25, set => Bm25.Score(setting.Rows("pool"), setting.Rows(set.Name)));
        Print(BaselineNames.Loss, _ => losses);
        Print(BaselineNames.Length, _ => lengths);
    }

    // The vectors of a set after a warm-up on a twentieth of the pool, with the quickstart's learning rate and batches.
    private static Func<string, IVectorSource> Less(CausalLanguageModel model, IEnumerable<string> sets, int dimension, Func<string, TokenSequence[]> rowsOf)
    {
        var folder = Directory.CreateTempSubdirectory("less-");
        var options = new FineTuningOptions { LearningRate = 5e-3, BatchSize = 8, Epochs = new LessSettings().Epochs };
        var pool = rowsOf("pool");
        var drawn = TopK.Random([.. Enumerable.Range(0, pool.Length).Select(i => (long)i)], (int)Math.Ceiling(new LessSettings().Share * pool.Length),
            seed: 0).Select(row => row.Index).Order();
        new LoraFineTuner(options).Train(model, [.. drawn.Select(i => pool[i])], null, default, c =>
            LessCheckpoint.Save(LessCheckpoint.FolderOf(folder.FullName, c.Epoch), c, "quickstart")).Dispose();
        using var projection = GradientProjection.Of(new() { Dimension = dimension }, TorchSharp.torch.float32, TorchSharp.torch.CPU);
        var computer = new LessVectors(model, [.. Enumerable.Range(1, options.Epochs).Select(epoch => LessCheckpoint.FolderOf(folder.FullName, epoch))],
            projection, dimension);
        var known = new Dictionary<string, IVectorSource> { ["pool"] = MemoryVectors.RowMajor(computer.Compute(pool, isTraining: true), pool.Length) };
        foreach (var name in sets)
        {
            var rows = rowsOf(name);
            known.Add(name, MemoryVectors.RowMajor(computer.Compute(rows, isTraining: false), rows.Length));
        }
        folder.Delete(recursive: true);
        return name => known[name];
    }

    private static RowScorer PersonaScorer(Setting setting, string name)
    {
        if (!setting.Scorers.TryGetValue((PersonaVectors.Generated, name), out var known))
        {
            var folder = setting.Model.Folder!;
            var answerer = new PromptAnswerer(setting.Model, Tokenizer.Load(folder), ChatTemplate.Load(folder));
            var pairs = PersonaPairs.Generate(answerer, PersonaPairs.PromptsOf(setting.Rows(name)), PersonaPrompts.Of(name), MaxNewTokens);
            setting.Scorers.Add((PersonaVectors.Generated, name),
                known = RowScorer.Along(setting.Scoring, PersonaVectors.Compute(setting.Computer, setting.Encoder, pairs, [Layer])[Layer]));
        }
        return known;
    }

    private static RowScorer ProbeScorer(ScoringMethod kind, Vectors vectors) =>
        RowScorer.From(kind, vectors.Of("residual_treatment"), vectors.Of("residual_control"));

    private static VectorKey KeyOf(string method) =>
        new(method, AttributionMethods.BuiltIn.Get(method).IsOfWholeModel() ? VectorKey.WholeModel : Layer);

    private static Found Measure(IReadOnlyList<ScoredRow> scores, string?[] behaviours, string name, int k)
    {
        var found = RetrievalMeasures.Of(scores, row => behaviours[row] == name, k)!;
        return new Found(found.PrecisionAtK, found.RecallAtK, found.Auroc!.Value, found.Auprc, found.ReciprocalRank);
    }

    private sealed record Setting(string Experiment, ScoringMethod Scoring, CausalLanguageModel Model, VectorComputer Computer, RowEncoder Encoder)
    {
        public Dictionary<(string Kind, string Set), RowScorer> Scorers { get; } = [];

        public IEnumerable<DatasetRow> Rows(string name) => Dataset.Open(new DatasetOptions
        {
            Path = Path.Combine(Experiment, "data",
            $"{name}.jsonl")
        }).Rows();
    }

    private sealed record Found(double Precision, double Recall, double Auroc, double Auprc, double Mrr)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Precision:0.00} {Recall:0.00} {Auroc:0.000} {Auprc:0.00} {Mrr:0.00}");
    }

    private sealed record Vectors(int Rows, IReadOnlyDictionary<VectorKey, float[]> Values)
    {
        public IVectorSource Of(string method) => MemoryVectors.RowMajor(Values[KeyOf(method)], Rows);
    }
}
