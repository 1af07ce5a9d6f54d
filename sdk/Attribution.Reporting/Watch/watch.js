"use strict";
// Asks each second how the build stands. When nobody answers any more, the build and its page have ended.
(() => {
    const { byId, make, plain, fixed } = page;
    const tones = { running: "ran", failed: "bad" };
    const duration = (seconds) =>
        seconds === undefined ? "" : seconds < 100 ? fixed(seconds, 1) + " s" : Math.floor(seconds / 60) + " min " + Math.floor(seconds % 60) + " s";

    // Of "12 of 78 adapters" a bar.
    const meter = (text) => {
        const said = /([\d,]+) of ([\d,]+)/.exec(text || "");
        if (!said) return null;
        const [done, all] = [said[1], said[2]].map((n) => +n.replaceAll(",", ""));
        const share = all > 0 ? Math.min(1, done / all) : 0;
        return make(
            "svg",
            { class: "meter", viewBox: "0 0 200 5", preserveAspectRatio: "none", "aria-hidden": "true" },
            make("rect", { class: "of", width: 200, height: 5, rx: 2 }),
            make("rect", { class: "done", width: share * 200, height: 5, rx: 2 }),
        );
    };

    const stage = (s) =>
        make(
            "tr",
            {},
            make("th", { scope: "row" }, s.name),
            make("td", {}, make("span", { class: "tag " + (tones[s.status] || "kept") }, s.status)),
            make("td", {}, s.text ? plain(s.text) : "", s.status === "running" ? meter(s.text) : null),
            make("td", { class: "n" }, duration(s.seconds)),
        );

    // A chart for each measure, as losses and correlations share no scale.
    const trainings = (curves) => {
        const measures = Map.groupBy(
            curves.filter((c) => c.points.length > 1),
            (c) => c.measure,
        );
        byId("trainings").hidden = !measures.size;
        byId("of-trainings").replaceChildren(...[...measures].map(([measure, drawn]) => chartOf(measure, drawn)));
    };

    const chartOf = (measure, drawn) => {
        const all = drawn.flatMap((c) => c.points),
            last = drawn[drawn.length - 1];
        const range = (name, title) => charts.numbers(Math.min(...all.map((p) => p[name])), Math.max(...all.map((p) => p[name])), title);
        const words = measure[0].toUpperCase() + measure.slice(1);
        return charts.chart({
            title: `${words} of the latest trainings`,
            x: range("step", measure === "validation loss" ? "epoch" : "step"),
            y: range("value", measure),
            width: charts.isNarrow() ? 350 : 900,
            height: charts.isNarrow() ? 240 : 300,
            words:
                `${words} of ${drawn.length} training${drawn.length === 1 ? "" : "s"}; ` +
                `the latest, ${last.run}, is at ${fixed(last.points[last.points.length - 1].value)}.`,
            marks: (sx, sy) =>
                drawn.map((c, i) =>
                    charts.path(
                        c.points.map((p) => [sx(p.step), sy(p.value)]),
                        { class: "line c" + (i % 6) },
                    ),
                ),
            keys: drawn.map((c, i) => ["c" + (i % 6), plain(c.run)]),
        });
    };

    const show = (state) => {
        byId("status").textContent = state.is_building ? "building" : state.stages.some((s) => s.status === "failed") ? "failed" : "no build at work";
        byId("status").className = "pill " + (state.is_building ? "open" : state.stages.some((s) => s.status === "failed") ? "bad" : "good");
        byId("stages").replaceChildren(...state.stages.map(stage));
        trainings(state.curves);
        byId("said").hidden = !state.messages.length;
        byId("messages").replaceChildren(...state.messages.map((m) => make("li", {}, plain(m))));
    };

    // One answer may fail, as when a file of the build cannot be read at that moment.
    let hasShown = false,
        failures = 0;
    const ask = async () => {
        try {
            show(await (await fetch("state.json", { cache: "no-store", signal: AbortSignal.timeout(5000) })).json());
            hasShown = true;
            failures = 0;
            setTimeout(ask, 1000);
        } catch {
            if (++failures < 3) setTimeout(ask, 1000);
            else if (hasShown && byId("status").textContent === "building") byId("status").textContent = "ended";
        }
    };
    ask();
})();
