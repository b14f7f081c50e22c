// Rules as numbered in harness/sampling.h.
#include "harness/sampling.h"

#include <criterion/criterion.h>
#include <string.h>

#define N 100

// 10 s at 10 frames a second; changes as given at two frames, else none.
static double times_s[N], changes[N];

static void make(size_t first, double first_change, size_t second, double second_change)
{
    memset(changes, 0, sizeof changes);
    for (size_t i = 0; i < N; i++)
        times_s[i] = (double)i / 10;
    changes[first] = first_change;
    changes[second] = second_change;
}

static void expect(PsSampling sampling, size_t n_wanted, const size_t *wanted)
{
    size_t picked[N];
    size_t n = ps_sampling_pick(sampling, times_s, changes, N, 10, n_wanted, picked);
    cr_assert_eq(n, n_wanted);
    for (size_t i = 0; i < n; i++)
        cr_expect_eq(picked[i], wanted[i], "%zu: %zu, wanted %zu", i, picked[i], wanted[i]);
}

Test(sampling, uniform_takes_the_middle_of_equal_pieces)
{
    make(1, 0, 2, 0);
    expect(PS_SAMPLING_UNIFORM, 1, (size_t[]){50});
    expect(PS_SAMPLING_UNIFORM, 4, (size_t[]){12, 37, 62, 87});
}

Test(sampling, keyframes_are_the_first_and_those_behind_the_largest_changes)
{
    make(33, 0.5, 71, 0.9);
    expect(PS_SAMPLING_KEYFRAME, 2, (size_t[]){0, 71});
    expect(PS_SAMPLING_KEYFRAME, 3, (size_t[]){0, 33, 71});
}

Test(sampling, keyframes_without_changes_halve_the_longest_stretch)
{
    make(33, 0.049, 71, 0.02); // below what counts as a change of scene
    expect(PS_SAMPLING_KEYFRAME, 3, (size_t[]){0, 25, 50});
}

Test(sampling, of_two_changes_that_lie_close_together_one_counts)
{
    make(50, 0.5, 51, 0.9);
    expect(PS_SAMPLING_KEYFRAME, 3, (size_t[]){0, 26, 51});
}

Test(sampling, hierarchical_looks_again_where_the_picture_changed_most)
{
    make(5, 0.1, 80, 0.9);
    size_t picked[N];
    size_t n = ps_sampling_pick(PS_SAMPLING_HIERARCHICAL, times_s, changes, N, 10, 4, picked);
    cr_assert_eq(n, 4);
    // Two uniform ones (25 and 75), then the change at 80, then a further one.
    bool has_change = false;
    for (size_t i = 0; i < n; i++)
        has_change |= picked[i] == 80;
    cr_expect(has_change);
}

Test(sampling, a_video_with_fewer_frames_gives_all_of_them)
{
    make(1, 0, 2, 0);
    size_t picked[N];
    for (int sampling = 0; sampling < PS_N_SAMPLINGS; sampling++) {
        cr_expect_eq(
            ps_sampling_pick((PsSampling)sampling, times_s, changes, 3, 0.3, 8, picked), 3);
        for (size_t i = 0; i < 3; i++)
            cr_expect_eq(picked[i], i);
    }
}

Test(sampling, as_many_as_asked_for_ascending_and_distinct)
{
    make(10, 0.2, 90, 0.3);
    for (int sampling = 0; sampling < PS_N_SAMPLINGS; sampling++)
        for (size_t wanted = 1; wanted <= N; wanted++) {
            size_t picked[N];
            size_t n =
                ps_sampling_pick((PsSampling)sampling, times_s, changes, N, 10, wanted, picked);
            cr_expect_eq(n, wanted, "%s %zu: %zu", ps_sampling_name((PsSampling)sampling),
                         wanted, n);
            for (size_t i = 1; i < n; i++)
                cr_expect(picked[i] > picked[i - 1]);
        }
}

Test(sampling, names_are_found)
{
    PsSampling sampling;
    cr_expect(ps_sampling_find("hierarchical", &sampling));
    cr_expect_eq(sampling, PS_SAMPLING_HIERARCHICAL);
    cr_expect_not(ps_sampling_find("random", &sampling));
}
