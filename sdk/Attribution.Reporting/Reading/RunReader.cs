using Attribution.Contracts;
using Attribution.Data;
using Attribution.FineTuning;
using Attribution.Pipeline;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;
using Attribution.Selection;

namespace Attribution.Reporting.Reading;

/// <summary>Reads the runs: their metrics, scores, rows, losses and answers, and the agreement between them.</summary>
internal sealed class RunReader(StageContext context, StageRequests requests)
{
    private readonly AnswerReader _answers = new(context);

    /// <summary>All runs, the training rows that they show, and their agreement.</summary>
    public (IReadOnlyList<ReportedRun> Runs, IReadOnlyList<RunComparison> Comparisons, IReadOnlyDictionary<string, IReadOnlyDictionary<long, ReportedRow>> Rows,
        IReadOnlyList<MethodAgreement> Agreement) Read()
    {
        if (!context.Settings.Upstream.Contains(SelectTrainingDataStage.Name))
            return ([], [], new Dictionary<string, IReadOnlyDictionary<long, ReportedRow>>(), []);
        var metrics = Metrics.Read(context.Input(context.Upstream(CollectMetricsStage.Name).Jobs.Single(), Metrics.File).Path);
        var labels = new RunLabels(metrics.OverSeeds.Values);
        // One line for all seeds of a run; what cannot be averaged is the first seed's.
        var runs = RunList.Of(context).GroupBy(run => run.Key.AnySeed)
            .Select((seeds, place) => new Run(place, seeds.First().Selection,
                Reported(seeds.Key, [.. seeds.Select(run => run.Key)], metrics, labels))).ToArray();
        var traits = requests.Items(SelectTrainingDataStage.Name, "eval").ToDictionary(e => (string)e["name"]!, e => (string?)e["trait"]);
        var texts = new Dictionary<string, IReadOnlyDictionary<long, ReportedRow>>();
        var agreement = new List<MethodAgreement>();
        foreach (var pool in runs.Where(r => r.Key.Train is not null).GroupBy(r => r.Key.Train!))
        {
            var rows = new ReportedTrainingRows(context, pool.Key, requests);
            foreach (var group in pool.GroupBy(r => r.Key.Eval!))
                agreement.Add(Compare([.. group.DistinctBy(run => run.Job.Key)], rows, traits.GetValueOrDefault(group.Key)));
            texts[pool.Key] = rows.Texts(pool.SelectMany(r => r.Shown.Top.Concat(r.Shown.Bottom)).Select(r => r.Row).ToHashSet());
        }
        // Runs that were trained on one selection show the same rows.
        foreach (var run in runs)
            if (runs.First(other => other.Job.Key == run.Job.Key) is var first && first != run)
                run.Shown = run.Shown with { Scores = first.Shown.Scores, Others = first.Shown.Others, Top = first.Shown.Top, Bottom = first.Shown.Bottom };
        var places = runs.ToDictionary(r => r.Shown.Name, r => r.Place);
        foreach (var run in runs.Where(run => run.Key.Attribution is not (JobKey.Random or JobKey.None)))
            run.Shown = run.Shown with { Random = RandomOf(run, metrics) is { } random ? places[random] : null };
        return ([.. runs.Select(r => r.Shown)], [.. (metrics.Verdicts ?? []).Select(verdict => Reported(verdict, places))], texts,
            [.. agreement.Where(a => a.Runs.Count > 1)]);
    }

    private ReportedRun Reported(JobKey key, JobKey[] seeds, Metrics metrics, RunLabels labels)
    {
        var line = metrics.OverSeeds.GetValueOrDefault(key.RunFolder);
        var first = seeds[0];
        var answers = key.IsBaseModel ? [] : _answers.Answers(first);
        var axes = line is null ? [] : labels.Axes.Where(axis => line.Settings.GetValueOrDefault(axis) is not null && key.Attribution != JobKey.None).ToArray();
        return new ReportedRun(key.RunFolder, key.Train, key.Eval!, key.Attribution!, key.Selection, line?.Metrics ?? new Dictionary<string, double?>())
        {
            Seeds = seeds.Length < 2 ? [] : [.. seeds.Select(seed => new SeedResult(seed.Point!.Seed!.Value, seed.RunFolder,
                metrics.Runs.GetValueOrDefault(seed.RunFolder)?.Metrics ?? new Dictionary<string, double?>(), Loss(seed)))],
            Point = line is null ? null : labels.PointOf(line),
            Axes = axes.ToDictionary(axis => axis, axis => line!.Settings[axis]!),
            Layer = key.Layer,
            IsBottom = (string?)line?.Settings.GetValueOrDefault("end") == RankingEndNames.Bottom,
            TopK = (int?)line?.Settings.GetValueOrDefault("top_k") ?? 0,
            PlantedShare = (double?)line?.Settings.GetValueOrDefault("planted_share"),
            RepeatMeans = AnswerReader.RepeatMeans(key.IsBaseModel ? _answers.Answers(first.Before) : answers),
            Answers = answers,
            Loss = seeds.Length < 2 ? Loss(first) : [],
        };
    }

    private static RunComparison Reported(Verdict verdict, Dictionary<string, int> places)
    {
        return new(verdict.Train, verdict.Eval, verdict.Metric, places[verdict.Leader], verdict.Score, verdict.Text, verdict.IsBest)
        {
            ScoreSd = verdict.ScoreSd,
            Before = verdict.Before,
            Random = verdict.Random,
            Second = verdict.Second is { } second ? places[second] : null,
            OverRandom = Difference(verdict.OverRandom),
            OverSecond = Difference(verdict.OverSecond),
            Seeds = verdict.Seeds,
            Prompts = verdict.Prompts,
        };

        static ReportedDifference? Difference(ComparedWith? found) => found is null ? null : new(found.Difference, found.Lower, found.Upper);
    }

    private static string? RandomOf(Run run, Metrics metrics) => metrics.OverSeeds.GetValueOrDefault(run.Shown.Name) is { } line
        ? RunVerdicts.RandomOf(line, metrics.OverSeeds) : null;

    // Only the scores of one training and one evaluation set's runs are in memory at a time.
    private MethodAgreement Compare(Run[] runs, ReportedTrainingRows rows, string? trait)
    {
        var tables = runs.ToDictionary(r => r.Place, r => ScoreTable.Read(context.Input(r.Job, SelectTrainingDataStage.ScoresFile).Path));
        var scored = runs.Where(r => r.Key.IsScored).ToArray();
        var isPlanted = rows.PlantedWith(trait);
        foreach (var run in runs)
        {
            var table = tables[run.Place];
            var others = scored.Where(r => r != run).Select(r => r.Place).ToArray();
            var isScored = run.Key.IsScored;
            // The rows of the random draw of the same size.
            var drawn = runs.FirstOrDefault(r => r.Key.Attribution == JobKey.Random && r.Shown.TopK == run.Shown.TopK) is { } draw
                ? tables[draw.Place].InOrder(draw.Shown.TopK).Select(i => tables[draw.Place].Rows[i]).ToArray() : null;
            run.Shown = run.Shown with
            {
                Scores = isScored ? ScoreHistogram.Of(table, isPlanted, run.Shown.TopK, run.Shown.IsBottom, drawn) : null,
                Others = others,
                Top = Ranked(table.InOrder(ReportLimits.Widest.Rows)),
                Bottom = isScored ? Ranked(table.FromTheEnd(ReportLimits.Widest.Rows)) : [],
            };

            RankedRow[] Ranked(IEnumerable<int> places) => [.. places.Select(i => new RankedRow(
                table.Rows[i], table.Ranks[i], isScored ? table.Scores[i] : null, [.. others.Select(o => tables[o].RankOf(table.Rows[i]))]))];
        }
        var chosen = runs.Select(r => tables[r.Place].Chosen(r.Shown.TopK, r.Shown.IsBottom).Select(i => tables[r.Place].Rows[i]).ToHashSet()).ToArray();
        return new MethodAgreement(runs[0].Key.Train!, runs[0].Key.Eval!, [.. runs.Select(r => r.Place)],
            [.. chosen.Select(a => chosen.Select(b => RankAgreement.Overlap(a, b)).ToArray())],
            Correlations(runs, tables));
    }

    private static double?[][] Correlations(Run[] runs, Dictionary<int, ScoreTable> tables)
    {
        var values = runs.Select(_ => new double?[runs.Length]).ToArray();
        for (var i = 0; i < runs.Length; i++)
            for (var j = 0; j <= i; j++)
                if (runs[i].Key.IsScored && runs[j].Key.IsScored)
                    values[i][j] = values[j][i] = i == j ? 1 : RankAgreement.Correlation(tables[runs[i].Place], tables[runs[j].Place]);
        return values;
    }

    private IReadOnlyList<double> Loss(JobKey key) =>
        context.Settings.Upstream.Contains(FineTuneStage.Name) && context.Upstream(FineTuneStage.Name).Find(key) is { } job
            ? [.. Readable.ReadLines<TrainingStep>(context.Input(job, FineTuneStage.LossFile).Path).Select(step => Math.Round(step.Loss, 6))] : [];

    private sealed class Run(int place, JobResult job, ReportedRun shown)
    {
        public int Place => place;
        public JobResult Job => job;
        public JobKey Key => job.Key;
        public ReportedRun Shown { get; set; } = shown;
    }
}
