// Renders conversations with @huggingface/jinja. Reads [{template, cases: [{...variables}]}], prints [[{text} or {error}]].
import { readFileSync } from "node:fs";
import { Template } from "@huggingface/jinja";

const results = JSON.parse(readFileSync(0, "utf8")).map(({ template, cases }) => {
  const parsed = new Template(template);
  return cases.map((variables) => {
    try {
      return { text: parsed.render(variables) };
    } catch (error) {
      return { error: String(error.message) };
    }
  });
});
process.stdout.write(JSON.stringify(results));
