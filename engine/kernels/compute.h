// What a PeCompute consists of (inside engine/kernels).
#pragma once

#include "engine/kernels/level.h"
#include "engine/kernels/pool.h"

struct PeCompute {
    PeLevel level;
    const PeKernels *kernels;
    const PeGemm *gemm; // of the level and precision
    PePool *pool;
    unsigned char *scratch; // aligned to 64 bytes
    size_t scratch_bytes;
};

const PeKernels *pe_level_kernels(PeLevel level);

// So that parts of the scratch do not share cache lines.
static inline size_t pe_scratch_round(size_t n_bytes)
{
    return (n_bytes + 63) / 64 * 64;
}

static inline size_t pe_round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}
