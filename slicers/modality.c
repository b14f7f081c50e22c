// Modality: which kinds of parts the sample combines, each named once, in the order of
// PsPartKind: "text+image".
#include "harness/slicer.h"

#include <math.h>

// The words of the kinds in set (bit i: kind i). There are 63 at most, so they are interned.
static const char *set_name(unsigned set)
{
    g_autoptr(GString) name = g_string_new(NULL);
    for (int kind = 0; kind < PS_N_PART_KINDS; kind++) {
        if (!(set & 1u << kind)) continue;
        if (name->len > 0) g_string_append_c(name, '+');
        g_string_append(name, ps_part_kind_name((PsPartKind)kind));
    }
    return g_intern_string(name->str);
}

static bool key(const PsSlicerInput *input, PsSliceKey *key)
{
    unsigned set = 0;
    for (size_t i = 0; i < input->sample->n_parts; i++)
        set |= 1u << input->sample->parts[i].kind;
    if (set == 0) return false;
    *key = (PsSliceKey){set_name(set), NAN};
    return true;
}

const PsSlicer ps_slicer_modality = {
    .name = "modality",
    .title = "Modality",
    .summary = "the kinds of parts that are combined, after an ablation: text+image",
    .unit = "",
    .reads = PS_SLICER_READS_PARTS,
    .key = key,
};
