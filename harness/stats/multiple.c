#include "harness/stats/multiple.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    double p;
    size_t index;
} Ranked;

static int ranked_compare(const void *a, const void *b)
{
    const Ranked *first = a, *second = b;
    if (first->p != second->p) return first->p < second->p ? -1 : 1;
    return (first->index > second->index) - (first->index < second->index);
}

static void adjust_up(Ranked *ranked, size_t m)
{
    double most = 0;
    for (size_t i = 0; i < m; i++) {
        most = fmax(most, (double)(m - i) * ranked[i].p);
        ranked[i].p = fmin(1, most);
    }
}

static void adjust_down(Ranked *ranked, size_t m, double factor)
{
    double least = 1;
    for (size_t i = m; i-- > 0;) {
        least = fmin(least, factor * (double)m / (double)(i + 1) * ranked[i].p);
        ranked[i].p = least;
    }
}

static double harmonic_number(size_t m)
{
    double sum = 0;
    for (size_t i = m; i > 0; i--)
        sum += 1 / (double)i;
    return sum;
}

static void adjust(PsAdjustment method, Ranked *ranked, size_t m)
{
    switch (method) {
    case PS_ADJUST_BONFERRONI:
        for (size_t i = 0; i < m; i++)
            ranked[i].p = fmin(1, (double)m * ranked[i].p);
        break;
    case PS_ADJUST_HOLM:
        adjust_up(ranked, m);
        break;
    case PS_ADJUST_BH:
        adjust_down(ranked, m, 1);
        break;
    case PS_ADJUST_BY:
        adjust_down(ranked, m, harmonic_number(m));
        break;
    }
}

void ps_adjust_p_values(PsAdjustment method, const double *p, size_t n, double *adjusted)
{
    g_autofree Ranked *ranked = g_new(Ranked, n + 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] >= 0 && p[i] <= 1) ranked[m++] = (Ranked){p[i], i};
    }
    qsort(ranked, m, sizeof *ranked, ranked_compare);
    adjust(method, ranked, m);
    for (size_t i = 0; i < n; i++)
        adjusted[i] = NAN;
    for (size_t i = 0; i < m; i++)
        adjusted[ranked[i].index] = ranked[i].p;
}
