#include "harness/swap.h"

#include "harness/rng.h"

#include <string.h>
#include <xxhash.h>

// The parts of some sample, with everything copied.
typedef struct {
    size_t n_parts;
    PsPart *parts;
    size_t other; // index in the group of the set that stands in for this one
} PartSet;

typedef struct {
    char *kinds;         // "image+audio"
    GPtrArray *sets;     // PartSet *, in order of first appearance
    GHashTable *numbers; // contents → index in sets + 1
} Group;

struct PsSwap {
    unsigned modalities;
    GPtrArray *groups;
    GHashTable *by_kinds; // borrowed
};

static void set_free(void *data)
{
    PartSet *set = data;
    for (size_t i = 0; i < set->n_parts; i++) {
        g_free(set->parts[i].text);
        g_free(set->parts[i].path);
        g_free(set->parts[i].media_type);
        g_free(set->parts[i].sha256);
    }
    g_free(set->parts);
    g_free(set);
}

static void group_free(void *data)
{
    Group *group = data;
    g_hash_table_unref(group->numbers);
    g_ptr_array_unref(group->sets);
    g_free(group->kinds);
    g_free(group);
}

PsSwap *ps_swap_new(unsigned modalities)
{
    PsSwap *swap = g_new0(PsSwap, 1);
    swap->modalities = modalities;
    swap->groups = g_ptr_array_new_with_free_func(group_free);
    swap->by_kinds = g_hash_table_new(g_str_hash, g_str_equal);
    return swap;
}

void ps_swap_free(PsSwap *swap)
{
    if (swap == NULL) return;
    g_hash_table_unref(swap->by_kinds);
    g_ptr_array_unref(swap->groups);
    g_free(swap);
}

// What the parts are, and what they hold: two texts that name a group and a set.
static size_t
describe(const PsSwap *swap, const PsSample *sample, GString *kinds, GString *content)
{
    size_t n_parts = 0;
    for (size_t i = 0; i < sample->n_parts; i++) {
        const PsPart *part = &sample->parts[i];
        if (!(swap->modalities & 1u << part->kind)) continue;
        const char *identity = part->sha256 != NULL ? part->sha256
                               : part->path != NULL ? part->path
                                                    : part->text;
        g_string_append_printf(kinds, "%s+", ps_part_kind_name(part->kind));
        g_string_append_printf(content, "%zu:%s", strlen(identity), identity);
        n_parts++;
    }
    return n_parts;
}

static Group *get_group(PsSwap *swap, const char *kinds)
{
    Group *group = g_hash_table_lookup(swap->by_kinds, kinds);
    if (group != NULL) return group;
    group = g_new0(Group, 1);
    group->kinds = g_strdup(kinds);
    group->sets = g_ptr_array_new_with_free_func(set_free);
    group->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(swap->groups, group);
    g_hash_table_insert(swap->by_kinds, group->kinds, group);
    return group;
}

static PartSet *copy_set(const PsSwap *swap, const PsSample *sample, size_t n_parts)
{
    PartSet *set = g_new0(PartSet, 1);
    set->parts = g_new0(PsPart, n_parts);
    for (size_t i = 0; i < sample->n_parts; i++) {
        const PsPart *part = &sample->parts[i];
        if (!(swap->modalities & 1u << part->kind)) continue;
        set->parts[set->n_parts++] = (PsPart){.kind = part->kind,
                                              .text = g_strdup(part->text),
                                              .path = g_strdup(part->path),
                                              .media_type = g_strdup(part->media_type),
                                              .sha256 = g_strdup(part->sha256)};
    }
    return set;
}

void ps_swap_add(PsSwap *swap, const PsSample *sample)
{
    g_autoptr(GString) kinds = g_string_new(NULL), content = g_string_new(NULL);
    size_t n_parts = describe(swap, sample, kinds, content);
    if (n_parts == 0) return;
    Group *group = get_group(swap, kinds->str);
    if (g_hash_table_contains(group->numbers, content->str)) return;
    g_ptr_array_add(group->sets, copy_set(swap, sample, n_parts));
    g_hash_table_insert(group->numbers, g_strdup(content->str),
                        GUINT_TO_POINTER(group->sets->len));
}

// Sattolo's algorithm (1986): a random cycle through all sets, so that none stays where it is.
static void draw_group(Group *group, PsRng *rng)
{
    size_t n = group->sets->len;
    g_autofree size_t *order = g_new(size_t, n);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; i-- > 1;) {
        size_t j = (size_t)ps_rng_below(rng, i);
        size_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (size_t i = 0; i < n; i++)
        ((PartSet *)group->sets->pdata[i])->other = order[i];
}

void ps_swap_draw(PsSwap *swap, uint64_t seed)
{
    for (size_t i = 0; i < swap->groups->len; i++) {
        Group *group = swap->groups->pdata[i];
        PsRng rng;
        ps_rng_init(&rng, XXH64(group->kinds, strlen(group->kinds), seed), 0);
        draw_group(group, &rng);
    }
}

const PsPart *ps_swap_find(const PsSwap *swap, const PsSample *sample, size_t *n_parts)
{
    g_autoptr(GString) kinds = g_string_new(NULL), content = g_string_new(NULL);
    describe(swap, sample, kinds, content);
    const Group *group = g_hash_table_lookup(swap->by_kinds, kinds->str);
    if (group == NULL || group->sets->len < 2) return NULL;
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(group->numbers, content->str));
    if (number == 0) return NULL;
    const PartSet *own = group->sets->pdata[number - 1];
    const PartSet *other = group->sets->pdata[own->other];
    *n_parts = other->n_parts;
    return other->parts;
}
