"use strict";
// Metrics over an axis of the grid: for each training and evaluation set a chart per pair of methods, all on one scale.
(() => {
    const { byId, make, fixed, methods, pair, data } = page;
    const frame = byId("of-curves"),
        colours = 6;
    if (!frame) return;
    const axis = byId("curves-axis"),
        metric = byId("curves-metric");
    const isGap = (name) => name === "eval_loss_gap";
    // The page compares gaps by how far training moved them.
    const valueOf = (metrics, name) => {
        const value = metrics[name];
        return value === undefined || value === null ? null : isGap(name) ? value - metrics[name + "_before"] : value;
    };
    const overRandom = (m, name) => {
        const [middle, low, high] = ["", "_lower", "_upper"].map((end) => m[name + "_over_random" + end]);
        return middle === undefined || low === undefined ? "–" : `${fixed(middle, 2)} [${fixed(low, 2)}, ${fixed(high, 2)}]`;
    };
    const at = (run, name) => (run.axes[name] === undefined ? null : run.axes[name]);
    const rest = (run, along) =>
        Object.entries(run.axes)
            .filter(([name]) => name !== along && name !== "end")
            .map(([name, value]) => (name === "scoring_method" ? value : `${name} ${value}`))
            .join(", ");
    const lineOf = (runs, along) => [...runs].sort((a, b) => at(a, along) - at(b, along));

    const panel = (title, runs, randoms, before, along, name, range, xs) => {
        const series = Map.groupBy(runs, (run) => (run.axes.end || "") + "|" + rest(run, along));
        const kinds = [...new Set(runs.map((run) => rest(run, along)))],
            draws = Map.groupBy(randoms, (run) => rest(run, along));
        const x = charts.places(xs, axis.selectedOptions[0].textContent),
            y = charts.numbers(range[0], range[1], metric.selectedOptions[0].textContent);
        const marks = (sx, sy, box) => {
            const point = (run) => [sx(xs.indexOf(at(run, along))), sy(valueOf(run.metrics, name))];
            const seeds = (run, kind) =>
                run.seeds
                    .map((seed) => valueOf(seed.metrics, name))
                    .filter((v) => v !== null)
                    .map((v) => make("circle", { class: "seed-point " + kind, cx: sx(xs.indexOf(at(run, along))), cy: sy(v), r: 2 }));
            const bar = (run) => {
                const m = run.metrics,
                    middle = m[name + "_over_random"],
                    mean = valueOf(m, name);
                const [low, high] = [m[name + "_over_random_lower"], m[name + "_over_random_upper"]];
                if (middle === undefined || low === undefined || high === undefined) return null;
                const inside = (v) => sy(Math.max(y.low, Math.min(y.high, v)));
                const [px, a, b] = [sx(xs.indexOf(at(run, along))), inside(mean - middle + low), inside(mean - middle + high)];
                return make("path", { class: "interval-bar", d: `M${px - 3} ${a}h6M${px - 3} ${b}h6M${px} ${a}V${b}` });
            };
            return [
                before === null ? null : make("line", { class: "before", x1: box.left, x2: box.right, y1: sy(before), y2: sy(before) }),
                [...draws.values()].map((line) => [
                    charts.path(lineOf(line, along).map(point), { class: "random" }),
                    line.flatMap((run) => seeds(run, "of-random")),
                ]),
                [...series.values()].map((line) => {
                    const kind = "c" + (kinds.indexOf(rest(line[0], along)) % colours) + (line[0].axes.end === "bottom" ? " last" : "");
                    return [
                        line.map(bar),
                        charts.path(lineOf(line, along).map(point), { class: "line " + kind }),
                        line.flatMap((run) => seeds(run, kind)),
                        line.map((run) =>
                            make(
                                "circle",
                                { class: "point " + kind, cx: point(run)[0], cy: point(run)[1], r: 3.2 },
                                make("title", {}, `${methods(run)}: ${fixed(valueOf(run.metrics, name))}`),
                            ),
                        ),
                    ];
                }),
            ].flat(3);
        };
        const all = [...lineOf(runs, along), ...lineOf(randoms, along)];
        return charts.chart({
            title,
            x,
            y,
            marks,
            width: 330,
            height: 200,
            heading: "h4",
            words: `${metric.selectedOptions[0].textContent} of ${title} along ${x.title}; the numbers are in the table below.`,
            keys: kinds.length > 1 ? kinds.map((kind, i) => ["c" + (i % colours), kind]) : [],
            table: {
                head: [x.title, "Run", metric.selectedOptions[0].textContent, "Over random, 95% interval", "Single seeds"],
                body: all.map((run) => [
                    String(at(run, along)),
                    methods(run),
                    fixed(valueOf(run.metrics, name)),
                    overRandom(run.metrics, name),
                    run.seeds.map((s) => fixed(valueOf(s.metrics, name), 2)).join(", ") || "–",
                ]),
            },
        });
    };

    const draw = () => {
        const along = axis.value,
            name = metric.value;
        const drawn = data.runs.filter((run) => at(run, along) !== null && valueOf(run.metrics, name) !== null);
        const sets = Map.groupBy(drawn, (run) => run.train + " → " + run.eval),
            several = new Set(drawn.map((run) => run.train)).size > 1;
        frame.replaceChildren(
            ...[...sets].map(([title, runs], i) => {
                const [randoms, scored] = [runs.filter((run) => run.attribution === "random"), runs.filter((run) => run.attribution !== "random")];
                const base = data.runs.find((run) => run.eval === runs[0].eval && run.attribution === "none"),
                    before = base ? valueOf(base.metrics, name) : null;
                const values = runs
                    .flatMap((run) => {
                        const mean = valueOf(run.metrics, name);
                        return [mean, ...run.seeds.map((s) => valueOf(s.metrics, name))];
                    })
                    .concat(before === null ? [] : [before])
                    .filter(Number.isFinite);
                const xs = [...new Set(runs.map((run) => at(run, along)))].sort((a, b) => a - b);
                // Intervals of few cells may be far wider than all that was measured; these go to the edge.
                const [low, high] = [Math.min(0, ...values), Math.max(...values)],
                    range = [low - (high - low) * 0.25, high + (high - low) * 0.25];
                return make(
                    "details",
                    { class: "card", open: i === 0 },
                    make("summary", {}, make("h3", {}, several ? title : runs[0].eval)),
                    make(
                        "div",
                        { class: "panels" },
                        [...Map.groupBy(scored, pair)].map(([name2, line]) => panel(name2, line, randoms, before, along, name, range, xs)),
                    ),
                );
            }),
        );
    };
    axis.addEventListener("change", draw);
    metric.addEventListener("change", draw);
    draw();
})();
