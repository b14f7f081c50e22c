// What a model takes of the memory: its file, mapped once, and little beside it.
#include "engine/evaluate.h"
#include "engine/session.h"
#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIB ((size_t)1024)

// Reads every weight.
static void use(const PeModel *model)
{
    const PeWorkOptions options = {
        .level = pe_level_default(), .precision = PE_PRECISION_EXACT, .n_threads = 1};
    float *logits = malloc(model->decoder.n_tokens * sizeof *logits);
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeError error;
    cr_assert(pe_prompt_add_tokens(&prompt, (int32_t[]){422, 390, 158}, 3, &error));
    cr_assert(pe_evaluate(model, &prompt, &options, logits, &error), "%s", error.message);
    pe_prompt_clear(&prompt);
    free(logits);
}

// How this process has mapped a file, by /proc/self/smaps: all of its mappings together.
typedef struct {
    size_t n_mappings, n_bytes;
    size_t resident_bytes;     // each mapping's pages
    size_t proportional_bytes; // a page that two have counts a half for each
    size_t anonymous_bytes;    // pages of our own, not the file's
} Mapped;

// "Rss:    1948 kB" has 1948 KiB of field "Rss:"; other lines have none.
static size_t bytes_of(const char *line, const char *field)
{
    const size_t n = strlen(field);
    return strncmp(line, field, n) == 0 ? strtoul(line + n, NULL, 10) * KIB : 0;
}

// "7f12c000-7f12e000 r--p …": where a mapping begins and ends.
static bool is_mapping(const char *line, size_t *n_bytes)
{
    char *end;
    const size_t first = strtoul(line, &end, 16);
    if (end == line || *end != '-') return false;
    *n_bytes = strtoul(end + 1, NULL, 16) - first;
    return true;
}

static Mapped mapped_of(const char *name)
{
    Mapped mapped = {0};
    char line[4096];
    bool is_ours = false;
    FILE *file = fopen("/proc/self/smaps", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        size_t n_bytes;
        if (is_mapping(line, &n_bytes)) {
            is_ours = strstr(line, name) != NULL;
            mapped.n_mappings += is_ours;
            mapped.n_bytes += is_ours ? n_bytes : 0;
        }
        if (!is_ours) continue;
        mapped.resident_bytes += bytes_of(line, "Rss:");
        mapped.proportional_bytes += bytes_of(line, "Pss:");
        mapped.anonymous_bytes += bytes_of(line, "Anonymous:");
    }
    fclose(file);
    return mapped;
}

Test(model, two_of_a_file_share_its_pages)
{
    PeModel *one = fixture_open(FIXTURE_F32), *other = fixture_open(FIXTURE_F32);
    use(one);
    use(other);
    const Mapped mapped = mapped_of(FIXTURE_F32);
    cr_expect_eq(mapped.n_mappings, 2);
    cr_expect_gt(mapped.resident_bytes, mapped.n_bytes / 2, "they were read");
    cr_expect_eq(mapped.anonymous_bytes, 0);
    cr_expect_leq(mapped.proportional_bytes, mapped.n_bytes / 2 + 8 * KIB, "%zu of %zu bytes",
                  mapped.proportional_bytes, mapped.n_bytes);
    pe_model_free(one);
    cr_expect_eq(mapped_of(FIXTURE_F32).n_mappings, 1);
    pe_model_free(other);
    cr_expect_eq(mapped_of(FIXTURE_F32).n_mappings, 0);
}

// A sanitizer's heap is not the one that mallinfo2 and the process count.
#ifndef __SANITIZE_ADDRESS__
static size_t heap_bytes_of(const char *name)
{
    const struct mallinfo2 before = mallinfo2();
    PeModel *model = fixture_open(name);
    const struct mallinfo2 after = mallinfo2();
    pe_model_free(model);
    return after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
}

// The two have the same network and vocabulary.
Test(model, its_heap_does_not_know_how_large_weights_are)
{
    const size_t f32 = heap_bytes_of(FIXTURE_F32), q8 = heap_bytes_of(FIXTURE_Q8);
    const size_t apart = f32 > q8 ? f32 - q8 : q8 - f32;
    cr_expect_lt(apart, 4 * KIB, "%zu and %zu bytes", f32, q8);
}

static size_t resident_bytes(void)
{
    char line[256], *resident;
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert_not_null(file);
    cr_assert_not_null(fgets(line, sizeof line, file));
    fclose(file);
    strtoul(line, &resident, 10); // all pages
    return strtoul(resident, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

// The file, what the session states, and the vocabulary with the code that runs.
Test(model, resident_are_the_file_the_session_and_little_more)
{
    const PeSessionOptions options = {.level = pe_level_default(),
                                      .n_threads = 1,
                                      .n_sequences = 1,
                                      .n_positions = 64,
                                      .n_rows = 64};
    const PeRequest request = {.sampling = {.top_p = 1}, .n_tokens_most = 20};
    const size_t before = resident_bytes();
    PeModel *model = fixture_open(FIXTURE_F32);
    PePrompt prompt = {.n_embedding = model->decoder.n_embedding};
    PeError error;
    PeSession *session = pe_session_new(model, &options, &error);
    cr_assert_not_null(session, "%s", error.message);
    cr_assert(pe_prompt_add_tokens(&prompt, (int32_t[]){422, 390, 158}, 3, &error));
    cr_assert(pe_session_admit(session, &prompt, &request, &error), "%s", error.message);
    while (pe_session_step(session))
        ;
    const size_t taken = resident_bytes() - before, file = mapped_of(FIXTURE_F32).n_bytes,
                 stated = pe_session_bytes(model, &options);
    cr_expect_leq(taken, file + stated + 768 * KIB, "%zu are taken, %zu + %zu stated", taken,
                  file, stated);
    pe_session_free(session);
    pe_model_free(model);
}
#endif
