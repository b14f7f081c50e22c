#include "harness/ablation.h"

#include <criterion/criterion.h>
#include <string.h>

static const char row[] =
    "{\"id\":\"s\",\"twin\":\"a cat, meowing\",\"contradictions\":["
    "{\"modality\":\"image\",\"parts\":[{\"image\":\"dog.png\"},{\"image\":\"dog-2.png\"}],"
    "\"references\":[\"dog\"]},{\"modality\":\"audio\",\"references\":[\"cow\"]}],"
    "\"parts\":[{\"text\":\"What is it?\"},{\"image\":\"cat.png\"},{\"audio\":\"cat.wav\"},"
    "{\"image\":\"cat-2.png\"}],\"references\":[\"cat\"]}";

static PsSample *sample_of(const char *json)
{
    g_autoptr(GError) error = NULL;
    PsSample *sample = ps_sample_from_json(json, strlen(json), &error);
    cr_assert(sample != NULL, "%s", error != NULL ? error->message : "");
    return sample;
}

static PsAblation ablation_of(const char *label)
{
    PsAblation ablation;
    const char *problem;
    cr_assert(ps_ablation_parse(label, &ablation, &problem), "%s", label);
    return ablation;
}

// What the parts hold, joined by '|'.
static char *contents(const PsSample *view)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < view->n_parts; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "|" : "",
                               view->parts[i].text != NULL ? view->parts[i].text
                                                           : view->parts[i].path);
    return g_string_free(text, false);
}

static void expect_view(const char *label, const char *wanted)
{
    g_autoptr(PsSample) sample = sample_of(row);
    PsAblation ablation = ablation_of(label);
    cr_expect(ps_ablation_applies(&ablation, sample, false), "%s", label);
    PsSample *view = ps_ablation_view(&ablation, sample, NULL, 0);
    g_autofree char *got = contents(view);
    cr_expect_str_eq(got, wanted, "%s: %s", label, got);
    ps_ablation_view_free(view);
}

Test(ablation, takes_away_contradicts_and_puts_into_words)
{
    expect_view("drop:image", "What is it?|cat.wav");
    expect_view("drop:media", "What is it?");
    expect_view("drop:text", "cat.png|cat.wav|cat-2.png");
    expect_view("contradict:image", "What is it?|dog.png|dog-2.png|cat.wav");
    expect_view("twin", "What is it?|a cat, meowing");
    expect_view("swap:image", "What is it?|cat.png|cat.wav|cat-2.png"); // nobody to swap with
}

Test(ablation, swapped_parts_stand_where_its_own_did)
{
    g_autoptr(PsSample) sample = sample_of(row);
    PsAblation ablation = ablation_of("swap:image");
    const PsPart others[] = {{.kind = PS_PART_IMAGE, .path = (char *)"x.png"},
                             {.kind = PS_PART_IMAGE, .path = (char *)"y.png"}};
    PsSample *view = ps_ablation_view(&ablation, sample, others, 2);
    g_autofree char *got = contents(view);
    cr_expect_str_eq(got, "What is it?|x.png|cat.wav|y.png");
    ps_ablation_view_free(view);
}

Test(ablation, applies_only_where_there_is_something_to_change_and_to_ask)
{
    g_autoptr(PsSample) sample = sample_of(row);
    g_autoptr(PsSample) alone =
        sample_of("{\"id\":\"a\",\"parts\":[{\"audio\":\"a.wav\"}],\"references\":[]}");
    PsAblation video = ablation_of("drop:video"), audio = ablation_of("drop:audio");
    PsAblation contradicted = ablation_of("contradict:audio"), twin = ablation_of("twin");
    cr_expect_not(ps_ablation_applies(&video, sample, true));
    cr_expect(ps_ablation_applies(&audio, alone, true), "the prompt is left");
    cr_expect_not(ps_ablation_applies(&audio, alone, false), "nothing is left");
    cr_expect_not(ps_ablation_applies(&contradicted, sample, true), "it states no parts");
    cr_expect_not(ps_ablation_applies(&twin, alone, true));
}

Test(ablation, labels_are_told_from_other_conditions)
{
    PsAblation ablation;
    const char *problem;
    cr_expect_not(ps_ablation_parse("blur@2", &ablation, &problem));
    cr_expect_null(problem);
    cr_expect_not(ps_ablation_parse("drop:smell", &ablation, &problem));
    cr_expect_not_null(problem);
    cr_expect_not(ps_ablation_parse("contradict:media", &ablation, &problem));
    cr_expect_not_null(problem);
    g_autofree char *name = ps_modalities_name(1u << PS_PART_IMAGE | 1u << PS_PART_AUDIO);
    cr_expect_str_eq(name, "image + audio");
}
