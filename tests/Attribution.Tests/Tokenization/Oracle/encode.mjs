// Tokenizes texts with the reference library (Rust) and with its port to JavaScript.
// Input: { "tokenizer": path of tokenizer.json, "config": path or null, "texts": [...], "special": bool }
// Output: [{ "ids", "offsets" (UTF-16, flat), "decoded", "portIds", "portError" }], one for each text.
import { readFileSync } from 'node:fs';
import { Tokenizer as Port } from '@huggingface/tokenizers';
import native from 'tokenizers';

const input = JSON.parse(readFileSync(0, 'utf8'));
const source = readFileSync(input.tokenizer, 'utf8');
const reference = native.Tokenizer.fromString(source);
const port = new Port(JSON.parse(source), input.config ? JSON.parse(readFileSync(input.config, 'utf8')) : {});

const result = [];
for (const text of input.texts) {
  // The reference counts code points.
  const units = [0];
  for (const character of text) units.push(units.at(-1) + character.length);
  const encoding = await reference.encode(text, null, { addSpecialTokens: input.special });
  const ids = encoding.getIds();
  const entry = {
    ids,
    offsets: encoding.getOffsets().flat().map((offset) => units[offset]),
    decoded: ids.length > 0 ? await reference.decode(ids, false) : '',
    portIds: [],
    portError: null,
  };
  try {
    // A lone surrogate is U+FFFD to the reference, whose strings are UTF-8. The port keeps it until bytes are needed, and so misses
    // vocabularies that have a token for U+FFFD.
    entry.portIds = port.encode(text.toWellFormed(), { add_special_tokens: input.special }).ids;
  } catch (error) {
    entry.portError = String(error);
  }
  result.push(entry);
}
process.stdout.write(JSON.stringify(result));
