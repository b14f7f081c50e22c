// 10,000 texts become the same tokens here and in llama.cpp: with the fixture's vocabulary, and with one
// that shows where words are cut, for each way to cut them.
//   node tokens.mjs ENGINE_PEER MODEL.gguf FOLDER      (FOLDER: for the vocabularies)
import llama from '@fugood/llama.node';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeStrings } from './strings.mjs';
import { writeVocabulary } from './vocabulary.mjs';

const [enginePeer, model, folder] = process.argv.slice(2);
const messages = []; // told at the end, after all that the peer says
const strings = makeStrings(10000, 20261126);

function tokensHere(path) {
    const child = spawnSync(enginePeer, ['tokens', path], { input: strings.map(text => text + '\0').join(''), maxBuffer: 1 << 28 });
    if (child.status !== 0) throw new Error(`${enginePeer} ended with ${child.status}: ${child.stderr}`);
    return child.stdout.toString().split('\n').slice(0, -1);
}

async function tokensThere(path) {
    const context = await llama.loadModel({ model: path, vocab_only: true, n_ctx: 64, n_threads: 1 });
    const tokens = [];
    for (const text of strings) tokens.push(Array.from((await context.tokenize(text)).tokens).join(' '));
    return tokens;
}

// How many differ; the first few are told of.
async function compare(name, path) {
    const here = tokensHere(path), there = await tokensThere(path);
    if (here.length !== strings.length) throw new Error(`${name}: ${here.length} texts came back of ${strings.length}`);
    const differ = strings.map((_, i) => i).filter(i => here[i] !== there[i]);
    for (const i of differ.slice(0, 5))
        messages.push(`${name}: ${JSON.stringify(strings[i])}\n  here  ${here[i]}\n  there ${there[i]}`);
    messages.push(`${name}: ${strings.length - differ.length} agree, ${differ.length} differ`);
    return differ.length;
}

let nDiffer = await compare('fixture', model);
for (const words of ['smollm', 'gpt-2', 'llama-bpe']) {
    const path = join(folder, `${words}.gguf`);
    writeVocabulary(path, words);
    nDiffer += await compare(words, path);
}
console.error(messages.join('\n'));
process.exit(nDiffer > 0 ? 1 : 0);
