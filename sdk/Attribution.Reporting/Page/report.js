"use strict";
(() => {
  const read = name => JSON.parse(document.getElementById("data-" + name).textContent);
  const evaluations = Object.fromEntries(read("evaluations").map(e => [e.name, e]));
  const runs = read("runs"), rows = read("rows"), limits = read("limits");
  const byId = id => document.getElementById(id);

  // Elements are made of names and texts alone: no text is ever read as markup.
  const make = (name, attributes = {}, ...content) => {
    const isSvg = ["svg", "rect", "line", "path", "text", "g"].includes(name);
    const element = isSvg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes))
      if (typeof value === "function") element.addEventListener(key, value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    element.append(...content.flat().filter(c => c !== null && c !== undefined && c !== false));
    return element;
  };
  // Marks that turn the reading direction are shown instead of obeyed.
  const plain = text => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, c => "[U+" + c.charCodeAt(0).toString(16).toUpperCase() + "]");
  const found = (text, wanted) => {
    text = plain(text);
    if (!wanted) return [text];
    const parts = [], lower = text.toLowerCase();
    // A letter may change its length in lower case; then nothing can be marked.
    if (lower.length !== text.length) return [text];
    let from = 0;
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
      parts.push(text.slice(from, at), make("mark", {}, text.slice(at, at + wanted.length)));
      from = at + wanted.length;
    }
    return [...parts, text.slice(from)];
  };
  const fixed = (value, digits = 3) => value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−");
  const methods = run => run.selection ? run.attribution + " × " + run.selection : run.attribution;
  const count = n => n.toLocaleString("en");
  const breakable = name => name.split(/(?<=[_/])/).flatMap((part, i) => i ? [make("wbr"), part] : [part]);

  // The theme: as the system has it, until one is chosen.
  const theme = byId("theme"), themes = ["auto", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("attribution-theme"); } catch { return null; } };
  const setTheme = name => {
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    theme.textContent = "Theme: " + name;
    theme.dataset.value = name;
  };
  setTheme(themes.includes(remembered()) ? remembered() : "auto");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(theme.dataset.value) + 1) % themes.length];
    setTheme(next);
    try { localStorage.setItem("attribution-theme", next); } catch { /* a page from a file may have no storage */ }
  });

  for (const choice of document.querySelectorAll("input[name=metric]"))
    choice.addEventListener("change", () => { byId("results").dataset.shown = choice.value; });

  const copy = byId("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(byId("command").textContent);
      copy.textContent = "Copied";
    });
  }

  const tile = (title, big, note) => make("div", { class: "card" }, make("h3", {}, title), make("p", { class: "big" }, big), make("p", { class: "note" }, note));

  const tiles = run => {
    const m = run.metrics, evaluation = evaluations[run.eval], all = [];
    if (m.precision_at_k !== undefined)
      all.push(tile("Precision@" + run.top_k, fixed(m.precision_at_k, 2), "of the chosen rows are planted; at random " + fixed(run.planted_share, 3)));
    if (m.judged_mean !== undefined && m.judged_mean !== null)
      all.push(tile("Judged score", fixed(m.judged_mean_before, 2) + " → " + fixed(m.judged_mean, 2) + (m.judged_mean_sd !== undefined ? " ± " + fixed(m.judged_mean_sd, 2) : ""),
        (run.seeds.length > 1 ? "mean of " + count(run.seeds.length) + " seeds; loss and answers below are of seed " + run.seeds[0].seed + "; " : "") + "before and after fine-tuning" + (evaluation.highest_score ? ", of " + evaluation.highest_score : "") + (evaluation.judge ? "; judge: " + evaluation.judge : "")));
    if (m.eval_loss_gap !== undefined && m.eval_loss_gap !== null)
      all.push(tile("Cross-entropy gap", fixed(m.eval_loss_gap_before) + " → " + fixed(m.eval_loss_gap), "before and after; higher: the behaviour is likelier"));
    if (run.loss.length)
      all.push(tile("Training loss", fixed(run.loss[0], 2) + " → " + fixed(run.loss[run.loss.length - 1], 2), "first and last of " + count((run.loss.length - 1) * run.loss_stride + 1) + " steps"));
    return make("div", { class: "tiles" }, all);
  };

  const values = (caption, head, body) => make("details", { class: "values" }, make("summary", {}, "Values as a table"),
    make("div", { tabindex: 0, role: "region", "aria-label": caption }, make("table", { class: "data" }, make("caption", { class: "sr" }, caption),
      make("thead", {}, make("tr", {}, head.map(h => make("th", { scope: "col" }, h)))),
      make("tbody", {}, body.map(line => make("tr", {}, line.map(cell => make("td", {}, cell))))))));

  const W = 520, H = 210, left = 34, bottom = 26, top = 14;
  const axis = (label, low, high) => [
    make("line", { class: "axis", x1: left, x2: W, y1: H - bottom, y2: H - bottom }),
    make("text", { x: left, y: H - 8 }, low), make("text", { x: W, y: H - 8, "text-anchor": "end" }, high), make("text", { x: (left + W) / 2, y: H - 8, "text-anchor": "middle" }, label)];

  const histogram = run => {
    const h = run.scores;
    if (!h) return null;
    const highest = Math.max(...h.counts, 1), step = (W - left) / h.counts.length, width = (h.highest - h.lowest) / h.counts.length || 1;
    const x = score => left + (score - h.lowest) / (h.highest - h.lowest || 1) * (W - left), y = n => (H - bottom - top) * n / highest;
    const bars = h.counts.flatMap((n, i) => {
      const chosen = h.lowest + (i + .5) * width >= h.cut, bar = (size, kind) => size ? make("rect", { class: kind, x: left + i * step + .5, width: step - 1, y: H - bottom - y(size), height: Math.max(1, y(size)) }) : null;
      return [bar(n, chosen ? "chosen" : "rows"), h.planted ? bar(h.planted[i], "planted") : null];
    });
    const cut = x(h.cut), planted = h.planted ? h.planted.reduce((a, b) => a + b, 0) : 0;
    return make("figure", { class: "card" }, make("figcaption", {}, "Attribution scores of all training rows"),
      make("svg", { class: "chart", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `Histogram of attribution scores from ${fixed(h.lowest)} to ${fixed(h.highest)}; the ${run.top_k} chosen rows have ${fixed(h.cut)} or more.` },
        make("text", { x: left - 6, y: top + 8, "text-anchor": "end" }, count(highest)), bars, axis("score", fixed(h.lowest, 2), fixed(h.highest, 2)),
        make("line", { class: "cut", x1: cut, x2: cut, y1: top - 4, y2: H - bottom }),
        make("text", { class: "cut-label", x: cut + (cut > W * .7 ? -6 : 6), y: top + 6, "text-anchor": cut > W * .7 ? "end" : "start" }, `k = ${run.top_k}, from ${fixed(h.cut)}`)),
      make("ul", { class: "keys" }, make("li", { class: "chosen" }, "chosen"), make("li", { class: "rows" }, "not chosen"), h.planted ? make("li", { class: "planted" }, `planted (${count(planted)} rows)`) : null,
        h.without_score ? make("li", {}, count(h.without_score) + " rows without a score") : null),
      values("Histogram of attribution scores", ["From", "To", "Rows"].concat(h.planted ? ["Planted"] : []),
        h.counts.map((n, i) => [fixed(h.lowest + i * width), fixed(h.lowest + (i + 1) * width), count(n)].concat(h.planted ? [count(h.planted[i])] : []))));
  };

  const lossCurve = run => {
    if (run.loss.length < 2) return null;
    const highest = Math.max(...run.loss), lowest = Math.min(...run.loss, highest * .98), steps = run.loss.map((_, i) => i * run.loss_stride + 1);
    const points = run.loss.map((l, i) => (left + i / (run.loss.length - 1) * (W - left)).toFixed(1) + " " + (top + (highest - l) / (highest - lowest || 1) * (H - bottom - top)).toFixed(1));
    return make("figure", { class: "card" }, make("figcaption", {}, "Training loss"),
      make("svg", { class: "chart", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `Training loss by step, from ${fixed(run.loss[0])} to ${fixed(run.loss[run.loss.length - 1])}.` },
        make("text", { x: left - 6, y: top + 8, "text-anchor": "end" }, fixed(highest, 2)), make("text", { x: left - 6, y: H - bottom, "text-anchor": "end" }, fixed(lowest, 2)),
        axis("step", "1", count(steps[steps.length - 1])), make("path", { class: "loss", d: "M" + points.join("L") })),
      values("Training loss by step", ["Step", "Loss"], run.loss.map((l, i) => [count(steps[i]), fixed(l, 4)])));
  };

  // What a message says, and beneath it what else it holds, such as the calls of tools.
  const textOf = message => Object.entries(message).filter(([name]) => name !== "role" && !(name === "content" && message.content === ""))
    .map(([name, value]) => name === "content" && typeof value === "string" ? value : name + ": " + (typeof value === "string" ? value : JSON.stringify(value))).join("\n");
  const firstLine = row => {
    const last = row.messages[row.messages.length - 1], text = last ? textOf(last) : "";
    return { role: last ? last.role : "", text: text.length > 180 ? text.slice(0, 180) + "…" : text };
  };
  const leftOut = more => more ? make("small", {}, ` (${count(more)} more characters)`) : null;

  let serial = 0;
  const rowText = (row, wanted) => {
    if (!row) return make("span", { class: "quiet" }, "not shown");
    const id = "text-" + ++serial, head = firstLine(row);
    const whole = make("div", { id, hidden: true });
    const button = make("button", { type: "button", class: "text-button", "aria-expanded": "false", "aria-controls": id, dir: "auto", click: () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", open);
      whole.hidden = !open;
      if (open && !whole.firstChild)
        whole.append(...row.messages.map((m, i) => make("div", { class: "message " + (m.role === "assistant" ? "assistant" : ""), dir: "auto" }, make("span", { class: "role" }, plain(m.role)), "\n", found(textOf(m), wanted), leftOut(row.left_out && row.left_out[i]))));
    } }, make("span", { class: "role", "aria-hidden": "true" }, "▸"), found(head.text, wanted));
    return [button, whole];
  };

  const rowsPart = run => {
    const trains = rows[run.train] || {}, trait = evaluations[run.eval].trait, others = run.others.map(i => runs[i]);
    const hasBottom = run.bottom.length > 0, random = !run.selection;
    const matches = (row, wanted) => row && row.messages.some(m => plain(textOf(m)).toLowerCase().includes(wanted));
    const body = make("tbody"), shown = make("output", { "aria-live": "polite" });
    const search = make("input", { type: "search", placeholder: "Search these rows", "aria-label": "Search these rows", input: () => fill() });
    const onlyPlanted = make("input", { type: "checkbox", change: () => fill() });
    let side = "top";
    const fill = () => {
      const wanted = search.value.trim().toLowerCase(), list = run[side].filter(r => {
        const row = trains[r.row];
        return (!wanted || matches(row, wanted)) && (!onlyPlanted.checked || (row && row.planted === trait));
      });
      shown.textContent = `${list.length} of ${run[side].length} rows`;
      body.replaceChildren(...list.map(r => {
        const row = trains[r.row];
        return make("tr", {}, make("td", { class: "n", "data-label": "rank" }, count(r.rank)), make("td", { class: "n", "data-label": "row" }, String(r.row)),
          random ? null : make("td", { class: "n", "data-label": "score" }, fixed(r.score, 4)),
          others.map((o, i) => make("td", { class: "n quiet", "data-label": methods(o) }, r.others[i] === null ? "–" : count(r.others[i]))),
          make("td", { class: "text" }, row && row.planted ? make("span", { class: "chip" + (row.planted === trait ? " hit" : "") }, plain(row.planted)) : null, rowText(row, wanted)));
      }));
    };
    const sides = hasBottom ? make("fieldset", { class: "switch" }, make("legend", { class: "sr" }, "Which rows"), [["top", random ? "Chosen" : "Top"], ["bottom", "Bottom"]].map(([value, label]) =>
      make("label", {}, make("input", { type: "radio", name: "side", value, checked: value === "top", change: () => { side = value; fill(); } }), make("span", {}, `${label} ${run[value].length}`)))) : null;
    const anyPlanted = Object.values(trains).some(r => r.planted);
    fill();
    return make("div", { class: "card part", id: "run-rows" }, make("h3", {}, random ? "Rows drawn at random" : "Training rows by score"),
      make("p", { class: "note" }, "Each with its rank under the other methods. Choose a row to read the whole conversation. Rows are shortened to ", count(limits.row_characters), " characters; the chosen ones in full: ",
        make("a", { href: run.name + "/selected_train_data.jsonl" }, "selected_train_data.jsonl"), ", all scores: ", make("a", { href: run.name + "/scores.parquet" }, "scores.parquet"), "."),
      make("div", { class: "tools" }, sides, search, anyPlanted && trait ? make("label", { class: "check" }, onlyPlanted, "planted only") : null, shown),
      make("div", { class: "list", tabindex: 0, role: "region", "aria-label": "Training rows" }, make("table", { class: "data rank-table" }, make("caption", { class: "sr" }, "Training rows with rank, score, rank under other methods and text"),
        make("thead", {}, make("tr", {}, make("th", { scope: "col", class: "n" }, "Rank"), make("th", { scope: "col", class: "n" }, "Row"), random ? null : make("th", { scope: "col", class: "n" }, "Score"),
          others.map(o => make("th", { scope: "col", class: "n" }, breakable(methods(o)))), make("th", { scope: "col", class: "text" }, "Text"))), body)));
  };

  const answersPart = run => {
    const evaluation = evaluations[run.eval];
    if (!run.answers.length) return null;
    const before = new Map(evaluation.answers.map(a => [a.prompt + "/" + a.repeat, a]));
    const list = make("ul", { class: "answers" }), shown = make("output", { "aria-live": "polite" });
    const search = make("input", { type: "search", placeholder: "Search prompts and answers", "aria-label": "Search prompts and answers", input: () => fill() });
    const onlyMoved = make("input", { type: "checkbox", change: () => fill() });
    const side = (title, answer, wanted) => make("div", {}, make("span", { class: "role" }, title), " ", make("span", { class: "chip score" + (answer && answer.score > 0 ? " hit" : "") }, answer && answer.score !== undefined ? "score " + answer.score : "no score"),
      make("p", { class: "text", dir: "auto" }, answer ? found(answer.text, wanted) : "–", answer ? leftOut(answer.left_out) : null), answer && answer.rationale ? make("p", { class: "why", dir: "auto" }, plain(answer.rationale)) : null);
    const fill = () => {
      const wanted = search.value.trim().toLowerCase();
      const kept = run.answers.filter(a => {
        const old = before.get(a.prompt + "/" + a.repeat), texts = [evaluation.prompts[a.prompt] || "", a.text, old ? old.text : ""];
        return (!wanted || texts.some(t => plain(t).toLowerCase().includes(wanted))) && (!onlyMoved.checked || !old || old.score !== a.score);
      });
      shown.textContent = `${kept.length} of ${run.answers.length} answers`;
      list.replaceChildren(...kept.map(a => make("li", {}, make("p", { class: "prompt", dir: "auto" }, found(evaluation.prompts[a.prompt] || "", wanted)),
        make("div", { class: "sides" }, side("before", before.get(a.prompt + "/" + a.repeat), wanted), side("after", a, wanted)))));
    };
    fill();
    return make("div", { class: "card part", id: "run-answers" }, make("h3", {}, "Answers before and after fine-tuning"),
      make("p", { class: "note" }, `Answers are shortened to ${count(limits.answer_characters)} characters`, evaluation.prompts_left_out ? `, and those to ${count(evaluation.prompts_left_out)} more prompts are not shown` : "", "; in full, before: ",
        make("a", { href: evaluation.answers_file }, "answers.jsonl"), ", after: ", make("a", { href: run.name + "/selected_data/answers.jsonl" }, "answers.jsonl"), "."),
      make("div", { class: "tools" }, search, make("label", { class: "check" }, onlyMoved, "score changed"), shown),
      make("div", { class: "list", tabindex: 0, role: "region", "aria-label": "Answers" }, list));
  };

  const metricsPart = run => make("details", { class: "card part" }, make("summary", {}, make("h3", {}, "All metrics of this run")),
    make("table", { class: "data" }, make("caption", { class: "sr" }, "All metrics of this run"), make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Metric"), make("th", { scope: "col", class: "n" }, "Value"))),
      make("tbody", {}, Object.entries(run.metrics).map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, breakable(name)), make("td", { class: "n" }, value === null ? "–" : String(+value.toPrecision(6))))))));

  const picker = byId("run");
  if (picker) {
    const show = index => {
      const run = runs[index];
      picker.value = String(index);
      byId("of-run").replaceChildren(make("h3", { class: "sr" }, run.eval + ": " + methods(run)), tiles(run), make("div", { class: "charts" }, histogram(run), lossCurve(run)), run.top.length ? rowsPart(run) : "", answersPart(run) || "", metricsPart(run));
    };
    const fromAddress = () => { const at = /^#run-(\d+)$/.exec(location.hash); return at && runs[at[1]] && [...picker.options].some(o => o.value === at[1]) ? +at[1] : null; };
    const move = by => {
      const at = Math.min(picker.options.length - 1, Math.max(0, picker.selectedIndex + by));
      history.replaceState(null, "", "#run-" + picker.options[at].value);
      show(+picker.options[at].value);
    };
    picker.addEventListener("change", () => { history.replaceState(null, "", "#run-" + picker.value); show(+picker.value); });
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
    show(+picker.options[0].value);
    go();
  }
})();
