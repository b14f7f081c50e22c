// PS_WIDE before a function: it is compiled for the wider vectors too, and which is run is
// decided when the program starts. Its results must not depend on it: nothing that is rounded
// may be put in another order, or fused.
#pragma once

// Sanitizers are not ready when that decision is made.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)               \
    && !defined(__SANITIZE_THREAD__)
#define PS_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PS_WIDE
#endif
