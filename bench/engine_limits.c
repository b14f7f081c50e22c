#include "bench/engine_limits.h"

void engine_limits_print(unsigned n_threads)
{
    (void)n_threads;
}
