using System.Globalization;
using Attribution.Reporting.ContextAttribution;

namespace Attribution.Reporting.Page;

/// <summary>
/// An experiment in context attribution: a comparison of its methods, and answers whose sentences shade the parts of the context that they come from.
/// </summary>
internal static class ContextSection
{
    private const int Shades = 10;

    // Metrics of which more is better.
    private static readonly (string Metric, string Label, string Meaning)[] Scores =
    [
        ("top1_accuracy", "Right source", "the share of sentences whose highest-scored source is one that is known to be theirs"),
        ("lds", "LDS", "the rank correlation of what the scores foretell for ablated contexts with what the model says then"),
        ("top1_drop", "Top-1 drop", "by how many nats the answer's log-probability falls without the highest-scored source"),
        ("top3_drop", "Top-3 drop", "the same without the three highest"),
        ("top5_drop", "Top-5 drop", "the same without the five highest"),
    ];

    public static Html Of(ContextResults? context)
    {
        if (context is null)
            return Html.None;
        var metrics = Scores.Where(s => context.Methods.Any(m => m.Metrics.GetValueOrDefault(s.Metric) is not null)).ToArray();
        return Html.Of($"""
            <section id="context" aria-labelledby="context-title">
            <h2 id="context-title">Attribution to the context</h2>
            <p class="note">{string.Join("; ", metrics.Select(m => $"{m.Label}: {m.Meaning}"))}.
            A stronger colour is better, in each column by itself. Small figures: the 95% interval over examples.</p>
            {context.Methods.GroupBy(m => m.Dataset).Select(g => Dataset(context, g.Key, [.. g], metrics))}
            </section>

            """);
    }

    private static Html Dataset(ContextResults context, string dataset, ContextMethod[] methods, (string Metric, string Label, string Meaning)[] metrics)
    {
        var examples = context.Examples.Where(e => e.Dataset == dataset).ToArray();
        return Html.Of($"""
            <article class="card"><h3>{dataset}</h3>
            <p class="note">{Quantity.Count(context.HeldOut.GetValueOrDefault(dataset), "held-out example")}</p>
            {Methods(dataset, methods, metrics)}
            {Answers(dataset, examples)}
            </article>

            """);
    }

    private static Html Methods(string dataset, ContextMethod[] methods, (string Metric, string Label, string Meaning)[] metrics)
    {
        var passes = methods.Any(m => Passes(m) is not null);
        return Html.Of($"""
            <div class="scroll" role="region" aria-label="Methods on {dataset}" tabindex="0">
            <table class="heat methods"><caption class="sr">How well each method attributes the held-out answers of {dataset}</caption>
            <thead><tr>
            <td></td>
            {metrics.Select(m => Html.Of($"""<th scope="col">{m.Label}</th>"""))}
            {Html.If(passes, $"""<th scope="col">Passes of the model</th>""")}
            </tr></thead>
            <tbody>{methods.Select(Row)}</tbody>
            </table></div>
            """);

        Html Row(ContextMethod method) => Html.Of($"""
            <tr><th scope="row">{Html.Name(method.Method)}</th>
            {metrics.Select(m => Cell(method, methods, m.Metric))}
            {Html.If(passes, $"""<td class="empty">{Passes(method)?.ToString("0.#", CultureInfo.InvariantCulture) ?? "–"}</td>""")}</tr>

            """);
    }

    private static double? Passes(ContextMethod method) => method.Metrics.GetValueOrDefault("forward_passes");

    private static Html Cell(ContextMethod method, ContextMethod[] all, string metric)
    {
        if (method.Metrics.GetValueOrDefault(metric) is not { } value)
            return Html.Of($"""<td class="empty">–</td>""");
        var values = all.Select(m => m.Metrics.GetValueOrDefault(metric)).OfType<double>().ToArray();
        var (lowest, highest) = (values.Min(), values.Max());
        var shade = highest > lowest ? (int)Math.Min(Shades - 1, (value - lowest) / (highest - lowest) * Shades) : 0;
        var isBest = value == highest && values.Length > 1;
        var interval = method.Metrics.GetValueOrDefault($"{metric}_lower") is { } lower && method.Metrics.GetValueOrDefault($"{metric}_upper") is { } upper
            ? Html.Of($"<br><small>{lower:0.00;−0.00} to {upper:0.00;−0.00}</small>") : Html.None;
        var best = Html.If(isBest, $"""<span class="sr">, the best</span>""");
        return Html.Of($"""
            <td class="h{shade}{(isBest ? " best" : "")}"><span>{value:0.000;−0.000}{interval}{best}</span></td>
            """);
    }

    private static Html Answers(string dataset, AttributedExample[] examples)
    {
        if (examples.Length == 0)
            return Html.None;
        var files = examples[0].Answers.Keys.Select((method, i) => Html.Of($"{(i > 0 ? ", " : "")}{Link(method)}"));
        return Html.Of($"""
            <h4>Answers</h4>
            <p class="note">Choose a sentence of an answer to see what it owes to.
            The first {Quantity.Count(examples.Length, "held-out example")}; all are in {files}.</p>
            {examples.Select((e, i) => Example(e, i == 0))}
            """);

        Html Link(string method) => Html.Of($"""<a href="{dataset}/{method}/attributions.jsonl">{method}/attributions.jsonl</a>""");
    }

    private static Html Example(AttributedExample example, bool isOpen)
    {
        return Html.Of($"""
            <details class="example"{(isOpen ? " open" : "")}><summary>{example.Answers.Values.First().Query}</summary>
            {example.Answers.Select((answer, i) => By(answer.Key, answer.Value, i == 0))}
            </details>

            """);

        static Html By(string method, AttributedAnswer answer, bool isOpen) => Html.Of($"""
            <details class="by"{(isOpen ? " open" : "")}><summary>by {method}</summary>
            {new Html(AttributedAnswerHtml.Section(answer))}
            </details>

            """);
    }
}
