#include "bench/engine_vision.h"

#include <stdio.h>
#include <stdlib.h>

void engine_vision_measure(const char *path,
                           const char *lm_path,
                           PePrecision precision,
                           unsigned n_threads)
{
    (void)path, (void)lm_path, (void)precision, (void)n_threads;
    fprintf(stderr, "engine: no encoder is built in\n");
    exit(1);
}
