// Modality ablation: the same sample with a modality taken away, exchanged with another
// sample's, or contradicted, or with words in place of its media. In a suite these are
// conditions: `drop:image`, `swap:audio`, `contradict:image`, `twin`; `drop:media` and
// `swap:media` mean everything but text. docs/conditions.md is the manual.
#pragma once

#include "harness/sample.h"

typedef enum {
    PS_ABLATION_NONE, // the sample as it is
    PS_ABLATION_DROP,
    PS_ABLATION_SWAP,
    PS_ABLATION_CONTRADICT,
    PS_ABLATION_TWIN,
} PsAblationKind;

typedef struct {
    PsAblationKind kind;
    unsigned modalities; // bit (1 << PsPartKind): which parts it changes
} PsAblation;

#define PS_MODALITIES_MEDIA (((1u << PS_N_PART_KINDS) - 1) & ~(1u << PS_PART_TEXT))

// Whether label names one. False with *problem NULL: it is none; with *problem set (static
// storage): it would be one, but for that.
bool ps_ablation_parse(const char *label, PsAblation *ablation, const char **problem);

// The words of the modalities, "image" or "image + audio". The caller's.
char *ps_modalities_name(unsigned modalities);

// The modalities of the sample's own parts, as bits.
unsigned ps_sample_modalities(const PsSample *sample);

// What sample states of contradicting ablation's modality, or NULL; borrowed.
const PsContradiction *ps_ablation_contradiction(const PsAblation *ablation,
                                                 const PsSample *sample);

// Whether there is anything to change, and anything left to ask. What can be swapped with what
// is for harness/swap.h to say.
bool ps_ablation_applies(const PsAblation *ablation, const PsSample *sample, bool has_prompt);

// The sample as it is sent: a sample of its own whose texts are sample's, which must outlive
// it. others[n_others]: for a swap, what stands in for its parts of those modalities, one for
// one; NULL leaves them as they are. Freed with ps_ablation_view_free.
PsSample *ps_ablation_view(const PsAblation *ablation,
                           const PsSample *sample,
                           const PsPart *others,
                           size_t n_others);
void ps_ablation_view_free(PsSample *view);
