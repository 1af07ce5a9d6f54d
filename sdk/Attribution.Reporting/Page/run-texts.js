"use strict";
// The rows and the answers of one run.
const runTexts = (() => {
    const { make, plain, found, scoresOf, count, breakable, methods } = page;
    const { evaluations, runs, rows, limits } = page.data;

    // What a message says, and beneath it what else it holds, such as the calls of tools.
    const textOf = (message) =>
        Object.entries(message)
            .filter(([name]) => name !== "role" && !(name === "content" && message.content === ""))
            .map(([name, value]) =>
                name === "content" && typeof value === "string" ? value : name + ": " + (typeof value === "string" ? value : JSON.stringify(value)),
            )
            .join("\n");
    const firstLine = (row) => {
        const last = row.messages[row.messages.length - 1],
            text = last ? textOf(last) : "";
        return { role: last ? last.role : "", text: text.length > 180 ? text.slice(0, 180) + "…" : text };
    };
    const leftOut = (more) => (more ? make("small", {}, ` (${count(more)} more characters)`) : null);

    let serial = 0;
    const rowText = (row, wanted) => {
        if (!row) return make("span", { class: "quiet" }, "not shown");
        const id = "text-" + ++serial,
            head = firstLine(row);
        const whole = make("div", { id, hidden: true });
        const button = make(
            "button",
            {
                type: "button",
                class: "text-button",
                "aria-expanded": "false",
                "aria-controls": id,
                dir: "auto",
                click: () => {
                    const open = button.getAttribute("aria-expanded") !== "true";
                    button.setAttribute("aria-expanded", open);
                    whole.hidden = !open;
                    if (open && !whole.firstChild)
                        whole.append(
                            ...row.messages.map((m, i) =>
                                make(
                                    "div",
                                    { class: "message " + (m.role === "assistant" ? "assistant" : ""), dir: "auto" },
                                    make("span", { class: "role" }, plain(m.role)),
                                    "\n",
                                    found(textOf(m), wanted),
                                    leftOut(row.left_out && row.left_out[i]),
                                ),
                            ),
                        );
                },
            },
            make("span", { class: "role", "aria-hidden": "true" }, "▸"),
            found(head.text, wanted),
        );
        return [button, whole];
    };

    const rowsPart = (run) => {
        const trains = rows[run.train] || {},
            trait = evaluations[run.eval].trait,
            others = run.others.map((i) => runs[i]),
            score = scoresOf(run);
        const hasBottom = run.bottom.length > 0,
            random = run.attribution === "random";
        const matches = (row, wanted) => row && row.messages.some((m) => plain(textOf(m)).toLowerCase().includes(wanted));
        const body = make("tbody"),
            shown = make("output", { "aria-live": "polite" });
        const search = make("input", { type: "search", placeholder: "Search these rows", "aria-label": "Search these rows", input: () => fill() });
        const onlyPlanted = make("input", { type: "checkbox", change: () => fill() });
        // The rows that the model was trained on are shown first.
        let side = run.is_bottom && hasBottom ? "bottom" : "top";
        const fill = () => {
            const wanted = search.value.trim().toLowerCase(),
                list = run[side].filter((r) => {
                    const row = trains[r.row];
                    return (!wanted || matches(row, wanted)) && (!onlyPlanted.checked || (row && row.planted === trait));
                });
            shown.textContent = `${list.length} of ${run[side].length} rows`;
            body.replaceChildren(
                ...list.map((r) => {
                    const row = trains[r.row];
                    return make(
                        "tr",
                        {},
                        make("td", { class: "n", "data-label": "rank" }, count(r.rank)),
                        make("td", { class: "n", "data-label": "row" }, String(r.row)),
                        random ? null : make("td", { class: "n", "data-label": "score" }, score(r.score)),
                        others.map((o, i) => make("td", { class: "n quiet", "data-label": methods(o) }, r.others[i] === null ? "–" : count(r.others[i]))),
                        make(
                            "td",
                            { class: "text" },
                            row && row.planted ? make("span", { class: "chip" + (row.planted === trait ? " hit" : "") }, plain(row.planted)) : null,
                            rowText(row, wanted),
                        ),
                    );
                }),
            );
        };
        const sides = hasBottom
            ? make(
                  "fieldset",
                  { class: "switch" },
                  make("legend", { class: "sr" }, "Which rows"),
                  [
                      ["top", random ? "Chosen" : "Top"],
                      ["bottom", "Bottom"],
                  ].map(([value, label]) =>
                      make(
                          "label",
                          {},
                          make("input", {
                              type: "radio",
                              name: "side",
                              value,
                              checked: value === side,
                              change: () => {
                                  side = value;
                                  fill();
                              },
                          }),
                          make("span", {}, `${label} ${run[value].length}`),
                      ),
                  ),
              )
            : null;
        const anyPlanted = Object.values(trains).some((r) => r.planted);
        fill();
        return make(
            "div",
            { class: "card part", id: "run-rows" },
            make("h3", {}, random ? "Rows drawn at random" : "Training rows by score"),
            make(
                "p",
                { class: "note" },
                "Each with its rank under the other methods. Choose a row to read the whole conversation. Rows are shortened to ",
                count(limits.row_characters),
                " characters; the chosen ones in full: ",
                make("a", { href: run.name + "/selected_train_data.jsonl" }, "selected_train_data.jsonl"),
                ", all scores: ",
                make("a", { href: run.name + "/scores.parquet" }, "scores.parquet"),
                ".",
            ),
            make("div", { class: "tools" }, sides, search, anyPlanted && trait ? make("label", { class: "check" }, onlyPlanted, "planted only") : null, shown),
            make(
                "div",
                { class: "list", tabindex: 0, role: "region", "aria-label": "Training rows" },
                make(
                    "table",
                    { class: "data rank-table" },
                    make("caption", { class: "sr" }, "Training rows with rank, score, rank under other methods and text"),
                    make(
                        "thead",
                        {},
                        make(
                            "tr",
                            {},
                            make("th", { scope: "col", class: "n" }, "Rank"),
                            make("th", { scope: "col", class: "n" }, "Row"),
                            random ? null : make("th", { scope: "col", class: "n" }, "Score"),
                            others.map((o) => make("th", { scope: "col", class: "n" }, breakable(methods(o)))),
                            make("th", { scope: "col", class: "text" }, "Text"),
                        ),
                    ),
                    body,
                ),
            ),
        );
    };

    const answersPart = (run) => {
        const evaluation = evaluations[run.eval];
        if (!run.answers.length) return null;
        const before = new Map(evaluation.answers.map((a) => [a.prompt + "/" + a.repeat, a]));
        const list = make("ul", { class: "answers" }),
            shown = make("output", { "aria-live": "polite" });
        const search = make("input", {
            type: "search",
            placeholder: "Search prompts and answers",
            "aria-label": "Search prompts and answers",
            input: () => fill(),
        });
        const onlyMoved = make("input", { type: "checkbox", change: () => fill() });
        const side = (title, answer, wanted) =>
            make(
                "div",
                {},
                make("span", { class: "role" }, title),
                " ",
                make(
                    "span",
                    { class: "chip score" + (answer && answer.score > 0 ? " hit" : "") },
                    answer && answer.score !== undefined ? "score " + answer.score : "no score",
                ),
                make("p", { class: "text", dir: "auto" }, answer ? found(answer.text, wanted) : "–", answer ? leftOut(answer.left_out) : null),
                answer && answer.rationale ? make("p", { class: "why", dir: "auto" }, plain(answer.rationale)) : null,
            );
        const fill = () => {
            const wanted = search.value.trim().toLowerCase();
            const kept = run.answers.filter((a) => {
                const old = before.get(a.prompt + "/" + a.repeat),
                    texts = [evaluation.prompts[a.prompt] || "", a.text, old ? old.text : ""];
                return (!wanted || texts.some((t) => plain(t).toLowerCase().includes(wanted))) && (!onlyMoved.checked || !old || old.score !== a.score);
            });
            shown.textContent = `${kept.length} of ${run.answers.length} answers`;
            list.replaceChildren(
                ...kept.map((a) =>
                    make(
                        "li",
                        {},
                        make("p", { class: "prompt", dir: "auto" }, found(evaluation.prompts[a.prompt] || "", wanted)),
                        make("div", { class: "sides" }, side("before", before.get(a.prompt + "/" + a.repeat), wanted), side("after", a, wanted)),
                    ),
                ),
            );
        };
        fill();
        return make(
            "div",
            { class: "card part", id: "run-answers" },
            make("h3", {}, "Answers before and after fine-tuning"),
            make(
                "p",
                { class: "note" },
                `Answers are shortened to ${count(limits.answer_characters)} characters`,
                evaluation.prompts_left_out ? `, and those to ${count(evaluation.prompts_left_out)} more prompts are not shown` : "",
                "; in full, before: ",
                make("a", { href: evaluation.answers_file }, "answers.jsonl"),
                ", after: ",
                make("a", { href: run.name + "/selected_data/answers.jsonl" }, "answers.jsonl"),
                ".",
            ),
            make("div", { class: "tools" }, search, make("label", { class: "check" }, onlyMoved, "score changed"), shown),
            make("div", { class: "list", tabindex: 0, role: "region", "aria-label": "Answers" }, list),
        );
    };

    return { rowsPart, answersPart };
})();
