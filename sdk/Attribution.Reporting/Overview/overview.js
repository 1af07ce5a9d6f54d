"use strict";
// The table sorts and is searched; ticked runs stand side by side; a line for each run across all measures.
(() => {
    const { byId, make, fixed, count, breakable } = page;
    const { lines, experiments, columns } = JSON.parse(byId("data-overview").textContent);
    const body = byId("table").tBodies[0],
        headings = [...byId("table").tHead.rows[0].cells],
        rows = [...body.rows];
    const titleOf = (line) => (line.point ? line.method + " " + line.point : line.method);
    const nameOf = (line) => `${experiments[line.experiment]}: ${line.set}, ${titleOf(line)}`;
    const isShown = (row) => !row.hidden;
    const ticked = () => rows.filter((row) => row.querySelector("input").checked).map((row) => lines[row.dataset.place]);

    // Numbers by size, texts by their letters; what is missing comes last either way.
    const sort = (column, isDown) => {
        const valueOf = (row) => {
            const cell = row.cells[column];
            return cell.classList.contains("n") ? (cell.dataset.value === undefined ? null : +cell.dataset.value) : cell.textContent.trim() || null;
        };
        const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b));
        const sorted = [...rows].sort((first, second) => {
            const [a, b] = [valueOf(first), valueOf(second)];
            return a === null || b === null ? (a === null) - (b === null) : isDown ? compare(b, a) : compare(a, b);
        });
        body.append(...sorted);
        for (const [i, heading] of headings.entries())
            if (i === column) heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
            else heading.removeAttribute("aria-sort");
    };
    for (const [i, heading] of headings.entries())
        heading.querySelector("button")?.addEventListener("click", () => {
            const now = heading.getAttribute("aria-sort");
            // Of numbers the highest are looked for.
            sort(i, now === null ? heading.classList.contains("n") : now === "ascending");
        });

    const setting = (line, name) => line.settings[name] ?? "–";
    const compare = () => {
        const chosen = ticked();
        if (chosen.length < 2) {
            byId("of-side").replaceChildren(make("p", { class: "note" }, "Tick two or more runs above."));
            return;
        }
        const settings = [...new Set(chosen.flatMap((line) => Object.keys(line.settings)))];
        const metrics = [...new Set(chosen.flatMap((line) => Object.keys(line.metrics)))];
        const number = (value) => (value === undefined ? "–" : String(+value.toPrecision(4)));
        const line = (name, cells) =>
            make(
                "tr",
                { class: new Set(cells).size > 1 ? "differs" : null },
                make("th", { scope: "row" }, breakable(name)),
                cells.map((cell) => make("td", {}, cell)),
            );
        byId("of-side").replaceChildren(
            make(
                "div",
                { class: "card scroll", role: "region", "aria-label": "Side by side", tabindex: 0 },
                make(
                    "table",
                    { class: "data", style: `--runs: ${chosen.length}` },
                    make("caption", { class: "sr" }, "Runs side by side; what differs is bold"),
                    make(
                        "thead",
                        {},
                        make(
                            "tr",
                            {},
                            make("th", { scope: "col" }, ""),
                            chosen.map((run) => make("th", { scope: "col" }, nameOf(run))),
                        ),
                    ),
                    make(
                        "tbody",
                        {},
                        settings.map((name) =>
                            line(
                                name,
                                chosen.map((run) => setting(run, name)),
                            ),
                        ),
                        metrics.map((name) =>
                            line(
                                name,
                                chosen.map((run) => number(run.metrics[name])),
                            ),
                        ),
                    ),
                ),
            ),
        );
    };

    const narrow = matchMedia("(max-width: 44rem)");
    const across = () => {
        const shown = rows.filter(isShown).map((row) => lines[row.dataset.place]);
        const axes = columns.filter((c) => shown.filter((line) => line.metrics[c.metric] !== undefined).length > 1);
        if (axes.length < 2) {
            byId("of-lines").replaceChildren(make("p", { class: "note" }, "There are fewer than two measures to draw."));
            return;
        }
        // On a phone the axes lie below each other, so that their names have room.
        const isNarrow = narrow.matches,
            gap = 46;
        const W = isNarrow ? 350 : Math.max(520, Math.min(1120, innerWidth - 60)),
            H = isNarrow ? axes.length * gap + 6 : 280,
            top = 40,
            bottom = 24,
            side = 50;
        const scales = axes.map((axis) => {
            const values = shown.map((line) => line.metrics[axis.metric]).filter((v) => v !== undefined);
            const [low, high] = [Math.min(...values), Math.max(...values)];
            return { low, high, share: (v) => (high > low ? (v - low) / (high - low) : 0.5) };
        });
        const rail = (i) => (isNarrow ? 24 + i * gap : side + (i / (axes.length - 1)) * (W - 2 * side));
        const along = (share) => (isNarrow ? 4 + share * (W - 8) : H - bottom - share * (H - top - bottom));
        const point = (i, share) => (isNarrow ? [along(share), rail(i)] : [rail(i), along(share)]);
        const chosen = new Set(ticked());
        const drawn = [...shown]
            .sort((a, b) => chosen.has(a) - chosen.has(b))
            .map((line) => {
                const points = axes
                    .map((axis, i) => [i, line.metrics[axis.metric]])
                    .filter(([, v]) => v !== undefined)
                    .map(([i, v]) => point(i, scales[i].share(v)).map((n) => n.toFixed(1)).join(" "));
                return points.length < 2
                    ? null
                    : make("path", { class: "run" + (chosen.has(line) ? " ticked" : ""), d: "M" + points.join("L") }, make("title", {}, nameOf(line)));
            });
        const words = (axis, i) =>
            isNarrow
                ? [
                      make("text", { x: W / 2, y: rail(i) - 6, "text-anchor": "middle" }, axis.label),
                      make("text", { x: 0, y: rail(i) - 6, "text-anchor": "start" }, fixed(scales[i].low, 2)),
                      make("text", { x: W, y: rail(i) - 6, "text-anchor": "end" }, fixed(scales[i].high, 2)),
                  ]
                : [
                      make("text", { x: rail(i), y: 14, "text-anchor": "middle" }, axis.label),
                      make("text", { x: rail(i), y: 30, "text-anchor": "middle" }, fixed(scales[i].high, 2)),
                      make("text", { x: rail(i), y: H - 6, "text-anchor": "middle" }, fixed(scales[i].low, 2)),
                  ];
        byId("of-lines").replaceChildren(
            make(
                "figure",
                { class: "card" },
                make(
                    "svg",
                    {
                        class: "across",
                        viewBox: `0 0 ${W} ${H}`,
                        role: "img",
                        "aria-label": `${count(shown.length)} runs across ${axes.map((a) => a.label).join(", ")}; the numbers are in the table of runs.`,
                    },
                    axes.map((axis, i) => {
                        const [[x1, y1], [x2, y2]] = [point(i, 0), point(i, 1)];
                        return make("line", { class: "rail", x1, y1, x2, y2 });
                    }),
                    drawn,
                    axes.map(words),
                ),
            ),
        );
    };
    narrow.addEventListener("change", () => across());

    byId("search").addEventListener("input", () => {
        const wanted = byId("search").value.trim().toLowerCase().split(/\s+/);
        for (const row of rows) row.hidden = !wanted.every((word) => row.textContent.toLowerCase().includes(word));
        byId("shown").textContent = `${count(rows.filter(isShown).length)} of ${count(rows.length)} runs`;
        across();
    });
    body.addEventListener("change", () => {
        compare();
        across();
    });
    across();
})();
