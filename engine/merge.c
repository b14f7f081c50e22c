#include "engine/merge.h"

#include <stdlib.h>

#define NOWHERE UINT32_MAX

bool pe_merge_scratch_init(PeMergeScratch *scratch, size_t n_most, PeError *error)
{
    *scratch = (PeMergeScratch){.n_most = n_most};
    scratch->spots = calloc(n_most + 1, sizeof *scratch->spots);
    // n - 1 at first, and each merge, of which there are less than n, adds two.
    scratch->candidates = calloc(3 * n_most + 1, sizeof *scratch->candidates);
    return (scratch->spots != NULL && scratch->candidates != NULL) || pe_fail_memory(error);
}

void pe_merge_scratch_clear(PeMergeScratch *scratch)
{
    free(scratch->spots);
    free(scratch->candidates);
    *scratch = (PeMergeScratch){0};
}

// ---- The heap

static bool is_before(const PeMergeCandidate *a, const PeMergeCandidate *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->place < b->place;
}

static void heap_push(PeMergeScratch *scratch, PeMergeCandidate candidate)
{
    PeMergeCandidate *heap = scratch->candidates;
    size_t at = scratch->n_candidates++;
    for (; at > 0 && is_before(&candidate, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = candidate;
}

static PeMergeCandidate heap_pop(PeMergeScratch *scratch)
{
    PeMergeCandidate *heap = scratch->candidates;
    const PeMergeCandidate first = heap[0], last = heap[--scratch->n_candidates];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < scratch->n_candidates; at = child) {
        if (child + 1 < scratch->n_candidates && is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &last)) break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return first;
}

// ---- The word

// The spot and its right neighbour, if a rule joins them.
static void consider(const PeVocabulary *vocabulary, PeMergeScratch *scratch, uint32_t place)
{
    if (place == NOWHERE || scratch->spots[place].right == NOWHERE) return;
    const int32_t left = scratch->spots[place].token,
                  right = scratch->spots[scratch->spots[place].right].token;
    const PeMerge *merge = pe_merge_find(vocabulary, left, right);
    if (merge != NULL)
        heap_push(scratch, (PeMergeCandidate){merge->rank, place, left, right, merge->whole});
}

static void
spots_fill(const PeVocabulary *vocabulary, PeMergeSpot *spots, const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        spots[i] = (PeMergeSpot){vocabulary->byte_tokens[(unsigned char)word[i]],
                                 i > 0 ? (uint32_t)i - 1 : NOWHERE,
                                 i + 1 < n ? (uint32_t)i + 1 : NOWHERE};
}

static bool still_holds(const PeMergeSpot *spots, const PeMergeCandidate *candidate)
{
    const PeMergeSpot *spot = &spots[candidate->place];
    return spot->token == candidate->left && spot->right != NOWHERE
           && spots[spot->right].token == candidate->right;
}

// The right neighbour is taken in and stands nowhere any more.
static void join(PeMergeSpot *spots, uint32_t place, int32_t whole)
{
    const uint32_t right = spots[place].right, next = spots[right].right;
    spots[place].token = whole;
    spots[place].right = next;
    spots[right].token = PE_NO_TOKEN;
    if (next != NOWHERE) spots[next].left = place;
}

size_t pe_merge_word(const PeVocabulary *vocabulary,
                     PeMergeScratch *scratch,
                     const char *word,
                     size_t n,
                     int32_t *tokens)
{
    PeMergeSpot *spots = scratch->spots;
    size_t n_tokens = 0;
    scratch->n_candidates = 0;
    spots_fill(vocabulary, spots, word, n);
    for (size_t i = 0; i < n; i++)
        consider(vocabulary, scratch, (uint32_t)i);
    while (scratch->n_candidates > 0) {
        const PeMergeCandidate candidate = heap_pop(scratch);
        if (!still_holds(spots, &candidate)) continue;
        join(spots, candidate.place, candidate.whole);
        consider(vocabulary, scratch, spots[candidate.place].left);
        consider(vocabulary, scratch, candidate.place);
    }
    for (uint32_t at = 0; at != NOWHERE; at = spots[at].right)
        tokens[n_tokens++] = spots[at].token;
    return n_tokens;
}
