// Repeatability of a task that was tried n times and solved c times. Pure functions, safe from
// any thread. Both are unbiased estimates for k further tries, and need k ≤ n: else, and for c
// > n, they are NAN. No factorials: at most min(k, n) steps, far fewer where the result is 0
// or 1.
#pragma once

#include <stddef.h>
#include <stdint.h>

// pass@k = 1 - C(n-c, k) / C(n, k): at least one of k tries solves the task (Chen et al. 2021;
// estimate_pass_at_k of openai/human-eval).
double ps_pass_at_k(uint64_t n, uint64_t c, uint64_t k);

// pass^k = C(c, k) / C(n, k): all of k tries solve it (Yao et al. 2024;
// sierra-research/tau-bench).
double ps_pass_hat_k(uint64_t n, uint64_t c, uint64_t k);

// Their means over tasks: task i was tried n[i] times and solved c[i] times. NAN if there are
// no tasks, or one of them has no value.
double ps_pass_at_k_mean(const uint64_t *n, const uint64_t *c, size_t n_tasks, uint64_t k);
double ps_pass_hat_k_mean(const uint64_t *n, const uint64_t *c, size_t n_tasks, uint64_t k);
