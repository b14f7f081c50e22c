// Means and standard errors of many groups of rows in one pass, from columns.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t n;
    double mean;           // NAN of no rows
    double standard_error; // sd / √n with divisor n - 1; NAN for fewer than two rows
} PsGroupMean;

// Row i belongs to group keys[i]; rows whose key is n_groups or more belong to none. values are
// finite. The result is the same to the bit for any number of threads (rows are summed in fixed
// blocks), but not for another order of rows. Squares are of the distance to the mean of some
// rows, so that a large offset costs no digits.
void ps_group_means(const double *values,
                    const uint32_t *keys,
                    size_t n_rows,
                    size_t n_groups,
                    unsigned n_threads,
                    PsGroupMean *groups);

// The same with keys of one byte.
void ps_group_means_8(const double *values,
                      const uint8_t *keys,
                      size_t n_rows,
                      size_t n_groups,
                      unsigned n_threads,
                      PsGroupMean *groups);
