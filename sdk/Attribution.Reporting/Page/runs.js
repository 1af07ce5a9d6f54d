"use strict";
// One run at a time: its scores, its loss, its rows and its answers.
(() => {
    const { byId, make, plain, found, fixed, count, breakable, methods } = page;
    const { evaluations, runs, rows, limits } = page.data;

    const tile = (title, big, note) =>
        make("div", { class: "card" }, make("h3", {}, title), make("p", { class: "big" }, big), make("p", { class: "note" }, note));

    const tiles = (run) => {
        const m = run.metrics,
            evaluation = evaluations[run.eval],
            all = [];
        if (m.precision_at_k !== undefined)
            all.push(tile("Precision@" + run.top_k, fixed(m.precision_at_k, 2), "of the chosen rows are planted; at random " + fixed(run.planted_share, 3)));
        if (m.judged_mean !== undefined && m.judged_mean !== null)
            all.push(
                tile(
                    "Judged score",
                    fixed(m.judged_mean_before, 2) +
                        " → " +
                        fixed(m.judged_mean, 2) +
                        (m.judged_mean_sd !== undefined ? " ± " + fixed(m.judged_mean_sd, 2) : ""),
                    (run.seeds.length > 1
                        ? "mean of " + count(run.seeds.length) + " seeds; rows and answers below are of seed " + run.seeds[0].seed + "; "
                        : "") +
                        "before and after fine-tuning" +
                        (evaluation.highest_score ? ", of " + evaluation.highest_score : "") +
                        (evaluation.judge ? "; judge: " + evaluation.judge : ""),
                ),
            );
        if (m.eval_loss_gap !== undefined && m.eval_loss_gap !== null)
            all.push(
                tile(
                    "Cross-entropy gap",
                    fixed(m.eval_loss_gap_before) + " → " + fixed(m.eval_loss_gap),
                    "before and after; higher: the behaviour is likelier",
                ),
            );
        const { loss, steps } = run.seeds.length ? run.seeds[0] : run;
        if (loss.length)
            all.push(
                tile(
                    "Training loss",
                    fixed(loss[0], 2) + " → " + fixed(loss[loss.length - 1], 2),
                    "first and last of " + count(steps) + " steps" + (run.seeds.length ? ", seed " + run.seeds[0].seed : ""),
                ),
            );
        return make("div", { class: "tiles" }, all);
    };

    const metricsPart = (run) =>
        make(
            "details",
            { class: "card part" },
            make("summary", {}, make("h3", {}, "All metrics of this run")),
            make(
                "table",
                { class: "data" },
                make("caption", { class: "sr" }, "All metrics of this run"),
                make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Metric"), make("th", { scope: "col", class: "n" }, "Value"))),
                make(
                    "tbody",
                    {},
                    Object.entries(run.metrics).map(([name, value]) =>
                        make(
                            "tr",
                            {},
                            make("th", { scope: "row" }, breakable(name)),
                            make("td", { class: "n" }, value === null ? "–" : String(+value.toPrecision(6))),
                        ),
                    ),
                ),
            ),
        );

    const picker = byId("run");
    if (picker) {
        const show = (index) => {
            const run = runs[index];
            picker.value = String(index);
            byId("of-run").replaceChildren(
                make("h3", { class: "sr" }, run.eval + ": " + methods(run)),
                tiles(run),
                make("div", { class: "charts" }, runCharts.histogram(run), runCharts.lossCurve(run)),
                run.top.length ? runTexts.rowsPart(run) : "",
                runTexts.answersPart(run) || "",
                metricsPart(run),
            );
        };
        const fromAddress = () => {
            const at = /^#run-(\d+)$/.exec(location.hash);
            return at && runs[at[1]] && [...picker.options].some((o) => o.value === at[1]) ? +at[1] : null;
        };
        const move = (by) => {
            const at = Math.min(picker.options.length - 1, Math.max(0, picker.selectedIndex + by));
            history.replaceState(null, "", "#run-" + picker.options[at].value);
            show(+picker.options[at].value);
        };
        picker.addEventListener("change", () => {
            history.replaceState(null, "", "#run-" + picker.value);
            show(+picker.value);
        });
        byId("previous").addEventListener("click", () => move(-1));
        byId("next").addEventListener("click", () => move(1));
        const go = () => {
            const wanted = fromAddress();
            if (wanted === null) return;
            show(wanted);
            byId("runs").scrollIntoView();
            byId("of-run").focus({ preventScroll: true });
        };
        addEventListener("hashchange", go);
        show(+picker.dataset.first);
        go();
    }
})();
