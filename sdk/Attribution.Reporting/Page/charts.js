"use strict";
// Charts as SVG: a frame with ticks and labels on both axes, and marks in it.
const charts = (() => {
    const { make, count, scientific } = page;
    const isNarrow = () => innerWidth < 520;

    // Round values that divide a range: steps of 1, 2 or 5 times a power of ten.
    const ticks = (low, high, most = 5) => {
        if (!(high > low)) return [low];
        const rough = (high - low) / most,
            power = 10 ** Math.floor(Math.log10(rough));
        const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999),
            all = [];
        for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) all.push(+(i * step).toPrecision(12));
        return all;
    };
    // As many decimals as tell neighbouring ticks apart.
    const label = (value, all) => {
        const step = all.length > 1 ? Math.abs(all[1] - all[0]) : Math.abs(value) || 1,
            digits = -Math.floor(Math.log10(step) + 1e-9);
        if (value === 0 && digits > 6) return "0";
        if (value && (digits > 6 || Math.abs(value) >= 1e6)) return scientific(value, Math.floor(Math.log10(Math.abs(value)) + 1e-9) + digits);
        return Math.abs(value) >= 1000 && digits <= 0 ? count(value) : value.toFixed(Math.max(0, Math.min(6, digits))).replace("-", "−");
    };

    // An axis of numbers, or of places that have names.
    const numbers = (low, high, title) => ({ low, high: high > low ? high : low + 1, title, ticks: ticks(low, high > low ? high : low + 1), label });
    const places = (names, title) => ({ low: -0.4, high: names.length - 0.6, title, ticks: names.map((_, i) => i), label: (i) => String(names[i]) });

    /**
     * A chart. `marks` is told the two scales and gives shapes; `keys` are classes with names; `table` has the same as numbers.
     */
    const chart = ({ title, words, x, y, marks, keys = [], table, width, height = 230, heading = "figcaption" }) => {
        const W = width || (isNarrow() ? 350 : 520),
            H = height,
            left = 46,
            bottom = 40,
            top = 22,
            right = 10;
        const sx = (v) => +(left + ((v - x.low) / (x.high - x.low)) * (W - left - right)).toFixed(2);
        const sy = (v) => +(H - bottom - ((v - y.low) / (y.high - y.low)) * (H - bottom - top)).toFixed(2);
        const frame = [
            y.ticks.map((t) => [
                make("line", { class: "grid", x1: left, x2: W - right, y1: sy(t), y2: sy(t) }),
                make("text", { class: "tick", x: left - 6, y: sy(t) + 4, "text-anchor": "end" }, y.label(t, y.ticks)),
            ]),
            make("line", { class: "axis", x1: left, x2: W - right, y1: H - bottom, y2: H - bottom }),
            x.ticks.map((t) => [
                make("line", { class: "axis", x1: sx(t), x2: sx(t), y1: H - bottom, y2: H - bottom + 4 }),
                make("text", { class: "tick", x: sx(t), y: H - bottom + 16, "text-anchor": "middle" }, x.label(t, x.ticks)),
            ]),
            make("text", { class: "axis-label", x: (left + W - right) / 2, y: H - 4, "text-anchor": "middle" }, x.title),
            make("text", { class: "axis-label", x: 0, y: 11 }, y.title),
        ];
        return make(
            "figure",
            { class: "card" },
            make(heading, { class: "caption" }, title),
            make(
                "svg",
                { class: "chart", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": words },
                frame.flat(2),
                marks(sx, sy, { left, right: W - right, top, bottom: H - bottom }),
            ),
            keys.length
                ? make(
                      "ul",
                      { class: "keys" },
                      keys.map(([kind, name]) => make("li", { class: kind }, name)),
                  )
                : null,
            table ? values(title, table.head, table.body) : null,
        );
    };

    const values = (caption, head, body) =>
        make(
            "details",
            { class: "values" },
            make("summary", {}, "Values as a table"),
            make(
                "div",
                { tabindex: 0, role: "region", "aria-label": caption + ": values" },
                make(
                    "table",
                    { class: "data" },
                    make("caption", { class: "sr" }, caption),
                    make(
                        "thead",
                        {},
                        make(
                            "tr",
                            {},
                            head.map((h) => make("th", { scope: "col" }, h)),
                        ),
                    ),
                    make(
                        "tbody",
                        {},
                        body.map((line) =>
                            make(
                                "tr",
                                {},
                                line.map((cell) => make("td", {}, cell)),
                            ),
                        ),
                    ),
                ),
            ),
        );

    const path = (points, attributes) => (points.length ? make("path", { d: "M" + points.map(([a, b]) => a + " " + b).join("L"), ...attributes }) : null);

    return { chart, numbers, places, path, isNarrow };
})();
