// The prompts of a fixture folder are answered here as by llama.cpp: as many positions, the same most
// probable token, and the log-probabilities of its ten most probable ones within a tolerance. With
// WORK_FOLDER the peer gets what is Q8_0 as F32, in files written there.
//   node answers.mjs ENGINE_PEER FOLDER TOLERANCE MEDIA_TOLERANCE [WORK_FOLDER]
import llama from '@fugood/llama.node';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeDequantised } from './dequantise.mjs';

const [enginePeer, folder, textTolerance, mediaTolerance, workFolder] = process.argv.slice(2);
const expected = JSON.parse(readFileSync(join(folder, 'expected.json')));
const model = join(folder, expected.lm), senses = join(folder, expected.mmproj);
const [peerModel, peerSenses] = [model, senses].map(peerFile);

function peerFile(path) {
    if (workFolder === undefined) return path;
    const written = join(workFolder, basename(path));
    writeDequantised(path, written);
    return written;
}

// As the peer writes a token: half a character in hex.
function show(hex) {
    const bytes = Buffer.from(hex, 'hex');
    return bytes.length === 1 && bytes[0] >= 0x80 ? `byte: \\x${hex}` : bytes.toString();
}

// Both sides: { nPositions, tokens: [{ text, logProbability }] of the whole vocabulary, most probable first }.
function answerHere({ prompt, media }) {
    const child = spawnSync(enginePeer, ['answer', model, senses, prompt, ...media]);
    if (child.status !== 0) throw new Error(`${enginePeer} ended with ${child.status}: ${child.stderr}`);
    const [nPositions, ...lines] = child.stdout.toString().split('\n').slice(0, -1);
    const tokens = lines.map(line => line.split(' ')).map(([value, hex]) => ({ text: show(hex), logProbability: Number(value) }));
    return { nPositions: Number(nPositions), tokens: tokens.sort((a, b) => b.logProbability - a.logProbability) };
}

// A context of its own for each: a used one gives the probabilities of its first answer again.
async function answerThere({ prompt, media }, n) {
    const context = await llama.loadModel({
        model: peerModel, n_ctx: 512, n_threads: 1, cache_type_k: 'f32', cache_type_v: 'f32', flash_attn_type: 'off',
    });
    if (!await context.initMultimodal({ path: peerSenses, use_gpu: false })) throw new Error(`${peerSenses}: not taken by the peer`);
    const answer = await context.completion({
        prompt, media_paths: media, n_predict: 1, temperature: 1, top_k: 0, top_p: 1, min_p: 0, n_probs: n, seed: 1,
    });
    return {
        nPositions: answer.timings.prompt_n,
        tokens: answer.completion_probabilities[0].probs.map(token => ({ text: token.tok_str, logProbability: Math.log(token.prob) })),
    };
}

// The peer tells of tokens by their texts, and several have the same. If each is within the tolerance,
// so is the k-th most probable of each text.
function byText(tokens) {
    const groups = new Map();
    for (const { text, logProbability } of tokens) groups.set(text, [...(groups.get(text) ?? []), logProbability]);
    return groups;
}

// What differs, or null; `worst` keeps the largest difference of the ten.
function difference(here, there, tolerance, worst) {
    const mine = byText(here.tokens), taken = new Map();
    if (here.nPositions !== there.nPositions) return `${here.nPositions} positions, the peer has ${there.nPositions}`;
    if (here.tokens.length !== there.tokens.length) return `${here.tokens.length} tokens, the peer has ${there.tokens.length}`;
    if (here.tokens[0].text !== there.tokens[0].text)
        return `${JSON.stringify(here.tokens[0])} comes first, the peer has ${JSON.stringify(there.tokens[0])}`;
    for (const token of there.tokens.slice(0, 10)) {
        const k = taken.get(token.text) ?? 0, got = mine.get(token.text)?.[k] ?? -Infinity;
        taken.set(token.text, k + 1);
        worst.value = Math.max(worst.value, Math.abs(got - token.logProbability));
        if (!(Math.abs(got - token.logProbability) <= tolerance)) return `${JSON.stringify(token)} has ${got} here`;
    }
    return null;
}

const messages = []; // told at the end, after all that the peer says
let nFailed = 0;
const worst = { value: 0 };
for (const one of expected.cases) {
    const question = { prompt: one.prompt, media: one.media.map(name => join(folder, '..', name)) };
    const here = answerHere(question);
    const there = await answerThere(question, here.tokens.length);
    const problem = difference(here, there, Number(one.media.length > 0 ? mediaTolerance : textTolerance), worst);
    nFailed += problem !== null ? 1 : 0;
    if (problem !== null) messages.push(`${JSON.stringify(one.prompt)}: ${problem}`);
}
messages.push(`${folder}: ${expected.cases.length - nFailed} agree, ${nFailed} differ, at most ${worst.value.toFixed(6)}`);
console.error(messages.join('\n'));
process.exit(nFailed > 0 ? 1 : 0);
