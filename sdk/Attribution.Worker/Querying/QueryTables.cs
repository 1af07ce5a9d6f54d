using Attribution.Data.DuckDb;
using Attribution.Evaluation;

namespace Attribution.Worker.Querying;

/// <summary>The tables for queries.</summary>
internal static class QueryTables
{
    private const string Lines = "read_ndjson({0}, filename = true, columns = ";

    private static readonly QueryColumn Experiment = new("experiment", "VARCHAR", "the experiment's folder", "o.experiment"),
        Variant = new("variant", "VARCHAR", "the Variant that the experiment was built as; null for none", "o.variant");

    /// <summary>The columns of every table about runs.</summary>
    public static IReadOnlyList<QueryColumn> Run { get; } =
    [
        Experiment,
        Variant,
        new("run", "VARCHAR", "the run: its folder under out/", "o.run"),
        new("train", "VARCHAR", "the training set", "o.train"),
        new("eval", "VARCHAR", "the evaluation set, or the one of questions with contexts", "o.eval"),
        new("attribution", "VARCHAR", "the method of the training vectors or of context attribution, or the baseline", "o.attribution"),
        new("selection", "VARCHAR", "the method of the evaluation vectors; null for baselines", "o.selection"),
        new("layer", "BIGINT", "the block whose vectors were compared, from 0; null for baselines", "o.layer"),
        new("scoring_method", "VARCHAR", "how the vectors were compared; null for baselines", "o.scoring_method"),
        new("top_k", "BIGINT", "rows selected; this and the next four are null in files that runs with several values share", "o.top_k"),
        new("end", "VARCHAR", "for a k-curve, the end of the ranking that the rows are from: top or bottom; else null", "o.\"end\""),
        new("learning_rate", "DOUBLE", "the learning rate of the first step", "o.learning_rate"),
        new("epochs", "BIGINT", "passes over the selected rows", "o.epochs"),
        new("lora_rank", "BIGINT", "the adapter's rank", "o.lora_rank"),
        new("seed", "BIGINT", "the seed", "o.seed"),
    ];

    /// <summary>The tables with rows from <c>metrics.json</c>, which are filled when the database is opened.</summary>
    public static IReadOnlyList<QueryTable> OfMetrics { get; } =
    [
        new("experiments", "An experiment that has outputs.", ExperimentFileKind.Metrics, "",
            [Experiment, new("path", "VARCHAR", "its folder, in full"), Variant]),
        new("runs", "A run of one seed, with the metrics of the result table.", ExperimentFileKind.Metrics, "",
        [
            .. Run,
            new("planted_share", "DOUBLE", "share of planted rows in the training set, if known: the precision of a random selection"),
            new("precision_at_k", "DOUBLE", "share of the selected rows that are planted"),
            new("recall_at_k", "DOUBLE", "share of the planted rows that were selected"),
            new("mrr", "DOUBLE", "one over the rank of the first planted row; null for random"),
            new("auroc", "DOUBLE", "area under the ROC curve of the scores, ties counting one half; null for random"),
            new("auprc", "DOUBLE", "area under the precision-recall curve, as average precision; null for random"),
            new("eval_loss_gap", "DOUBLE", "cross-entropy of the controls minus that of the treatments, after fine-tuning"),
            new("eval_loss_gap_before", "DOUBLE", "the same for the base model"),
            new("judged_mean", "DOUBLE", "mean score of the answers to held-out prompts, after fine-tuning"),
            new("judged_mean_before", "DOUBLE", "the same for the base model"),
        ]),
        new("comparisons", "A verdict on the runs of a training and an evaluation set, as in the result table.", ExperimentFileKind.Metrics,
            "",
        [
            Experiment,
            Variant,
            new("train", "VARCHAR", "the training set"),
            new("eval", "VARCHAR", "the evaluation set"),
            new("metric", "VARCHAR", "the metric that runs are compared by"),
            new("leader", "VARCHAR", "the runs, without their seed, that led on one half of the held-out prompts"),
            new("score", "DOUBLE", "their mean on the other half"),
            new("score_sd", "DOUBLE", "its standard deviation over seeds"),
            new("score_before", "DOUBLE", "the mean of the base model on the other half"),
            new("random", "DOUBLE", "the mean of the random draw on the other half"),
            new("over_random", "DOUBLE", "the leader minus the random draw, on the other half"),
            new("over_random_lower", "DOUBLE", "the lower end of its 95% interval"),
            new("over_random_upper", "DOUBLE", "the upper end"),
            new("second", "VARCHAR", "the runs that came second on the first half"),
            new("over_second", "DOUBLE", "the leader minus the second, on the other half"),
            new("over_second_lower", "DOUBLE", "the lower end of its 95% interval"),
            new("over_second_upper", "DOUBLE", "the upper end"),
            new("seeds", "BIGINT", "the number of seeds"),
            new("prompts", "BIGINT", "the number of prompts in the other half; 0 if the metric is not per prompt"),
            new("is_best", "BOOLEAN", "whether the leader is told from the draw at random and from the second"),
            new("verdict", "VARCHAR", "the verdict in words"),
        ]),
        new("ground_truth", "A method measured by retraining on subsets of a training set.", ExperimentFileKind.Metrics, "",
        [
            .. Run,
            new("subsets", "BIGINT", "the number of subsets that were trained on"),
            new("seeds", "BIGINT", "the number of training runs per subset, whose losses are averaged"),
            new("row_scores", "VARCHAR", "row if lds_per_row uses scores by each evaluation row alone, set if it uses those of the whole set"),
            new("lds", "DOUBLE", "Spearman's correlation, over subsets, of the scores' predictions and minus the evaluation set's loss"),
            new("lds_lower", "DOUBLE", "the lower end of its 95% interval"),
            new("lds_upper", "DOUBLE", "the upper end"),
            new("lds_per_row", "DOUBLE", "the mean over evaluation rows of the same for each row"),
            new("lds_per_row_lower", "DOUBLE", "the lower end of its 95% interval"),
            new("lds_per_row_upper", "DOUBLE", "the upper end"),
        ]),
        new("metrics", "A metric of a run: everything that is in metrics.json.", ExperimentFileKind.Metrics, "",
            [.. Run, new("metric", "VARCHAR", "its name"), new("value", "DOUBLE", "its value; null if it has none")]),
    ];

    /// <summary>The tables that are read from the experiments' files.</summary>
    public static IReadOnlyList<QueryTable> OfFiles { get; } =
    [
        new("selections", "A training row that a run selected.", ExperimentFileKind.Selection,
            Lines + "{{rank: 'BIGINT', idx: 'BIGINT', score: 'DOUBLE', messages: 'STRUCT(\"role\" VARCHAR, content VARCHAR)[]'}})",
        [
            .. Run,
            new("rank", "BIGINT", "from 1, the best first"),
            new("idx", "BIGINT", "the row's index in the training set, from 0"),
            new("score", "DOUBLE", "its score"),
            new("prompt", "VARCHAR", "the last message of the user", Prompt("f.messages")),
            new("answer", "VARCHAR", "the last message", Answer("f.messages")),
        ]),
        new("scores", "The score of a training row in a run, selected or not.", ExperimentFileKind.Scores,
            "read_parquet({0}, filename = true, union_by_name = true)",
        [
            .. Run,
            new("idx", "BIGINT", "the row's index in the training set, from 0"),
            new("score", "DOUBLE", "its score; null if its vector is zero or not finite", "nullif(f.score, 'nan'::FLOAT)"),
            new("rank", "BIGINT", "its rank among all rows, from 1; 0 without a score"),
        ]),
        new("answers", "An answer of the model to a held-out prompt. The base model's have runs base_model/... and attribution none.",
            ExperimentFileKind.Answers,
            Lines + "{{prompt_index: 'BIGINT', repeat: 'BIGINT', prompt: 'VARCHAR', answer: 'VARCHAR', token_count: 'BIGINT', complete: 'BOOLEAN'}})",
        [
            .. Run,
            new("prompt_index", "BIGINT", "the prompt's index, from 0"),
            new("repeat", "BIGINT", "the index of the answer among those to its prompt, from 0"),
            new("prompt", "VARCHAR", "the prompt"),
            new("answer", "VARCHAR", "the answer"),
            new("token_count", "BIGINT", "its tokens"),
            new("complete", "BOOLEAN", "whether the model ended the answer"),
        ]),
        new("verdicts", "A judge's verdict on an answer. The base model's have runs base_model/... and attribution none.", ExperimentFileKind.Verdicts,
            // The empty table has the columns that files of an older build lack.
            "(FROM read_csv({0}, filename = true, union_by_name = true, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"') "
            + "UNION ALL BY NAME SELECT NULL::VARCHAR AS prompt_index WHERE false)",
        [
            .. Run,
            new("judge", "VARCHAR", "who judged", "o.judge"),
            new("prompt_index", "BIGINT", "the prompt's index, from 0; null in files of an older build"),
            new("prompt", "VARCHAR", "the prompt", Cell("prompt")),
            new("repeat", "BIGINT", "the index of the answer among those to its prompt, from 0"),
            new("answer", "VARCHAR", "the answer", Cell("answer")),
            new("score", "DOUBLE", "its score; null if the judge gave none", "TRY_CAST(f.score AS DOUBLE)"),
            new("rationale", "VARCHAR", "why", Cell("rationale")),
        ]),
        // A step's own learning rate takes the place of the run's.
        new("losses", "A step of a run's fine-tuning.", ExperimentFileKind.Loss,
            Lines + "{{step: 'BIGINT', epoch: 'DOUBLE', loss: 'DOUBLE', learning_rate: 'DOUBLE', gradient_norm: 'DOUBLE', tokens: 'BIGINT'}})",
        [
            .. Run.Where(column => column.Name != "learning_rate"),
            new("step", "BIGINT", "from 1"),
            new("epoch", "DOUBLE", "passes over the rows finished after it"),
            new("loss", "DOUBLE", "mean cross-entropy of the step's rows, before the update"),
            new("learning_rate", "DOUBLE", "the learning rate of the step"),
            new("gradient_norm", "DOUBLE", "the norm of the adapter's gradient"),
            new("tokens", "BIGINT", "the number of tokens in the loss"),
        ]),
        new("attributions", "The score of a sentence of the context for a sentence of an answer.", ExperimentFileKind.Attributions,
            "(SELECT *, unnest(range(len(sources))) AS source FROM (SELECT *, unnest(sentences) AS sentence FROM " + Lines
            + "{{index: 'BIGINT', query: 'VARCHAR', sources: 'STRUCT(\"text\" VARCHAR)[]', sentences: 'STRUCT(\"text\" VARCHAR, scores DOUBLE[])[]'}})))",
        [
            .. Run,
            new("idx", "BIGINT", "the question's index in its dataset, from 0", "f.index"),
            new("query", "VARCHAR", "the question"),
            new("sentence", "VARCHAR", "the sentence of the answer", "f.sentence.\"text\""),
            new("source", "BIGINT", "the index of the context's sentence, from 0"),
            new("text", "VARCHAR", "the context's sentence", "f.sources[f.source + 1].\"text\""),
            new("score", "DOUBLE", "the method's score for it", "f.sentence.scores[f.source + 1]"),
        ]),
        new("rows", "A row of a dataset.", ExperimentFileKind.Rows, "read_parquet({0}, filename = true, union_by_name = true)",
        [
            Experiment,
            Variant,
            new("dataset", "VARCHAR", "the training or evaluation set", "o.dataset"),
            new("idx", "BIGINT", "its index in the dataset, from 0"),
            new("prompt", "VARCHAR", "the last message of the user", Prompt("f.treatment_messages")),
            new("answer", "VARCHAR", "the last message", Answer("f.treatment_messages")),
            new("control_answer", "VARCHAR", "the last message of the control, in evaluation sets", Answer("f.control_messages")),
            new("metadata", "VARCHAR", "the dataset's other columns, as JSON: metadata->>'column' is one"),
        ]),
        new("vectors", "The vector of a row, if VectorFormat is parquet.", ExperimentFileKind.Vectors,
            "read_parquet({0}, filename = true, union_by_name = true)",
        [
            Experiment,
            Variant,
            new("dataset", "VARCHAR", "the training or evaluation set", "o.dataset"),
            new("method", "VARCHAR", "the method that made it", "o.method"),
            new("layer", "BIGINT", "the block, from 0"),
            new("idx", "BIGINT", "the row's index in the dataset, from 0"),
            new("vector", "FLOAT[]", "the vector"),
        ]),
    ];

    /// <summary>All tables.</summary>
    public static IEnumerable<QueryTable> All => OfMetrics.Concat(OfFiles);

    private static string Prompt(string messages) => $"([m for m in {messages} if m.\"role\" = 'user'])[-1].content";

    private static string Cell(string column) => $@"regexp_replace(f.{column}, {Sql.Literal(SpreadsheetText.MarkedStart)}, '\1')";

    private static string Answer(string messages) => $"{messages}[-1].content";
}
