// What the machine does at most: arithmetic on registers, and reading memory.
#pragma once

// Prints lines of a name and a number, of n_threads threads together, the best of 20 runs:
// fma_avx2_gflop_per_s, fma_avx512_gflop_per_s and amx_bf16_gflop_per_s (operations on
// registers alone), amx_bf16_loading_gflop_per_s (each operand of 2 × 2 squares is read from
// the first cache once, which a matrix product cannot do without: there are only 8 registers),
// and read_gb_per_s. What the machine has not is left out.
void engine_limits_print(unsigned n_threads);
