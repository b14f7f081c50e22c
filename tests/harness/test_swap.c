#include "harness/swap.h"

#include <criterion/criterion.h>
#include <string.h>

#define N 40

// Two questions about each picture; every third sample has a recording as well.
static PsSample *sample_of(size_t i)
{
    g_autofree char *audio = g_strdup_printf(",{\"audio\":\"%zu.wav\"}", i);
    g_autofree char *json = g_strdup_printf(
        "{\"id\":\"s%zu\",\"parts\":[{\"text\":\"q\"},{\"image\":\"%zu.png\"}%s]}", i, i / 2,
        i % 3 == 0 ? audio : "");
    PsSample *sample = ps_sample_from_json(json, strlen(json), NULL);
    cr_assert(sample != NULL);
    return sample;
}

static PsSwap *swap_of(unsigned modalities, uint64_t seed)
{
    PsSwap *swap = ps_swap_new(modalities);
    for (size_t i = 0; i < N; i++) {
        g_autoptr(PsSample) sample = sample_of(i);
        ps_swap_add(swap, sample);
    }
    ps_swap_draw(swap, seed);
    return swap;
}

static void expect_derangement(uint64_t seed)
{
    PsSwap *swap = swap_of(1u << PS_PART_IMAGE, seed);
    g_autoptr(GHashTable) given = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < N; i++) {
        g_autoptr(PsSample) sample = sample_of(i);
        size_t n_parts = 0;
        const PsPart *parts = ps_swap_find(swap, sample, &n_parts);
        cr_assert(parts != NULL && n_parts == 1);
        cr_expect(strcmp(parts[0].path, sample->parts[1].path) != 0);
        g_hash_table_add(given, parts[0].path);
    }
    cr_expect_eq(g_hash_table_size(given), N / 2, "a derangement of the pictures");
    ps_swap_free(swap);
}

Test(swap, nobody_keeps_its_own_and_everybody_gives_once)
{
    for (uint64_t seed = 0; seed < 30; seed++)
        expect_derangement(seed);
}

Test(swap, samples_of_one_picture_get_the_same_other_one)
{
    PsSwap *swap = swap_of(1u << PS_PART_IMAGE, 7);
    for (size_t i = 0; i < N; i += 2) {
        g_autoptr(PsSample) first = sample_of(i), second = sample_of(i + 1);
        size_t n_parts;
        cr_expect(ps_swap_find(swap, first, &n_parts) == ps_swap_find(swap, second, &n_parts));
    }
    ps_swap_free(swap);
}

Test(swap, the_seed_decides)
{
    PsSwap *swap = swap_of(1u << PS_PART_IMAGE, 7), *same = swap_of(1u << PS_PART_IMAGE, 7);
    PsSwap *other = swap_of(1u << PS_PART_IMAGE, 8);
    size_t n_differ = 0, n_parts;
    for (size_t i = 0; i < N; i++) {
        g_autoptr(PsSample) sample = sample_of(i);
        const char *path = ps_swap_find(swap, sample, &n_parts)->path;
        cr_expect_str_eq(path, ps_swap_find(same, sample, &n_parts)->path);
        n_differ += strcmp(path, ps_swap_find(other, sample, &n_parts)->path) != 0;
    }
    cr_expect(n_differ > N / 2);
    ps_swap_free(swap);
    ps_swap_free(same);
    ps_swap_free(other);
}

Test(swap, only_parts_of_the_same_kinds_are_exchanged)
{
    PsSwap *swap = swap_of(1u << PS_PART_IMAGE | 1u << PS_PART_AUDIO, 7);
    for (size_t i = 0; i < N; i++) {
        g_autoptr(PsSample) sample = sample_of(i);
        size_t n_parts = 0;
        cr_assert_not_null(ps_swap_find(swap, sample, &n_parts));
        cr_expect_eq(n_parts, sample->n_parts - 1);
    }
    ps_swap_free(swap);
}

Test(swap, one_alone_has_nobody_to_swap_with)
{
    PsSwap *swap = ps_swap_new(1u << PS_PART_IMAGE);
    g_autoptr(PsSample) sample = sample_of(1), other = sample_of(9);
    size_t n_parts;
    ps_swap_add(swap, sample);
    ps_swap_draw(swap, 1);
    cr_expect_null(ps_swap_find(swap, sample, &n_parts));
    cr_expect_null(ps_swap_find(swap, other, &n_parts), "it was never added");
    ps_swap_free(swap);
}
