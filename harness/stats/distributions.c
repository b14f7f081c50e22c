#include "harness/stats/distributions.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>

// ---- Normal distribution

double ps_normal_cdf(double z)
{
    return 0.5 * erfc(-z * M_SQRT1_2);
}

// z with P(Z ≤ z) = p for 0 < p ≤ 0.5. Abramowitz and Stegun 26.2.23 starts within 4.5e-4;
// Halley's method then triples the digits a step. Where the tail underflows, the start stands.
static double normal_lower_quantile(double p)
{
    const double t = sqrt(-2 * log(p));
    double z = (2.515517 + t * (0.802853 + t * 0.010328))
                   / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
               - t;
    for (int step = 0; step < 4; step++) {
        const double density = exp(-0.5 * z * z) * (M_2_SQRTPI * M_SQRT1_2 / 2);
        if (density == 0) break;
        const double newton = (ps_normal_cdf(z) - p) / density;
        z -= newton / (1 + 0.5 * z * newton);
    }
    return z;
}

double ps_normal_quantile(double p)
{
    if (!(p >= 0 && p <= 1)) return NAN;
    if (p == 0) return -INFINITY;
    if (p == 1) return INFINITY;
    if (p == 0.5) return 0;
    return p < 0.5 ? normal_lower_quantile(p) : -normal_lower_quantile(1 - p);
}

// ---- Beta distribution

// ln Γ(x+1) - [(x + ½) ln x - x + ½ ln 2π], the error of Stirling's formula. Beyond 16 by its
// series (DLMF 5.11.1), which there is exact to 1e-17.
static double stirling_error(double x)
{
    if (x < 16) {
        return lgamma(x + 1) - (x + 0.5) * log(x) + x - 0.5 * log(2 * M_PI);
    }
    const double r = 1 / (x * x);
    return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / x;
}

// x ln(x/m) + m - x without cancellation where x is near m (Loader 2000, "Fast and accurate
// computation of binomial probabilities").
static double deviance(double x, double m)
{
    if (fabs(x - m) >= 0.1 * (x + m)) return x * log(x / m) + m - x;
    const double v = (x - m) / (x + m);
    double sum = (x - m) * v;
    double term = 2 * x * v;
    for (int j = 1; j < 100; j++) {
        term *= v * v;
        const double next = sum + term / (2 * j + 1);
        if (next == sum) break;
        sum = next;
    }
    return sum;
}

// x^a y^b / B(a, b), y = 1 - x, by Loader's saddle-point form: no difference of large
// logarithms, so a and b may be large. It is x y times the beta density.
static double beta_front(double x, double y, double a, double b)
{
    const double n = a + b;
    const double exponent = stirling_error(n) - stirling_error(a) - stirling_error(b)
                            - deviance(a, n * x) - deviance(b, n * y);
    return sqrt(a * b / (2 * M_PI * n)) * exp(exponent);
}

// I_x(a, b) / beta_front for x < (a+1)/(a+b+2): the continued fraction DLMF 8.17.22, evaluated
// by Lentz's method. It takes about √max(a, b) terms.
static double beta_fraction(double x, double a, double b)
{
    enum { MAX_TERMS = 200000 };
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < MAX_TERMS; m++) {
        double term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 + term * d;
        c = 1 + term / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        if (fabs(c) < tiny) c = tiny;
        value *= c * d;
        term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + term * d;
        c = 1 + term / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        if (fabs(c) < tiny) c = tiny;
        value *= c * d;
        if (fabs(c * d - 1) < 1e-16) break;
    }
    return value / a;
}

// I_x(a, b) with y = 1 - x given apart, so that neither tail loses digits.
static double beta_cdf_xy(double x, double y, double a, double b)
{
    if (x <= 0) return 0;
    if (y <= 0) return 1;
    const double front = beta_front(x, y, a, b);
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(x, a, b);
    return 1 - front * beta_fraction(y, b, a);
}

static bool beta_arguments_ok(double a, double b)
{
    const double most = 1e9;
    return a > 0 && b > 0 && a <= most && b <= most;
}

double ps_beta_cdf(double x, double a, double b)
{
    if (!beta_arguments_ok(a, b) || !(x >= 0 && x <= 1)) return NAN;
    return beta_cdf_xy(x, 1 - x, a, b);
}

// Newton's method inside a bracket that shrinks with every step; a step that leaves the bracket
// is replaced by its middle.
double ps_beta_quantile(double p, double a, double b)
{
    if (!beta_arguments_ok(a, b) || !(p >= 0 && p <= 1)) return NAN;
    if (p == 0 || p == 1) return p;
    double low = 0, high = 1, x = a / (a + b);
    for (int step = 0; step < 1100; step++) {
        const double excess = beta_cdf_xy(x, 1 - x, a, b) - p;
        if (excess > 0)
            high = x;
        else
            low = x;
        double next = x - excess * x * (1 - x) / beta_front(x, 1 - x, a, b);
        if (!(next > low && next < high)) next = low + (high - low) / 2;
        if (fabs(next - x) <= 1e-16 * x || next <= low || next >= high) return next;
        x = next;
    }
    return x;
}

double ps_binomial_cdf(uint64_t k, uint64_t n, double p)
{
    if (!(p >= 0 && p <= 1)) return NAN;
    if (k >= n) return 1;
    return beta_cdf_xy(1 - p, p, (double)(n - k), (double)k + 1);
}

// ---- Student's t

// Beyond this many degrees of freedom t and normal agree to 1e-10 where either is
// representable.
static const double t_is_normal = 1e9;

// P(T > t) for t > 0, and t times the density there.
static double t_upper_tail(double t, double df, double *t_density)
{
    const double x = 1 / (1 + t * t / df), y = 1 / (1 + df / (t * t));
    *t_density = beta_front(x, y, df / 2, 0.5);
    return 0.5 * beta_cdf_xy(x, y, df / 2, 0.5);
}

double ps_t_cdf(double t, double df)
{
    if (!(df > 0) || isnan(t)) return NAN;
    if (df > t_is_normal) return ps_normal_cdf(t);
    if (t == 0) return 0.5;
    double unused;
    const double tail = t_upper_tail(fabs(t), df, &unused);
    return t > 0 ? 1 - tail : tail;
}

// t > 0 with P(T > t) = tail < ½, by Newton's method on ln tail as a function of ln t. That
// curve is concave and straight in the far tail, so after one step it is approached from one
// side.
static double t_upper_quantile(double tail, double df)
{
    double t = -ps_normal_quantile(tail);
    for (int step = 0; step < 200; step++) {
        double t_density;
        const double at = t_upper_tail(t, df, &t_density);
        const double change = log(at / tail) * at / t_density;
        // A start far too low overshoots: the curve is flat near 0.
        t *= exp(CLAMP(change, -20, 20));
        if (fabs(change) < 1e-15) break;
    }
    return t;
}

double ps_t_quantile(double p, double df)
{
    if (!(df > 0) || !(p >= 0 && p <= 1)) return NAN;
    if (p == 0.5) return 0;
    if (p == 0) return -INFINITY;
    if (p == 1) return INFINITY;
    if (df > t_is_normal) return ps_normal_quantile(p);
    return p < 0.5 ? -t_upper_quantile(p, df) : t_upper_quantile(1 - p, df);
}
