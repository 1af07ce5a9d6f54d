using Attribution.Reporting.Page;

namespace Attribution.Reporting.Watch;

/// <summary>How a build stands.</summary>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="Variant">The variant.</param>
/// <param name="IsBuilding">Whether a build is at work.</param>
/// <param name="Since">When it began, in UTC.</param>
/// <param name="Stages">Its stages.</param>
/// <param name="Curves">How the latest trainings of each kind go.</param>
/// <param name="Messages">What it said, the latest last.</param>
internal sealed record BuildState(string Experiment, string? Variant, bool IsBuilding, DateTime Since, IReadOnlyList<LiveStage> Stages,
    IReadOnlyList<LiveCurve> Curves, IReadOnlyList<string> Messages)
{
    public const string Waiting = "waiting", UpToDate = "up to date", Running = "running", Done = "done", Failed = "failed";

    /// <summary>As JSON, as the page reads it.</summary>
    public string Write() => ReportData.Write(this);
}

/// <summary>A stage of a build.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">One of the constants of <see cref="BuildState"/>.</param>
/// <param name="Text">How far it is, or what it did.</param>
/// <param name="Seconds">How long it has run.</param>
internal sealed record LiveStage(string Name, string Status, string? Text, double? Seconds);

/// <summary>How a training goes.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Measure">What its values are: a loss, a validation loss, a correlation.</param>
/// <param name="Run">What is trained.</param>
/// <param name="Points">The values as they came.</param>
internal sealed record LiveCurve(string Stage, string Measure, string Run, IReadOnlyList<LivePoint> Points);

/// <summary>A step of a training.</summary>
/// <param name="Step">The step, or the epoch of a probe.</param>
/// <param name="Value">The value of the curve's measure.</param>
internal readonly record struct LivePoint(long Step, double Value);

/// <summary>The page that shows a build while it runs: it asks for <c>state.json</c> each second, and for nothing else.</summary>
internal static class WatchPage
{
    /// <summary>The page.</summary>
    /// <param name="experiment">The experiment's name.</param>
    public static string Render(string experiment)
    {
        var style = PageFile.Read("report.css") + PageFile.Read("watch.css");
        var script = PageFile.Read("page.js") + PageFile.Read("theme.js") + PageFile.Read("charts.js") + PageFile.Read("watch.js");
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            {ContentPolicy.Of(style, [script], "connect-src 'self'", "img-src data:")}
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="data:,">
            <title>{experiment}: build</title>
            <style>{new Html(style)}</style>
            </head>
            <body>
            <header><div><p class="kind">Build</p><h1>{experiment} <span class="pill open" id="status">…</span></h1></div>
            <button type="button" id="theme" hidden>Theme</button></header>
            <main id="main">
            <section aria-labelledby="stages-title">
            <h2 id="stages-title">Stages</h2>
            <div class="card flush">
            <table class="data"><caption class="sr">The stages of the build</caption>
            <thead><tr><th scope="col">Stage</th><th scope="col">Status</th><th scope="col">Progress</th><th scope="col" class="n">Time</th></tr></thead>
            <tbody id="stages"></tbody>
            </table></div>
            </section>
            <section id="trainings" aria-labelledby="trainings-title" hidden>
            <h2 id="trainings-title">Trainings</h2>
            <div id="of-trainings" class="stack"></div>
            </section>
            <section id="said" aria-labelledby="said-title" hidden>
            <h2 id="said-title">Messages</h2>
            <div class="card"><ul id="messages"></ul></div>
            </section>
            </main>
            <script>{new Html(script)}</script>
            </body>
            </html>

            """).Markup;
    }
}
