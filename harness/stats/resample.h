// The bootstrap of means, ratios and their differences over clusters, fast.
//
// A draw takes n_clusters clusters with replacement, each equally likely (Efron 1979; of whole
// clusters: Davison and Hinkley 1997, 3.8), and its replicate is the statistic of what it took.
// This is the plain bootstrap, exactly: only how the counts of a multinomial variable are drawn
// is chosen for speed.
// - A mean of few distinct values a unit apart (graded scores): the distribution of the sum is
//   known, and the sum is drawn from it.
// - Few distinct clusters: how often each is taken, by conditional binomials.
// - Else one by one, but in blocks that stay in the first-level cache: first how many are taken
//   from each block, by conditional binomials, then which, uniformly.
#pragma once

#include <stddef.h>
#include <stdint.h>

// What to resample: sums over the rows of each cluster. The replicate is
//     Σ numerator / Σ denominator - Σ other_numerator / Σ other_denominator
// over the clusters taken. Arrays [n_clusters], finite; borrowed.
typedef struct {
    size_t n_clusters; // below 2^31
    const double *numerator;
    const double *denominator;       // NULL: 1 each
    const double *other_numerator;   // the second of two paired systems; NULL: there is none
    const double *other_denominator; // NULL: 1 each
    uint64_t stream;                 // its random numbers: of one seed, each job its own
} PsResample;

// n_draws replicates of each job: replicates[job · n_draws + draw]. NAN where a sum of
// denominators is 0, and of no clusters. The same to the bit for any number of threads, and for
// clusters in any order. The random numbers of draw i hang on seed, stream and i alone, so that
// more draws begin with the same ones.
void ps_resample(const PsResample *jobs,
                 size_t n_jobs,
                 uint64_t seed,
                 size_t n_draws,
                 unsigned n_threads,
                 double *replicates);
