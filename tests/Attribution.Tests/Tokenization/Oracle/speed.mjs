// How long the JavaScript port takes for texts. Input: { "folder", "texts" }; output: seconds of each of three rounds after one to warm up.
import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';

const input = JSON.parse(readFileSync(0, 'utf8'));
const read = (name) => JSON.parse(readFileSync(`${input.folder}/${name}`, 'utf8'));
const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));

const seconds = [];
for (let round = 0; round < 4; round++) {
  const start = performance.now();
  for (const text of input.texts) tokenizer.encode(text);
  seconds.push((performance.now() - start) / 1000);
}
process.stdout.write(JSON.stringify(seconds.slice(1)));
