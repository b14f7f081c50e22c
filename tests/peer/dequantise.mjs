// Writes a GGUF file with the numbers of another, in which what is Q8_0 has become F32: llama.cpp computes
// Q8_0 with activations of 8 bits, and F32 as it stands.
import { readFileSync, writeFileSync } from 'node:fs';

const tensorTypes = { f32: 0, f16: 1, q8_0: 8, bf16: 30 };
const blockNumbers = 32, blockBytes = 34; // of Q8_0: a scale in F16, then 32 signed bytes
const align = n => (n + 31) & ~31;

class Reader {
    constructor(bytes) { this.bytes = bytes; this.at = 0; }
    u32() { return this.bytes.readUInt32LE((this.at += 4) - 4); }
    u64() { return Number(this.bytes.readBigUInt64LE((this.at += 8) - 8)); }
    skipString() { const n = this.u64(); this.at += n; }
    // Sizes by type of value, in the format's numbering; 8 is a string, 9 an array.
    skipValue(type) {
        if (type === 8) return this.skipString();
        if (type !== 9) { this.at += [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8][type]; return; }
        const element = this.u32(), n = this.u64();
        for (let i = 0; i < n; i++) this.skipValue(element);
    }
}

function readTensor(reader) {
    const start = reader.at;
    reader.skipString();
    const name = reader.bytes.subarray(start, reader.at);
    const dims = Array.from({ length: reader.u32() }, () => reader.u64());
    return { name, dims, n: dims.reduce((a, b) => a * b, 1), type: reader.u32(), offset: reader.u64() };
}

function halfToNumber(bits) {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 0x3ff;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function dequantise(bytes, n) {
    const numbers = Buffer.alloc(4 * n);
    for (let i = 0; i < n; i++) {
        const block = Math.floor(i / blockNumbers) * blockBytes;
        numbers.writeFloatLE(halfToNumber(bytes.readUInt16LE(block)) * bytes.readInt8(block + 2 + i % blockNumbers), 4 * i);
    }
    return numbers;
}

// The tensor's bytes as they will be.
function convert(tensor, bytes) {
    switch (tensor.type) {
        case tensorTypes.f32: return bytes.subarray(0, 4 * tensor.n);
        case tensorTypes.f16: case tensorTypes.bf16: return bytes.subarray(0, 2 * tensor.n);
        case tensorTypes.q8_0: return dequantise(bytes, tensor.n);
        default: throw new Error(`${tensor.name.subarray(8)}: type ${tensor.type} is not known here`);
    }
}

const number = (value, nBytes) => {
    const bytes = Buffer.alloc(nBytes);
    bytes.writeUIntLE(value, 0, Math.min(nBytes, 6));
    return bytes;
};

const padded = bytes => Buffer.concat([bytes, Buffer.alloc(align(bytes.length) - bytes.length)]);

const describe = ({ name, dims, type, offset }) => Buffer.concat([name, number(dims.length, 4), ...dims.map(dim => number(dim, 8)),
    number(type === tensorTypes.q8_0 ? tensorTypes.f32 : type, 4), number(offset, 8)]);

export function writeDequantised(from, to) {
    const reader = new Reader(readFileSync(from));
    reader.at = 8;
    const nTensors = reader.u64(), nEntries = reader.u64();
    for (let i = 0; i < nEntries; i++) { reader.skipString(); reader.skipValue(reader.u32()); }
    const entriesEnd = reader.at;
    const tensors = Array.from({ length: nTensors }, () => readTensor(reader));
    const dataStart = align(reader.at), data = [];
    let offset = 0;
    for (const tensor of tensors) {
        data.push(padded(convert(tensor, reader.bytes.subarray(dataStart + tensor.offset))));
        tensor.offset = offset;
        offset += data.at(-1).length;
    }
    const head = Buffer.concat([reader.bytes.subarray(0, entriesEnd), ...tensors.map(describe)]);
    writeFileSync(to, Buffer.concat([padded(head), ...data]));
}
