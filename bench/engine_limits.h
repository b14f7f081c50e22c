// What the machine does at most: arithmetic in registers, and reading memory.
#pragma once

// Prints lines of a name and a number, of n_threads threads together: fma_f32_gflop_per_s,
// vnni_int8_gflop_per_s, amx_bf16_gflop_per_s, amx_int8_gflop_per_s (operations on registers
// alone; a product and a sum are two), amx_bf16_loading_gflop_per_s and
// amx_int8_loading_gflop_per_s (each operand read from the first cache once, as 2 × 2 squares
// need), read_gb_per_s. What the machine has not is left out.
void engine_limits_print(unsigned n_threads);
