// What choosing a token costs beside the network (bench/engine).
#pragma once

// Prints lines of a name and milliseconds, medians of many choices among 49,280 tokens: the
// most probable; drawn with top_p 0.95, without, and with top_k 40, at temperature 0.8, from a
// distribution that has a few probable tokens (peaked) and from one that has none (flat).
void engine_sampler_measure(void);
