namespace Attribution.Reporting.Page;

/// <summary>What everything was made from, and the command that makes it again.</summary>
internal static class ProvenanceSection
{
    /// <param name="report">The report.</param>
    /// <param name="data">The names of its files of data.</param>
    public static Html Of(ExperimentReport report, IEnumerable<string> data)
    {
        var from = report.Provenance;
        var files = data.Select((name, i) => Html.Of($"""{(i > 0 ? ", " : "")}<a href="report/{name}.json">report/{name}.json</a>"""));
        return Html.Of($"""
            <section id="provenance" aria-labelledby="provenance-title">
            <h2 id="provenance-title">Provenance</h2>
            <div class="card"><h3>To reproduce</h3>
            <div class="command"><code id="command">{report.Experiment.Command}</code><button type="button" id="copy" hidden>Copy</button></div>
            <dl>
            {from.Versions.Select(version => Html.Of($"<div><dt>{version.Key}</dt><dd>{version.Value}</dd></div>"))}
            <div><dt>Device</dt><dd>{string.Join(", ", from.Devices)}</dd></div>
            <div><dt>Code</dt><dd>{from.Library.Select(hash => Html.Of($"""<code class="hash">{hash}</code> """))}</dd></div>
            {Commit(report.Build.Git)}
            </dl></div>
            <div class="card"><h3>Inputs</h3>
            <p class="note">Each file's SHA-256, which is part of the address of every result made from it.</p>
            <div class="scroll" role="region" aria-label="Inputs" tabindex="0">
            <table class="data inputs"><caption class="sr">Input files and their hashes</caption>
            <thead><tr><th scope="col">File</th><th scope="col" class="n">Size</th><th scope="col">SHA-256</th><th scope="col">Read by</th></tr></thead>
            <tbody>{from.Inputs.Select(Input)}</tbody>
            </table></div></div>
            <div class="card"><h3>Data of this page</h3>
            <p>Everything here comes from files beside it: <a href="metrics.json">metrics.json</a>, each run's folder, and {files}.</p></div>
            </section>

            """);
    }

    private static Html Commit(GitState? git)
    {
        if (git is null)
            return Html.None;
        var state = git.Changed == 0
            ? Html.Of($"""<span class="tag">clean</span>""")
            : Html.Of($"""<span class="tag bad">{Quantity.Count(git.Changed, "file")} changed since</span>""");
        return Html.Of($"""
            <div><dt>Git commit</dt><dd><code class="hash">{git.Commit}</code> {state}</dd></div>
            """);
    }

    private static Html Input(InputHash input) => Html.Of($"""
        <tr><th scope="row">{Html.Name(input.Path)}</th>
        <td class="n">{(input.Bytes is { } bytes ? Quantity.Bytes(bytes) : "")}</td>
        <td><code class="hash">{input.Sha256}</code></td>
        <td>{string.Join(", ", input.Stages)}</td></tr>

        """);
}
