#include "harness/stats/fairness.h"

#include <math.h>
#include <stdbool.h>

static void confusion_add(PsConfusion *confusion, bool truth, bool predicted, double weight)
{
    confusion->n_rows++;
    if (truth && predicted)
        confusion->true_positives += weight;
    else if (truth)
        confusion->false_negatives += weight;
    else if (predicted)
        confusion->false_positives += weight;
    else
        confusion->true_negatives += weight;
}

void ps_confusion_count(const uint8_t *truth,
                        const uint8_t *predicted,
                        const double *weights,
                        const uint32_t *groups,
                        size_t n_rows,
                        PsConfusion *by_group,
                        size_t n_groups,
                        PsConfusion *overall)
{
    for (size_t i = 0; i < n_groups; i++)
        by_group[i] = (PsConfusion){0};
    *overall = (PsConfusion){0};
    for (size_t i = 0; i < n_rows; i++) {
        const double weight = weights ? weights[i] : 1;
        confusion_add(overall, truth[i], predicted[i], weight);
        if (groups[i] == PS_NO_GROUP) continue;
        confusion_add(&by_group[groups[i]], truth[i], predicted[i], weight);
    }
}

typedef struct {
    double numerator, denominator;
} Fraction;

static Fraction rate_fraction(const PsConfusion *confusion, PsRate rate)
{
    const double positives = confusion->true_positives + confusion->false_negatives;
    const double negatives = confusion->false_positives + confusion->true_negatives;
    const double selected = confusion->true_positives + confusion->false_positives;
    const double right = confusion->true_positives + confusion->true_negatives;
    switch (rate) {
    case PS_RATE_SELECTION:
        return (Fraction){selected, positives + negatives};
    case PS_RATE_ACCURACY:
        return (Fraction){right, positives + negatives};
    case PS_RATE_TRUE_POSITIVE:
        return (Fraction){confusion->true_positives, positives};
    case PS_RATE_FALSE_NEGATIVE:
        return (Fraction){confusion->false_negatives, positives};
    case PS_RATE_FALSE_POSITIVE:
        return (Fraction){confusion->false_positives, negatives};
    case PS_RATE_TRUE_NEGATIVE:
        return (Fraction){confusion->true_negatives, negatives};
    case PS_N_RATES:
        break;
    }
    return (Fraction){NAN, NAN};
}

double ps_rate(const PsConfusion *confusion, PsRate rate, PsEmptyRate empty)
{
    const Fraction fraction = rate_fraction(confusion, rate);
    if (fraction.denominator != 0) return fraction.numerator / fraction.denominator;
    const bool over_all = rate == PS_RATE_SELECTION || rate == PS_RATE_ACCURACY;
    return empty == PS_EMPTY_IS_ZERO && !over_all && confusion->n_rows > 0 ? 0 : NAN;
}

PsRateRange
ps_rate_range(const PsConfusion *by_group, size_t n_groups, PsRate rate, PsEmptyRate empty)
{
    PsRateRange range = {.low = NAN, .high = NAN};
    for (size_t i = 0; i < n_groups; i++) {
        const double value = ps_rate(&by_group[i], rate, empty);
        if (isnan(value)) {
            range.n_left_out += by_group[i].n_rows > 0;
            continue;
        }
        if (range.n_groups == 0 || value < range.low) {
            range.low = value;
            range.low_group = i;
        }
        if (range.n_groups == 0 || value > range.high) {
            range.high = value;
            range.high_group = i;
        }
        range.n_groups++;
    }
    return range;
}

PsGap ps_gap_between(PsRateRange range)
{
    return (PsGap){.difference = range.high - range.low, .ratio = range.low / range.high};
}

// The smaller of a / b and b / a; NAN if both are 0.
static double ratio_below_one(double a, double b)
{
    return a > b ? b / a : a / b;
}

PsGap ps_gap_to_overall(PsRateRange range, double overall)
{
    return (PsGap){.difference = fmax(fabs(range.low - overall), fabs(range.high - overall)),
                   .ratio = fmin(ratio_below_one(range.low, overall),
                                 ratio_below_one(range.high, overall))};
}

PsGap ps_gap_worst(PsGap true_positive, PsGap false_positive)
{
    PsGap worst = true_positive;
    if (false_positive.difference > worst.difference)
        worst.difference = false_positive.difference;
    if (false_positive.ratio < worst.ratio) worst.ratio = false_positive.ratio;
    return worst;
}

static double mean_of_defined(double a, double b)
{
    if (isnan(a)) return b;
    return isnan(b) ? a : (a + b) / 2;
}

PsGap ps_gap_mean(PsGap true_positive, PsGap false_positive)
{
    return (PsGap){.difference =
                       mean_of_defined(true_positive.difference, false_positive.difference),
                   .ratio = mean_of_defined(true_positive.ratio, false_positive.ratio)};
}
