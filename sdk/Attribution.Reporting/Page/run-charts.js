"use strict";
// The charts of one run.
const runCharts = (() => {
    const { make, fixed, scoresOf, count } = page;
    const { runs } = page.data;

    // What was chosen of the scores of all rows, where the planted ones are, and the mean of the draw at random.
    const histogram = (run) => {
        const h = run.scores;
        if (!h) return null;
        const score = scoresOf(run);
        // At the bottom of a k-curve the chosen are the lowest.
        const [side, beyond] = run.is_bottom ? ["up to", "less"] : ["from", "more"];
        const width = (h.highest - h.lowest) / h.counts.length || 1,
            planted = h.planted ? h.planted.reduce((a, b) => a + b, 0) : 0;
        const marks = (sx, sy, box) => {
            const bars = h.counts.flatMap((n, i) => {
                const from = sx(h.lowest + i * width),
                    to = sx(h.lowest + (i + 1) * width),
                    middle = h.lowest + (i + 0.5) * width,
                    chosen = run.is_bottom ? middle <= h.cut : middle >= h.cut;
                const bar = (size, kind) =>
                    size
                        ? make("rect", {
                              class: kind,
                              x: from + 0.5,
                              width: Math.max(1, to - from - 1),
                              y: Math.min(sy(size), box.bottom - 1),
                              height: Math.max(1, box.bottom - sy(size)),
                          })
                        : null;
                return [bar(n, chosen ? "chosen" : "rows"), h.planted ? bar(h.planted[i], "planted") : null];
            });
            const mark = (value, kind, text, y) => {
                const at = sx(value),
                    isRight = at > (box.left + box.right) * 0.65;
                return [
                    make("line", { class: kind, x1: at, x2: at, y1: box.top - 4, y2: box.bottom }),
                    make("text", { class: kind + "-label", x: at + (isRight ? -6 : 6), y, "text-anchor": isRight ? "end" : "start" }, text),
                ];
            };
            return [
                bars,
                mark(h.cut, "cut", `k = ${run.top_k}, ${side} ${score(h.cut)}`, box.top + 6),
                h.random === undefined ? [] : mark(h.random, "random", `at random, mean ${score(h.random)}`, box.top + 20),
            ];
        };
        return charts.chart({
            title: "Attribution scores of all training rows",
            x: charts.numbers(h.lowest, h.highest, "score"),
            y: charts.numbers(0, Math.max(...h.counts, 1), "rows"),
            marks,
            words:
                `Histogram of attribution scores from ${score(h.lowest)} to ${score(h.highest)}; ` +
                `the ${run.top_k} chosen rows have ${score(h.cut)} or ${beyond}.`,
            keys: [
                ["chosen", "chosen"],
                ["rows", "not chosen"],
                h.planted ? ["planted", `planted (${count(planted)} rows)`] : null,
                h.without_score ? ["", count(h.without_score) + " rows without a score"] : null,
            ].filter(Boolean),
            table: {
                head: ["From", "To", "Rows"].concat(h.planted ? ["Planted"] : []),
                body: h.counts.map((n, i) =>
                    [score(h.lowest + i * width), score(h.lowest + (i + 1) * width), count(n)].concat(h.planted ? [count(h.planted[i])] : []),
                ),
            },
        });
    };

    // Every seed's curve, and that of training on rows drawn at random.
    const lossCurve = (run) => {
        // Of a long curve every n-th step is kept, and the last.
        const curveOf = (of, { loss, steps }) => loss.map((l, i) => [Math.min(i * of.loss_stride, steps - 1) + 1, l]);
        const curvesOf = (of) => (of ? (of.seeds.length ? of.seeds : [of]).map((one) => curveOf(of, one)).filter((curve) => curve.length > 1) : []);
        const random = run.random === undefined ? null : runs[run.random],
            curves = curvesOf(run),
            drawn = curvesOf(random);
        if (!curves.length) return null;
        const points = [...curves, ...drawn].flat(),
            steps = [...new Set(points.map(([step]) => step))].sort((a, b) => a - b),
            losses = points.map(([, loss]) => loss);
        const ends = (curve) => `from ${fixed(curve[0][1])} to ${fixed(curve[curve.length - 1][1])}`;
        const marks = (sx, sy) => {
            const line = (curve, kind) =>
                charts.path(
                    curve.map(([step, loss]) => [sx(step), sy(loss)]),
                    { class: kind },
                );
            return [drawn.map((curve) => line(curve, "random")), curves.map((curve, n) => line(curve, "loss" + (n ? " other" : "")))];
        };
        const columns = [...curves, ...drawn].map((curve) => new Map(curve));
        const head = [
            "Step",
            ...(run.seeds.length ? run.seeds.map((s) => "Loss, seed " + s.seed) : ["Loss"]),
            ...drawn.map((_, n) => "At random" + (drawn.length > 1 ? ", seed " + random.seeds[n].seed : "")),
        ];
        return charts.chart({
            title: "Training loss",
            x: charts.numbers(1, steps[steps.length - 1], "step"),
            y: charts.numbers(Math.min(...losses), Math.max(...losses), "loss"),
            marks,
            words: `Training loss by step, ${ends(curves[0])}${drawn.length ? `; on rows drawn at random ${ends(drawn[0])}` : ""}.`,
            keys: [
                ["loss", curves.length > 1 ? `this run, ${curves.length} seeds` : "this run"],
                drawn.length ? ["random", "rows drawn at random"] : null,
            ].filter(Boolean),
            table: {
                head,
                body: steps.map((step) => [count(step), ...columns.map((losses) => fixed(losses.get(step), 4))]),
            },
        });
    };

    return { histogram, lossCurve };
})();
