// The sum of n draws with replacement from few values that are whole multiples of a unit apart:
// its distribution as a table, and draws from that. A bootstrapped mean is this sum over n, so
// that drawing the sum is drawing the replicate.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    double least, unit; // the sum of cell i is least + unit · i
    size_t n_cells;
    double *cdf;         // [n_cells]
    unsigned guide_bits; // there are 2^guide_bits guides
    uint32_t *guide;     // [g]: the first cell whose cdf exceeds g / 2^guide_bits
} PsSumTable;

// values[n_values] ascending, values[i] drawn with a chance of counts[i] / n; n is the sum of
// the counts. By inverting the characteristic function, to 1e-11 (its angle grows by n). False
// if the values have no unit, or the table would take longer than about 2 ms.
bool ps_sum_table_init(
    PsSumTable *table, const double *values, const uint32_t *counts, size_t n_values, size_t n);
void ps_sum_table_clear(PsSumTable *table);

// One sum for each of n words of random bits.
void ps_sum_table_draw(const PsSumTable *table, const uint64_t *random, size_t n, double *sums);
