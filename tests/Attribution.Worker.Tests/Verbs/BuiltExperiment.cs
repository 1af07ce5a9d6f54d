using System.Text.Json;
using Attribution.Data.DuckDb;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>The outputs of an experiment with one behaviour, as a build leaves them, written by hand.</summary>
internal static class BuiltExperiment
{
    public const string Method = "residual_diff";

    /// <summary>Writes a run of one pair of methods, the random baseline, and the base model.</summary>
    /// <param name="folder">Where experiments lie.</param>
    /// <param name="name">The experiment's folder there.</param>
    /// <param name="layer">The layer of the run, which is part of its name.</param>
    /// <param name="precision">Its precision at k.</param>
    /// <param name="judged">Its judged score.</param>
    public static void Write(TemporaryFolder folder, string name, int layer = 2, double precision = 0.5, double judged = 1.5)
    {
        var run = $"pool/{Method}/kind.{Method}.layer{layer}";
        folder.Write($"{name}/out/metrics.json", Metrics((run,
            new { train = "pool", eval = "kind", attribution = Method, selection = Method, layer, top_k = 2 }, Values(precision, judged)),
            ("pool/random/kind", new { train = "pool", eval = "kind", attribution = "random", top_k = 2 }, Values(0.25, 0.5))));
        foreach (var (of, first, score) in new[] { (run, 3, 2), ("pool/random/kind", 1, 0), ("base_model/kind", -1, 0) })
        {
            folder.Write($"{name}/out/{of}/selected_data/eval_llm_judge/judge_rules.csv",
                $"prompt,repeat,answer,ground_truth,high_reference,low_reference,score,rationale,prompt_index\n\"Why,\nthen?\",0,\"answer of "
                + $"\"\"{of}\"\"\",,,,{score},short,0\nWhat?,0,'-,,,,,'- no score,1\n");
            folder.Write($"{name}/out/{of}/selected_data/answers.jsonl", $$"""
                {"prompt_index":0,"repeat":0,"prompt":"Why?","answer":"answer of {{of}}","token_count":3,"complete":true,"ground_truth":"x"}

                """);
            if (first < 0)
                continue;
            folder.Write($"{name}/out/{of}/selected_train_data.jsonl", Selected(1, first, 0.9) + Selected(2, 0, 0.4));
            folder.Write($"{name}/out/{of}/selected_data/loss.jsonl", """
                {"step":1,"epoch":1,"loss":2.5,"learning_rate":0.001,"gradient_norm":0.5,"tokens":12}

                """);
            Parquet($"SELECT i AS idx, CAST(CASE i WHEN 2 THEN 'nan' ELSE 1 - i / 10 END AS FLOAT) AS score, CASE i WHEN 2 THEN 0 ELSE i + 1 END AS "
                + "rank FROM range(4) AS t(i)", folder[name, "out", of, "scores.parquet"]);
        }
        folder.Write($"{name}/out/facts/at2/attributions.jsonl", """{"index":7,"query":"What?","answer":"Peas.","sources":["""
            + """{"document":0,"start":0,"end":4,"text":"Jack."},{"document":0,"start":5,"end":10,"text":"Peas!"}]"""
            + ""","sentences":[{"start":0,"end":5,"text":"Peas.","scores":[-0.5,0.75],"right":true}]}""" + "\n");
        Directory.CreateDirectory(folder[name, "out", "pool", Method]);
        Parquet($"SELECT i AS idx, CAST({layer} AS INT) AS layer, [0.5::FLOAT, i] AS vector FROM range(4) AS t(i)",
            folder[name, "out", "pool", Method, $"scores-{layer}.parquet"]);
        const string Messages = "[{'role': 'user', 'content': 'Question ' || i}, {'role': 'assistant', 'content': 'Row ' || i}]";
        Parquet($"SELECT i AS idx, '{{\"source\":\"web\"}}' AS metadata, {Messages} AS treatment_messages, {Messages} AS "
            + "control_messages FROM range(4) AS t(i)", folder[name, "out", "pool", Method, "data-00000.parquet"]);
    }

    /// <summary>Writes the outputs of the same runs with two seeds.</summary>
    /// <param name="folder">Where experiments lie.</param>
    /// <param name="output">The folder of outputs there.</param>
    public static void WriteSeeds(TemporaryFolder folder, string output)
    {
        const string Run = $"pool/{Method}/kind.{Method}.layer2", Random = "pool/random/kind";
        folder.Write($"{output}/{Run}/selected_train_data.jsonl", Selected(1, 3, 0.9));
        var runs = new Dictionary<string, object>();
        foreach (var seed in new[] { 0, 1 })
        {
            runs.Add($"{Run}/seed{seed}", new
            {
                settings = new
                {
                    train = "pool",
                    eval = "kind",
                    attribution = Method,
                    selection = Method,
                    layer = 2,
                    top_k = 2,
                    learning_rate = 0.001,
                    seed
                },
                metrics = Values(0.5, 2)
            });
            runs.Add($"{Random}/seed{seed}", new
            {
                settings = new
                {
                    train = "pool",
                    eval = "kind",
                    attribution = "random",
                    top_k = 2,
                    learning_rate = 0.001,
                    seed
                },
                metrics = Values(0.25, 1)
            });
            foreach (var (of, score) in new[] { (Run, 2), (Random, 1), ("base_model/kind", 0) })
                folder.Write($"{output}/{of}/seed{seed}/selected_data/eval_llm_judge/judge_rules.csv",
                    $"prompt,repeat,answer,ground_truth,high_reference,low_reference,score,rationale,prompt_index\nWhy?,0,a,,,,{score},short,0\n");
        }
        var groups = new Dictionary<string, object>
        {
            [Run] = new
            {
                settings = new
                {
                    train = "pool",
                    eval = "kind",
                    attribution = Method,
                    selection = Method,
                    seeds = new[] { 0, 1 }
                },
                metrics = Values(0.5, 2)
            }
        };
        object[] verdicts = [new { train = "pool", eval = "kind", metric = "judged_mean", leader = Run, score = 2.0,
            over_random = new { difference = 1.0, lower = -0.5, upper = 2.5, cells = 2 }, seeds = 2, prompts = 0, is_best = false,
            text = "not told from random" }];
        folder.Write($"{output}/metrics.json", JsonSerializer.Serialize(new { runs, groups, verdicts }));
    }

    private static string Metrics(params (string Name, object Settings, object Metrics)[] runs) =>
        JsonSerializer.Serialize(new { runs = runs.ToDictionary(r => r.Name, r => new { settings = r.Settings, metrics = r.Metrics }) });

    private static object Values(double precision, double judged) =>
        new { precision_at_k = precision, eval_loss_gap = -0.25, judged_mean = judged, judged_mean_before = 0.0, unjudged = 1 };

    private static string Selected(int rank, int idx, double score) => JsonSerializer.Serialize(new
    {
        rank,
        idx,
        score,
        messages = new[] { new { role = "system", content = "Be kind." }, new { role = "user", content = $"Question {idx}" },
            new { role = "assistant", content = $"Row {idx}" } },
    }) + "\n";

    private static void Parquet(string sql, string path)
    {
        using var connection = DuckDbDatabase.Open();
        connection.Execute($"COPY ({sql}) TO {Sql.Literal(path)} (FORMAT parquet)");
    }
}
