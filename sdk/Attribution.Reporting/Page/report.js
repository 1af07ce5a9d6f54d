"use strict";
// The page around the runs: the metric of the heatmaps, the command to copy.
(() => {
    const { byId } = page;

    for (const choice of document.querySelectorAll("input[name=metric]"))
        choice.addEventListener("change", () => {
            byId("results").dataset.shown = choice.value;
        });

    const copy = byId("copy");
    if (copy && navigator.clipboard) {
        copy.hidden = false;
        copy.addEventListener("click", async () => {
            await navigator.clipboard.writeText(byId("command").textContent);
            copy.textContent = "Copied";
        });
    }
})();
