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
            <p class="note">{string.Join("; ", metrics.Select(m => $"{m.Label}: {m.Meaning}"))}. A stronger colour is better, in each column by itself. Small figures: the 95% interval over examples.</p>
            {context.Methods.GroupBy(m => m.Dataset).Select(g => Dataset(context, g.Key, [.. g], metrics))}
            </section>

            """);
    }

    private static Html Dataset(ContextResults context, string dataset, ContextMethod[] methods, (string Metric, string Label, string Meaning)[] metrics)
    {
        var examples = context.Examples.Where(e => e.Dataset == dataset).ToArray();
        var (heldOut, passes) = (context.HeldOut.GetValueOrDefault(dataset), methods.Any(m => m.Metrics.GetValueOrDefault("forward_passes") is not null));
        return Html.Of($"""
            <article class="card"><h3>{dataset}</h3><p class="note">{Quantity.Count(heldOut, "held-out example")}</p>
            <div class="scroll" role="region" aria-label="Methods on {dataset}" tabindex="0"><table class="heat methods"><caption class="sr">How well each method attributes the held-out answers of {dataset}</caption>
            <thead><tr><td></td>{metrics.Select(m => Html.Of($"<th scope=\"col\">{m.Label}</th>"))}{(passes ? Html.Of($"<th scope=\"col\">Passes of the model</th>") : Html.None)}</tr></thead>
            <tbody>{methods.Select(m => Html.Of($"<tr><th scope=\"row\">{Html.Name(m.Method)}</th>{metrics.Select(s => Cell(m, methods, s.Metric))}{(passes ? Html.Of($"<td class=\"empty\">{m.Metrics.GetValueOrDefault("forward_passes")?.ToString("0.#", CultureInfo.InvariantCulture) ?? "–"}</td>") : Html.None)}</tr>"))}</tbody></table></div>
            {(examples.Length > 0 ? Html.Of($"<h4>Answers</h4><p class=\"note\">Choose a sentence of an answer to see what it owes to. The first {Quantity.Count(examples.Length, "held-out example")}; all are in {Files(dataset, examples[0])}.</p>{examples.Select((e, i) => Example(e, i == 0))}") : Html.None)}
            </article>

            """);
    }

    private static Html Cell(ContextMethod method, ContextMethod[] all, string metric)
    {
        if (method.Metrics.GetValueOrDefault(metric) is not { } value)
            return Html.Of($"<td class=\"empty\">–</td>");
        var values = all.Select(m => m.Metrics.GetValueOrDefault(metric)).OfType<double>().ToArray();
        var (lowest, highest) = (values.Min(), values.Max());
        var shade = highest > lowest ? (int)Math.Min(Shades - 1, (value - lowest) / (highest - lowest) * Shades) : 0;
        var isBest = value == highest && values.Length > 1;
        var interval = method.Metrics.GetValueOrDefault($"{metric}_lower") is { } lower && method.Metrics.GetValueOrDefault($"{metric}_upper") is { } upper
            ? Html.Of($"<br><small>{lower:0.00;−0.00} to {upper:0.00;−0.00}</small>") : Html.None;
        return Html.Of($"<td class=\"h{shade}{(isBest ? " best" : "")}\"><span>{value:0.000;−0.000}{interval}{(isBest ? Html.Of($"<span class=\"sr\">, the best</span>") : Html.None)}</span></td>");
    }

    private static Html Files(string dataset, AttributedExample example) =>
        Html.Join(example.Answers.Keys.Select((method, i) => Html.Of($"{(i > 0 ? ", " : "")}<a href=\"{dataset}/{method}/attributions.jsonl\">{method}/attributions.jsonl</a>")));

    private static Html Example(AttributedExample example, bool isOpen) => Html.Of($"""
        <details class="example"{(isOpen ? " open" : "")}><summary>{example.Answers.Values.First().Query}</summary>
        {example.Answers.Select((a, i) => Html.Of($"<details class=\"by\"{(i == 0 ? " open" : "")}><summary>by {a.Key}</summary>{new Html(AttributedAnswerHtml.Section(a.Value))}</details>"))}
        </details>
        """);
}
