// SHA-256 (FIPS 180-4).
#include "engine/senses_cache.h"

#include <string.h>

#define BLOCK_BYTES 64
#define ROUNDS 64

typedef struct {
    uint32_t state[8];
    uint64_t n_bytes; // of all that was added
    uint8_t block[BLOCK_BYTES];
} Hash;

// The first 32 bits after the point of the cube roots of the first 64 primes.
static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

static uint32_t right(uint32_t value, unsigned n)
{
    return value >> n | value << (32 - n);
}

// The block as 16 numbers, and 48 more made of them.
static void schedule(const uint8_t *block, uint32_t words[ROUNDS])
{
    for (size_t i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16
                   | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (size_t i = 16; i < ROUNDS; i++) {
        const uint32_t a = words[i - 15], b = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] + (right(a, 7) ^ right(a, 18) ^ a >> 3)
                   + (right(b, 17) ^ right(b, 19) ^ b >> 10);
    }
}

static void hash_block(Hash *hash, const uint8_t *block)
{
    uint32_t words[ROUNDS], s[8];
    schedule(block, words);
    memcpy(s, hash->state, sizeof s);
    for (size_t i = 0; i < ROUNDS; i++) {
        const uint32_t one = s[7] + (right(s[4], 6) ^ right(s[4], 11) ^ right(s[4], 25))
                             + ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + words[i];
        const uint32_t two = (right(s[0], 2) ^ right(s[0], 13) ^ right(s[0], 22))
                             + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += one;
        s[0] = one + two;
    }
    for (size_t i = 0; i < 8; i++)
        hash->state[i] += s[i];
}

static void hash_add(Hash *hash, const uint8_t *bytes, size_t n_bytes)
{
    while (n_bytes > 0) {
        const size_t at = hash->n_bytes % BLOCK_BYTES, room = BLOCK_BYTES - at;
        const size_t n = n_bytes < room ? n_bytes : room;
        memcpy(hash->block + at, bytes, n);
        hash->n_bytes += n;
        if (n == room) hash_block(hash, hash->block);
        bytes += n;
        n_bytes -= n;
    }
}

// A one, zeros, and the number of bits in 8 bytes, to the end of a block.
static void hash_pad(Hash *hash)
{
    static const uint8_t padding[BLOCK_BYTES] = {0x80};
    const uint64_t n_bits = hash->n_bytes * 8;
    uint8_t end[8];
    for (size_t i = 0; i < 8; i++)
        end[i] = (uint8_t)(n_bits >> (56 - 8 * i));
    hash_add(hash, padding,
             1 + (BLOCK_BYTES * 2 - 9 - hash->n_bytes % BLOCK_BYTES) % BLOCK_BYTES);
    hash_add(hash, end, sizeof end);
}

PeHash pe_hash(const char *label, const void *bytes, size_t n_bytes)
{
    Hash hash = {.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                           0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
    PeHash result;
    hash_add(&hash, (const uint8_t *)label, strlen(label));
    hash_add(&hash, bytes, n_bytes);
    hash_pad(&hash);
    for (size_t i = 0; i < sizeof result.bytes; i++)
        result.bytes[i] = (uint8_t)(hash.state[i / 4] >> (24 - 8 * (i % 4)));
    return result;
}
