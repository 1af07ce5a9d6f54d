// Tokenizes texts with the reference library (Rust) and, on demand, with its port to JavaScript.
// Input: { "port": bool, "cases": [{ "folder", "special", "texts" }] }
// Output: for each case { "error": why the reference cannot load it, or null, "texts": [{ "ids", "offsets" (UTF-16, flat), "decoded",
// "portIds" }] }
import { existsSync, readFileSync } from 'node:fs';
import { Tokenizer as Port } from '@huggingface/tokenizers';
import native from 'tokenizers';

const input = JSON.parse(readFileSync(0, 'utf8'));
const results = [];
for (const { folder, special, texts } of input.cases) {
  const source = readFileSync(`${folder}/tokenizer.json`, 'utf8');
  const config = `${folder}/tokenizer_config.json`;
  const port = input.port ? new Port(JSON.parse(source), existsSync(config) ? JSON.parse(readFileSync(config, 'utf8')) : {}) : null;
  let reference;
  try {
    reference = native.Tokenizer.fromString(source);
  } catch (error) {
    results.push({ error: String(error), texts: [] });
    continue;
  }
  const result = { error: null, texts: [] };
  for (const text of texts) {
    // The reference counts code points.
    const units = [0];
    for (const character of text) units.push(units.at(-1) + character.length);
    const encoding = await reference.encode(text, null, { addSpecialTokens: special });
    const ids = encoding.getIds();
    result.texts.push({
      ids,
      offsets: encoding.getOffsets().flat().map((offset) => units[offset] ?? -1),
      decoded: await reference.decode(ids, false),
      // A lone surrogate is U+FFFD to the reference, whose strings are UTF-8. The port keeps it until bytes are needed, and so misses
      // vocabularies that have a token for U+FFFD; it is given what the reference sees.
      portIds: port?.encode(text.toWellFormed(), { add_special_tokens: special }).ids ?? null,
    });
  }
  results.push(result);
}
process.stdout.write(JSON.stringify(results));
