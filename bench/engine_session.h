// Answers as a client gets them, through a session (bench/engine).
#pragma once

// Prints session_tokens_per_s and drawn_tokens_per_s of n_sequences at once: greedy, and drawn
// at temperature 0.8 with top_p 0.95. Exits on failure.
void engine_session_measure(const char *path, unsigned n_threads, unsigned n_sequences);
