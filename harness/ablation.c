#include "harness/ablation.h"

#include <string.h>

static bool parse_modalities(const char *name, PsAblation *ablation)
{
    PsPartKind kind;
    if (strcmp(name, "media") == 0 && ablation->kind != PS_ABLATION_CONTRADICT) {
        ablation->modalities = PS_MODALITIES_MEDIA;
        return true;
    }
    if (!ps_part_kind_find(name, &kind)) return false;
    ablation->modalities = 1u << kind;
    return true;
}

bool ps_ablation_parse(const char *label, PsAblation *ablation, const char **problem)
{
    static const struct {
        const char *prefix;
        PsAblationKind kind;
    } kinds[] = {{"drop:", PS_ABLATION_DROP},
                 {"swap:", PS_ABLATION_SWAP},
                 {"contradict:", PS_ABLATION_CONTRADICT}};
    *problem = NULL;
    if (strcmp(label, "twin") == 0) {
        *ablation = (PsAblation){PS_ABLATION_TWIN, PS_MODALITIES_MEDIA};
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!g_str_has_prefix(label, kinds[i].prefix)) continue;
        *ablation = (PsAblation){.kind = kinds[i].kind};
        if (parse_modalities(label + strlen(kinds[i].prefix), ablation)) return true;
        *problem =
            "names no modality: text, image, audio, video, page, series, or media (not of "
            "contradict)";
        return false;
    }
    return false;
}

char *ps_modalities_name(unsigned modalities)
{
    GString *name = g_string_new(NULL);
    for (int kind = 0; kind < PS_N_PART_KINDS; kind++) {
        if (!(modalities & 1u << kind)) continue;
        if (name->len > 0) g_string_append(name, " + ");
        g_string_append(name, ps_part_kind_name((PsPartKind)kind));
    }
    return g_string_free(name, false);
}

unsigned ps_sample_modalities(const PsSample *sample)
{
    unsigned modalities = 0;
    for (size_t i = 0; i < sample->n_parts; i++)
        modalities |= 1u << sample->parts[i].kind;
    return modalities;
}

const PsContradiction *ps_ablation_contradiction(const PsAblation *ablation,
                                                 const PsSample *sample)
{
    if (ablation->kind != PS_ABLATION_CONTRADICT) return NULL;
    for (size_t i = 0; i < sample->n_contradictions; i++) {
        const PsContradiction *found = &sample->contradictions[i];
        if (found->n_parts > 0 && ablation->modalities == 1u << found->modality) return found;
    }
    return NULL;
}

bool ps_ablation_applies(const PsAblation *ablation, const PsSample *sample, bool has_prompt)
{
    if (ablation->kind == PS_ABLATION_NONE) return true;
    unsigned present = ps_sample_modalities(sample);
    if (!(present & ablation->modalities)) return false;
    if (ablation->kind == PS_ABLATION_DROP)
        return has_prompt || (present & ~ablation->modalities) != 0;
    if (ablation->kind == PS_ABLATION_TWIN) return sample->twin != NULL;
    if (ablation->kind == PS_ABLATION_CONTRADICT)
        return ps_ablation_contradiction(ablation, sample) != NULL;
    return true;
}

// ---- views

// Appends part or what stands in for it. n_before: parts of those modalities before it.
typedef struct {
    const PsAblation *ablation;
    const PsSample *sample;
    const PsPart *others;
    size_t n_others;
    PsSample *view;
} Viewing;

static void append(Viewing *viewing, PsPart part)
{
    viewing->view->parts[viewing->view->n_parts++] = part;
}

static void append_contradiction(Viewing *viewing)
{
    const PsContradiction *stated =
        ps_ablation_contradiction(viewing->ablation, viewing->sample);
    for (size_t i = 0; stated != NULL && i < stated->n_parts; i++)
        append(viewing, viewing->sample->parts[stated->first_part + i]);
}

static void append_changed(Viewing *viewing, const PsPart *part, size_t n_before)
{
    switch (viewing->ablation->kind) {
    case PS_ABLATION_SWAP:
        append(viewing, n_before < viewing->n_others ? viewing->others[n_before] : *part);
        break;
    case PS_ABLATION_TWIN:
        if (n_before == 0)
            append(viewing, (PsPart){.kind = PS_PART_TEXT, .text = viewing->sample->twin});
        break;
    case PS_ABLATION_CONTRADICT:
        if (n_before == 0) append_contradiction(viewing);
        break;
    default:
        break;
    }
}

PsSample *ps_ablation_view(const PsAblation *ablation,
                           const PsSample *sample,
                           const PsPart *others,
                           size_t n_others)
{
    PsSample *view = g_new(PsSample, 1);
    *view = *sample;
    view->n_parts = view->n_more_parts = 0;
    view->parts = g_new(PsPart, sample->n_parts + sample->n_more_parts + 1);
    Viewing viewing = {ablation, sample, others, n_others, view};
    size_t n_changed = 0;
    for (size_t i = 0; i < sample->n_parts; i++) {
        if (ablation->modalities & 1u << sample->parts[i].kind)
            append_changed(&viewing, &sample->parts[i], n_changed++);
        else
            append(&viewing, sample->parts[i]);
    }
    return view;
}

void ps_ablation_view_free(PsSample *view)
{
    if (view == NULL) return;
    g_free(view->parts);
    g_free(view);
}
