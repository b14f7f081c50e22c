// Fairness: how the rates of yes-or-no decisions differ between groups. Pure functions, safe
// from any thread. Definitions as fairlearn 0.12 (Agarwal et al. 2018; Hardt, Price and Srebro
// 2016), and where it counts a rate of nothing as 0, there is the choice to leave the group
// out.
//
//     ps_confusion_count        rows → one table per group, and one overall
//     ps_rate_range             one rate of all groups → lowest and highest
//     ps_gap_between, …         difference and ratio
//
//     demographic parity        gap of PS_RATE_SELECTION
//     equal opportunity         gap of PS_RATE_TRUE_POSITIVE
//     equalised odds            worst, or mean, of the gaps of the true and false positive rate
//
// A difference of 0 and a ratio of 1 is parity. Gaps are point values: with small groups the
// largest of many is large by chance alone, so show n_rows beside each.
#pragma once

#include <stddef.h>
#include <stdint.h>

// What became of a group's rows, in weight (in rows, if there are no weights).
typedef struct {
    size_t n_rows;
    double true_positives, false_positives, true_negatives, false_negatives;
} PsConfusion;

// The group of a row that belongs to none; it counts overall only.
#define PS_NO_GROUP UINT32_MAX

// Counts truth[n_rows] and predicted[n_rows] (0: no, else yes) into by_group[n_groups] and
// *overall. groups[i] < n_groups, or PS_NO_GROUP, is row i's group: for several features,
// number their crossings. weights[n_rows], none negative, may be NULL.
void ps_confusion_count(const uint8_t *truth,
                        const uint8_t *predicted,
                        const double *weights,
                        const uint32_t *groups,
                        size_t n_rows,
                        PsConfusion *by_group,
                        size_t n_groups,
                        PsConfusion *overall);

typedef enum {
    PS_RATE_SELECTION, // predicted yes / all
    PS_RATE_ACCURACY,  // predicted right / all
    PS_RATE_TRUE_POSITIVE,
    PS_RATE_FALSE_NEGATIVE, // of the rows whose truth is yes
    PS_RATE_FALSE_POSITIVE,
    PS_RATE_TRUE_NEGATIVE, // of the rows whose truth is no
    PS_N_RATES
} PsRate;

// What to do with a rate whose denominator is empty, such as the true positive rate of a group
// without positives.
typedef enum {
    PS_EMPTY_LEFT_OUT, // undefined; the group is left out
    // As fairlearn: the four rates over positives or negatives are 0 and take part, so that a
    // tiny group can make the widest gap. Selection and accuracy stay undefined.
    PS_EMPTY_IS_ZERO
} PsEmptyRate;

// NAN where it is undefined; always if there are no rows.
double ps_rate(const PsConfusion *confusion, PsRate rate, PsEmptyRate empty);

// Where one rate lies over groups.
typedef struct {
    double low, high;             // NAN if no group has the rate
    size_t low_group, high_group; // the first groups that have them
    size_t n_groups;   // that have the rate; with fewer than 2 there is nothing to compare
    size_t n_left_out; // that have rows but not the rate
} PsRateRange;

PsRateRange
ps_rate_range(const PsConfusion *by_group, size_t n_groups, PsRate rate, PsEmptyRate empty);

typedef struct {
    double difference; // 0 … 1
    double ratio;      // 0 … 1; NAN if both rates are 0
} PsGap;

// Between the groups: high - low, low / high. One group alone: 0 and 1 (or NAN).
PsGap ps_gap_between(PsRateRange range);

// To the rate over all rows: the largest |rate - overall|, the smallest of rate / overall and
// overall / rate. Always at an end of the range.
PsGap ps_gap_to_overall(PsRateRange range, double overall);

// Equalised odds, from the gaps of the true and of the false positive rate: the worse one, or
// the mean. Where only one gap is defined, the mean is that one; the worst is then the true
// positive rate's, as in fairlearn, so NAN if that is the undefined one.
PsGap ps_gap_worst(PsGap true_positive, PsGap false_positive);
PsGap ps_gap_mean(PsGap true_positive, PsGap false_positive);
