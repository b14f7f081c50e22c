// A GGUF file (version 3, little endian) of a vocabulary alone, in which any two bytes that stand in one
// word are merged: where a tokenizer cuts words shows in its tokens, whatever the script.
import { closeSync, openSync, writeSync } from 'node:fs';

const types = { u32: 4, i32: 5, bool: 7, string: 8, array: 9 };
const kinds = { normal: 1, control: 3, userDefined: 4 };

// The character that stands for a byte in the byte-level alphabet: itself if it can be seen, otherwise
// the next one from U+0100.
function byteAlphabet() {
    const isSeen = byte => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    let next = 0x100;
    return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isSeen(byte) ? byte : next++));
}

function makeVocabulary() {
    const alphabet = byteAlphabet();
    const spell = text => Array.from(Buffer.from(text), byte => alphabet[byte]).join('');
    // An odd factor permutes the 65,536 pairs: which of two neighbours is merged first has no order.
    const pairs = Array.from({ length: 0x10000 }, (_, i) => (i * 40503) & 0xffff)
        .map(pair => [alphabet[pair >> 8], alphabet[pair & 0xff]]);
    // No rule makes these: only a vocabulary whose words may be whole ("llama-bpe") has use for them.
    const whole = ['the', ' the', 'answer', ' answer', 'square', '日', '\r\n\r\n', ' 日'].map(spell);
    const control = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<row_1_col_1>'];
    const plain = [...alphabet, ...pairs.map(pair => pair.join('')), ...whole];
    return {
        tokens: [...plain, ...control, '<think>'],
        kinds: [...plain.map(() => kinds.normal), ...control.map(() => kinds.control), kinds.userDefined],
        merges: pairs.map(pair => pair.join(' ')),
        end: plain.length + 2,
    };
}

function number(value, nBytes) {
    const bytes = Buffer.alloc(nBytes);
    bytes.writeUIntLE(value, 0, Math.min(nBytes, 6));
    return bytes;
}

function encode(type, value) {
    switch (type) {
        case 'string': return Buffer.concat([number(Buffer.byteLength(value), 8), Buffer.from(value)]);
        case 'bool': return number(value ? 1 : 0, 1);
        default: return number(value, 4);
    }
}

function entry(key, type, value) {
    return Buffer.concat([encode('string', key), number(types[type], 4), encode(type, value)]);
}

function arrayEntry(key, type, values) {
    return Buffer.concat([encode('string', key), number(types.array, 4), number(types[type], 4), number(values.length, 8),
        ...values.map(value => encode(type, value))]);
}

// words: how it is cut into words (tokenizer.ggml.pre).
export function writeVocabulary(path, words) {
    const vocabulary = makeVocabulary();
    const entries = [
        entry('general.architecture', 'string', 'llama'),
        entry('llama.vocab_size', 'u32', vocabulary.tokens.length),
        entry('tokenizer.ggml.model', 'string', 'gpt2'),
        entry('tokenizer.ggml.pre', 'string', words),
        arrayEntry('tokenizer.ggml.tokens', 'string', vocabulary.tokens),
        arrayEntry('tokenizer.ggml.token_type', 'i32', vocabulary.kinds),
        arrayEntry('tokenizer.ggml.merges', 'string', vocabulary.merges),
        entry('tokenizer.ggml.bos_token_id', 'u32', vocabulary.end),
        entry('tokenizer.ggml.eos_token_id', 'u32', vocabulary.end),
        entry('tokenizer.ggml.add_bos_token', 'bool', false),
    ];
    const bytes = Buffer.concat([Buffer.from('GGUF'), number(3, 4), number(0, 8), number(entries.length, 8), ...entries]);
    const file = openSync(path, 'w');
    writeSync(file, Buffer.concat([bytes, Buffer.alloc(-bytes.length & 31)]));
    closeSync(file);
}
