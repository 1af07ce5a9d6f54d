// Input: { "form", "texts" }; output: the texts in that Unicode normalization form.
import { readFileSync } from 'node:fs';

const { form, texts } = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map((text) => text.normalize(form))));
