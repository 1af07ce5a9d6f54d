// Input: { "folder", "sequences" of ids, "skip" }; output: the reference library's text of each.
import { readFileSync } from 'node:fs';
import native from 'tokenizers';

const { folder, sequences, skip } = JSON.parse(readFileSync(0, 'utf8'));
const tokenizer = native.Tokenizer.fromFile(`${folder}/tokenizer.json`);
const texts = [];
for (const ids of sequences) texts.push(await tokenizer.decode(ids, skip));
process.stdout.write(JSON.stringify(texts));
