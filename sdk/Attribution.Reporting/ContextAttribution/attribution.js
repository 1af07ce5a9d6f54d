"use strict";
for (const section of document.querySelectorAll(".attribution")) {
  const sentences = [...section.querySelectorAll("button[data-scores]")];
  const sources = [...section.querySelectorAll(".source")];
  const rows = section.querySelector(".attribution-best tbody");

  function show(sentence) {
    const scores = sentence.dataset.scores.split(" ").map(Number);
    const highest = Math.max(...scores.map(Math.abs));
    for (const other of sentences) other.setAttribute("aria-pressed", other === sentence);
    for (const source of sources) {
      const score = scores[source.dataset.source];
      source.style.setProperty("--share", highest > 0 ? Math.abs(score) / highest : 0);
      source.toggleAttribute("data-against", score < 0);
      source.title = score;
    }
    const best = [...sources].sort((a, b) => scores[b.dataset.source] - scores[a.dataset.source]).slice(0, rows.rows.length);
    best.forEach((source, i) => {
      rows.rows[i].cells[0].textContent = scores[source.dataset.source];
      rows.rows[i].cells[1].textContent = source.textContent;
    });
  }

  sentences.forEach((sentence, i) => {
    sentence.addEventListener("click", () => show(sentence));
    sentence.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next = step && sentences[i + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
      show(next);
    });
  });
}
