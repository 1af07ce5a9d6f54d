namespace Attribution.Worker.Querying;

/// <summary>An example of a query.</summary>
/// <param name="Question">The question in words.</param>
/// <param name="Sql">The query in SQL.</param>
internal sealed record QueryExample(string Question, string Sql)
{
    public static IReadOnlyList<QueryExample> All { get; } =
    [
        new("Which pair of methods changed the model most, on average over the behaviours?", """
            select attribution, selection, avg(precision_at_k) as precision, avg(judged_mean - judged_mean_before) as change
            from runs group by all order by change desc
            """),
        new("Which training rows do the most runs agree on, and what do they say?", """
            select train, idx, count(*) as runs, avg(rank) as mean_rank, any_value(answer) as answer
            from selections where attribution <> 'random' group by train, idx order by runs desc, mean_rank limit 10
            """),
        new("Which answers got a high score after training that scored 0 before?", """
            select v.run, v.prompt, b.answer as before, v.answer as after, v.score
            from verdicts v join verdicts b on b.experiment = v.experiment and b.variant is not distinct from v.variant
                and b.seed is not distinct from v.seed and b.eval = v.eval and b.judge = v.judge and b.prompt_index = v.prompt_index and b.repeat = v.repeat
            where b.run like 'base_model/%' and v.run not like 'base_model/%' and b.score = 0 and v.score >= 2 order by v.run, v.prompt
            """),
    ];
}
