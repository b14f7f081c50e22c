// Models with encoders, and media, of tests/engine/fixtures. The test fails where they fail.
#pragma once

#include "engine/senses.h"

typedef struct {
    PeModel *model;
    PeSenses *senses;
    PeSensesWork *work;   // one thread, exact, no cache, no budget
    unsigned char *bytes; // of the encoders' file if it lies in memory
} Senses;

// Opens fixtures/FOLDER/lm-*.gguf and mmproj-*.gguf.
Senses senses_open(const char *folder);
void senses_close(Senses *senses);

// A PeSensesWork of so many threads for cache (or NULL), at pe_level_default.
PeSensesWork *senses_work(const PeSenses *senses, unsigned n_threads, PeSensesCache *cache);

// With options, and no budget.
PeSensesWork *senses_work_of(const PeSenses *senses, const PeSensesOptions *options);

// The bytes of fixtures/NAME; the caller frees them.
unsigned char *fixture_read(const char *name, size_t *n_bytes);

// fixtures/scene32.png, decoded: 32×32. The caller frees its pixels.
PePicture fixture_picture(void);

// The 16-bit samples of fixtures/NAME. The caller frees them.
PeSound fixture_sound(const char *name);

// Adds the media of fixtures/NAME (.png or .wav) to prompt.
bool fixture_add_media(PeSensesWork *work, const char *name, PePrompt *prompt, PeError *error);
