"use strict";
// The page's data, and elements made of names and texts alone: no text is ever read as markup.
const page = (() => {
    const byId = (id) => document.getElementById(id);
    const read = (name) => (byId("data-" + name) ? JSON.parse(byId("data-" + name).textContent) : null);
    const shapes = ["svg", "rect", "line", "path", "text", "g", "circle", "title"];

    const make = (name, attributes = {}, ...content) => {
        const element = shapes.includes(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
        for (const [key, value] of Object.entries(attributes))
            if (typeof value === "function") element.addEventListener(key, value);
            else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
        element.append(...content.flat(2).filter((c) => c !== null && c !== undefined && c !== false));
        return element;
    };

    // Marks that turn the reading direction are shown instead of obeyed.
    const plain = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, (c) => "[U+" + c.charCodeAt(0).toString(16).toUpperCase() + "]");

    // A text with what was searched for marked.
    const found = (text, wanted) => {
        text = plain(text);
        if (!wanted) return [text];
        const parts = [],
            lower = text.toLowerCase();
        // A letter may change its length in lower case; then nothing can be marked.
        if (lower.length !== text.length) return [text];
        let from = 0;
        for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
            parts.push(text.slice(from, at), make("mark", {}, text.slice(at, at + wanted.length)));
            from = at + wanted.length;
        }
        return [...parts, text.slice(from)];
    };

    const fixed = (value, digits = 3) => (value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−"));
    // A number as 1.2e−7, with this many decimals before the power of ten.
    const scientific = (value, decimals) =>
        value.toExponential(Math.max(0, Math.min(15, decimals))).replace("e+", "e").replaceAll("-", "−");
    // Numbers of a range, with as many decimals as show a hundredth of it; three at least, and powers of ten for what is very small or large.
    const among = (low, high) => {
        const step = Math.floor(Math.log10(high > low ? high - low : Math.abs(high) || 1)) - 2;
        return (value) => {
            if (value === null || value === undefined) return fixed(value);
            const size = Math.abs(value);
            // No minus before what is zero at this precision.
            if (size < 10 ** Math.min(step, -3) / 2) return step < -6 ? "0" : fixed(0, Math.max(3, -step));
            return step < -6 || size >= 1e6 ? scientific(value, Math.floor(Math.log10(size)) - step) : fixed(value, Math.max(3, -step));
        };
    };
    // Attribution scores: those of each method are on a scale of their own.
    const scoresOf = (run) => among(run.scores ? run.scores.lowest : 0, run.scores ? run.scores.highest : 1);
    const count = (n) => n.toLocaleString("en");
    const breakable = (name) => name.split(/(?<=[_/])/).flatMap((part, i) => (i ? [make("wbr"), part] : [part]));
    const pair = (run) => (run.selection ? run.attribution + " × " + run.selection : run.attribution);
    const methods = (run) => (run.point ? pair(run) + " " + run.point : pair(run));

    const data = {
        evaluations: Object.fromEntries((read("evaluations") || []).map((e) => [e.name, e])),
        runs: read("runs") || [],
        rows: read("rows") || {},
        limits: read("limits") || {},
        comparisons: read("comparisons") || [],
    };
    return { byId, make, plain, found, fixed, scientific, among, scoresOf, count, breakable, pair, methods, data };
})();
