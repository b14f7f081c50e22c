#include "harness/stats/unit.h"

#include <math.h>
#include <stdbool.h>

enum { MAX_MULTIPLE = 1 << 20 };

// Euclid's algorithm. A remainder below `least`, or that much short of the divisor, is
// rounding.
static double common_divisor(double a, double b, double least)
{
    while (b >= least) {
        double rest = fmod(a, b);
        if (b - rest < least) rest = 0;
        a = b;
        b = rest;
    }
    return a;
}

static bool is_multiple(double value, double unit)
{
    const double same = 4e-13;
    return fabs(value - round(value / unit) * unit) <= same * value;
}

// The unit that Euclid's algorithm suggests, made sharp by the largest value, if all the values
// are in fact multiples of it.
double ps_common_unit(const double *values, size_t stride, size_t n)
{
    if (n == 0) return 0;
    const double most = values[(n - 1) * stride], least = most / MAX_MULTIPLE / 2;
    double unit = most;
    for (size_t i = 0; i < n; i++) {
        unit = common_divisor(unit, values[i * stride], least);
        if (unit < 2 * least) return 0;
    }
    unit = most / round(most / unit);
    for (size_t i = 0; i < n; i++) {
        if (!is_multiple(values[i * stride], unit)) return 0;
    }
    return unit;
}
