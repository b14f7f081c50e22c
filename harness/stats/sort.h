// Sorting numbers, in linear time: by the digits of their bits. Pure functions, safe from any
// thread. -0 is 0; no number may be NAN.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Sorts values in place, ascending.
void ps_sort(double *values, size_t n_values);

void ps_sort_words(uint64_t *words, size_t n_words);

typedef struct {
    double key, value;
} PsPair;

// Sorts pairs in place, ascending by key, then by value: one order for one set of pairs, so
// that sums over it do not depend on the order they came in.
void ps_sort_pairs(PsPair *pairs, size_t n_pairs);
