// Texts that tokenizers disagree on: scripts, digits, spaces, contractions, marks, emoji, control
// tokens whole and broken, in any order. The same ones on every run.

// Mulberry32 (public domain): 32 bits of state are enough for texts.
function randomSource(seed) {
    let state = seed >>> 0;
    return below => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
}

// First and last code points.
const scripts = [
    [0x61, 0x7a], [0x41, 0x5a], [0xc0, 0x17f], [0x370, 0x3ff], [0x400, 0x4ff], [0x531, 0x58f], [0x5d0, 0x5ea],
    [0x600, 0x6ff], [0x900, 0x97f], [0xe00, 0xe5b], [0x10a0, 0x10ff], [0x1100, 0x11ff], [0x1e00, 0x1eff], [0x3040, 0x30ff],
    [0x4e00, 0x9fff], [0xac00, 0xd7a3], [0x10400, 0x1044f], [0x12000, 0x1209f], [0x1d400, 0x1d7ff], [0x20000, 0x2007f],
];
const digits = [
    [0x30, 0x39], [0x30, 0x39], [0x30, 0x39], [0xb2, 0xb3], [0xbc, 0xbe], [0x660, 0x669], [0x966, 0x96f],
    [0x2150, 0x218b], [0x2460, 0x24ff], [0x3007, 0x3007], [0x3021, 0x3029], [0x1d7ce, 0x1d7ff],
];
const marks = [
    [0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e], [0xa1, 0xbf], [0x300, 0x36f], [0x2010, 0x205e],
    [0x20a0, 0x20bf], [0x2190, 0x23ff], [0x3001, 0x3020], [0xe000, 0xe0ff], [0xfe00, 0xfe0f], [0x1f300, 0x1f6ff], [0x1f900, 0x1f9ff],
];
const spaces = [
    ' ', ' ', ' ', '  ', '   ', '\n', '\n\n', '\r\n', '\r', '\t', ' \n', '\n ', '\v', '\f', '\u0085', '\u00a0',
    '\u1680', '\u2003', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000', '\u200b', '\ufeff', '\u001c', '\u180e',
];
const pieces = [
    "'s", "'S", "'t", "'re", "'RE", "'ve", "'Ve", "'ll", "'LL", "'m", "'d", "'D", "'\u017f", '\u2019s', "''s", "'", 'the', ' the', 'answer', ' answer',
    ' number', 'square', 'five', '日', '👩‍👩‍👧', '🏳️‍🌈', '1st', '3.14', '-1e9', 'naïve', 'straße', 'I’m', 'DON\'T', '\u0130', 'ﬁ', '\u0001', '\u007f',
];
const control = [
    '<|im_start|>', '<|im_end|>', '<|endoftext|>', '<row_1_col_1>', '<think>', '<|im_', 'im_end|>', '<|im_end|', '<<|im_end|>>',
    '<|im_start|>user\n', '<|im_end|>\n', '<row_1_col_1', '<unused600>',
];

function anyCharacter(random) {
    const code = 1 + random(0x10ffff);
    return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
}

function from(ranges, random) {
    const [first, last] = ranges[random(ranges.length)];
    return () => String.fromCodePoint(first + random(last - first + 1));
}

// A run of one kind.
function run(random) {
    const n = 1 + random(random(4) === 0 ? 9 : 3);
    switch (random(8)) {
        case 0: return spaces[random(spaces.length)];
        case 1: return Array.from({ length: n }, () => spaces[random(spaces.length)]).join('');
        case 2: return Array.from({ length: n }, from(digits, random)).join('');
        case 3: return Array.from({ length: n }, from(marks, random)).join('');
        case 4: return pieces[random(pieces.length)];
        case 5: return random(3) === 0 ? control[random(control.length)] : ' ';
        case 6: return random(4) === 0 ? anyCharacter(random) : String.fromCharCode(0x20 + random(0x5f));
        default: return Array.from({ length: n }, from(scripts, random)).join('');
    }
}

export function makeStrings(n, seed) {
    const random = randomSource(seed);
    return Array.from({ length: n }, () => Array.from({ length: 1 + random(16) }, () => run(random)).join(''));
}
