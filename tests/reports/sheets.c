#include "tests/reports/sheets.h"

#include "reports/reports.h"

#include <math.h>
#include <string.h>

// ---- Metrics -------------------------------------------------------------------------

static const PsMetric exact = {
    .name = "exact_match",
    .title = "Exact match",
    .unit = "%",
    .unit_scale = 100,
    .summary = "Share of answers that equal a reference after normalisation.",
    .source = "SQuAD 1.1 evaluation script",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
};
static const PsMetric cer = {
    .name = "cer",
    .title = "Character error rate",
    .unit = "%",
    .unit_scale = 100,
    .summary = "Edits per character of the reference.",
    .source = "jiwer 3.0",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
};
static const PsMetric length = {
    .name = "length",
    .title = "Length ratio",
    .unit = "",
    .unit_scale = 1,
    .summary = "Length of the answer by that of the reference.",
    .source = "",
    .direction = PS_NEITHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .n_stats = 2,
};
static const PsMetric answered = {
    .name = "answer_rate",
    .title = "Answered",
    .unit = "%",
    .unit_scale = 100,
    .summary = "Share of items with an answer.",
    .source = "",
    .direction = PS_HIGHER_IS_BETTER,
    .form = PS_FORM_RATIO,
    .range = PS_RANGE_BINARY,
    .scope = PS_SCOPE_ALL,
    .is_derived = true,
    .n_stats = 2,
};
static const PsMetric latency = {
    .name = "latency_p95",
    .title = "Latency, 95th percentile",
    .unit = "ms",
    .unit_scale = 1e-6,
    .summary = "Time from sending to the last byte.",
    .source = "",
    .direction = PS_LOWER_IS_BETTER,
    .form = PS_FORM_PERCENTILE,
    .percentile = 95,
    .range = PS_RANGE_POSITIVE,
    .scope = PS_SCOPE_ANSWERED,
    .is_derived = true,
    .n_stats = 1,
};

static const PsMetric *const all_metrics[] = {&exact, &cer, &length, &answered, &latency};

// ---- Memory --------------------------------------------------------------------------

static TestSheet *sheet_new(void)
{
    TestSheet *sheet = g_new0(TestSheet, 1);
    sheet->owned = g_ptr_array_new_with_free_func(g_free);
    return sheet;
}

// n zeroed objects of size bytes (at least one), owned by sheet.
static void *alloc(TestSheet *sheet, size_t n, size_t size)
{
    void *block = g_malloc0_n(MAX(n, 1), size);
    g_ptr_array_add(sheet->owned, block);
    return block;
}

#define ALLOC(sheet, type, n) ((type *)alloc(sheet, n, sizeof(type)))

static char *say(TestSheet *sheet, const char *text)
{
    char *copy = g_strdup(text);
    g_ptr_array_add(sheet->owned, copy);
    return copy;
}

static void free_media(PsSheet *sheet)
{
    for (size_t i = 0; i < sheet->n_evidence; i++)
        for (size_t p = 0; p < sheet->evidence[i].n_parts; p++)
            if (sheet->evidence[i].media[p]) g_bytes_unref(sheet->evidence[i].media[p]->bytes);
}

void test_sheet_free(TestSheet *sheet)
{
    if (sheet == NULL) return;
    free_media(&sheet->sheet);
    g_ptr_array_unref(sheet->owned);
    g_free(sheet);
}

// ---- Numbers -------------------------------------------------------------------------

static PsEstimate estimate(double value, double half, size_t n, size_t n_clusters)
{
    return (PsEstimate){
        .is_defined = true,
        .has_interval = true,
        .value = value,
        .low = value - half,
        .high = value + half,
        .n = n,
        .n_clusters = n_clusters,
        .method = n_clusters < n ? "t, clustered" : "Wilson",
    };
}

static PsEstimate undefined(size_t n)
{
    return (PsEstimate){.n = n, .value = NAN, .low = NAN, .high = NAN, .method = ""};
}

static PsEstimate single(double value, size_t n, size_t n_clusters)
{
    return (PsEstimate){.is_defined = true,
                        .value = value,
                        .low = NAN,
                        .high = NAN,
                        .n = n,
                        .n_clusters = n_clusters,
                        .method = ""};
}

static void set_manifest(TestSheet *sheet, PsSheetTask *task, const char *const facts[7])
{
    PsManifest *manifest = ALLOC(sheet, PsManifest, 1);
    manifest->name = say(sheet, facts[0]);
    manifest->version = say(sheet, facts[1]);
    manifest->title = say(sheet, facts[2]);
    manifest->kind = say(sheet, facts[3]);
    manifest->licence = say(sheet, facts[4]);
    manifest->label_origin = say(sheet, facts[5]);
    manifest->description = say(sheet, "");
    manifest->json = say(sheet, facts[6]);
    manifest->samples_sha256 = say(sheet, "");
    task->manifest = manifest;
    task->dataset_sha256 =
        say(sheet, "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
}

static void set_metrics(TestSheet *sheet, PsSheetTask *task, size_t n_metrics, size_t n_suite)
{
    task->n_metrics = n_metrics;
    task->n_suite_metrics = n_suite;
    task->metrics = ALLOC(sheet, const PsMetric *, n_metrics);
    for (size_t i = 0; i < n_metrics; i++)
        task->metrics[i] = all_metrics[i % G_N_ELEMENTS(all_metrics)];
}

static void set_latencies(TestSheet *sheet, PsSheetTask *task, size_t n_latencies)
{
    task->n_latencies = n_latencies;
    task->latencies_ms = ALLOC(sheet, double, n_latencies);
    for (size_t i = 0; i < n_latencies; i++) {
        double share = ((double)i + 0.5) / (double)n_latencies;
        task->latencies_ms[i] = 85 + 60 * pow(-log(1 - share), 0.7);
    }
}

static void set_slice(TestSheet *sheet,
                      PsSheetTask *task,
                      PsSheetSlice *slice,
                      const char *const words[3],
                      size_t n_items)
{
    slice->slicer = say(sheet, words[0]);
    slice->title = say(sheet, words[1]);
    slice->key = say(sheet, words[2]);
    slice->n_items = n_items;
    slice->outcomes[PS_OUTCOME_ANSWERED] = n_items;
    slice->cells = ALLOC(sheet, PsSheetCell, task->n_metrics);
}

// Values that fall with the badness of the slice; the numbers mean nothing.
static void fill_cells(PsSheetTask *task, PsSheetSlice *slice, double badness, size_t n)
{
    for (size_t i = 0; i < task->n_metrics; i++) {
        PsSheetCell *cell = &slice->cells[i];
        double half = 0.35 / sqrt((double)MAX(n, 1));
        bool is_lower = task->metrics[i]->direction == PS_LOWER_IS_BETTER;
        double value = is_lower ? 0.04 + 0.3 * badness : 0.94 - 0.4 * badness;
        if (task->metrics[i] == &latency) value *= 4e9, half *= 4e8;
        cell->estimate = estimate(value, half, n, task->metrics[i] == &cer ? MAX(n / 3, 2) : n);
        cell->difference = undefined(0);
    }
}

static void fill_differences(PsSheetTask *task, PsSheetSlice *slice, double drop, size_t n)
{
    for (size_t i = 0; i < task->n_metrics; i++)
        if (task->metrics[i]->form == PS_FORM_RATIO)
            slice->cells[i].difference = estimate(
                task->metrics[i]->direction == PS_LOWER_IS_BETTER ? drop : -drop, 0.031, n, n);
}

// ---- Evidence ------------------------------------------------------------------------

// A grey 1 × 1 PNG, and a WAV of eight silent frames.
static const char png[] =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCBd81ytgAAAABJRU"
    "5ErkJggg==";
static const char wav[] =
    "UklGRjQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YRAAAAAAAAAAAAAAAAAAAAAAAAAA";

static PsMedia *media_new(TestSheet *sheet, const char *base64, const char *type)
{
    PsMedia *media = ALLOC(sheet, PsMedia, 1);
    gsize n_bytes;
    guchar *bytes = g_base64_decode(base64, &n_bytes);
    media->bytes = g_bytes_new_take(bytes, n_bytes);
    media->type = say(sheet, type);
    return media;
}

static void set_part(TestSheet *sheet, PsPart *part, PsPartKind kind, const char *text)
{
    part->kind = kind;
    if (kind == PS_PART_TEXT)
        part->text = say(sheet, text);
    else
        part->path = say(sheet, text);
}

static PsSheetEvidence *
evidence_new(TestSheet *sheet, size_t index, size_t task, const char *id, const char *condition)
{
    PsSheetEvidence *evidence = &sheet->sheet.evidence[index];
    evidence->task = task;
    evidence->sample = ALLOC(sheet, PsSample, 1);
    evidence->sample->id = say(sheet, id);
    evidence->condition = say(sheet, condition);
    evidence->latency_ms = 118.4 + (double)index;
    evidence->scores = ALLOC(sheet, double, sheet->sheet.tasks[task].n_suite_metrics);
    for (size_t i = 0; i < sheet->sheet.tasks[task].n_suite_metrics; i++)
        evidence->scores[i] = i == 2 ? (double)NAN : 0.25 * (double)i;
    return evidence;
}

// The media (with what it is), then a question.
static void set_parts(TestSheet *sheet,
                      PsSheetEvidence *evidence,
                      PsPartKind kind,
                      const char *path,
                      PsMedia *media,
                      const char *question)
{
    evidence->n_parts = 2;
    evidence->parts = ALLOC(sheet, PsPart, 2);
    evidence->media = ALLOC(sheet, PsMedia *, 2);
    set_part(sheet, &evidence->parts[0], kind, path);
    set_part(sheet, &evidence->parts[1], PS_PART_TEXT, question);
    evidence->media[0] = media;
}

static void
set_references(TestSheet *sheet, PsSheetEvidence *evidence, const char *reference, size_t n)
{
    evidence->sample->n_references = n;
    evidence->sample->references = ALLOC(sheet, char *, n);
    for (size_t i = 0; i < n; i++)
        evidence->sample->references[i] = say(sheet, reference);
}

static void
set_keys(TestSheet *sheet, PsSheetEvidence *evidence, const char *first, const char *second)
{
    evidence->n_keys = 2;
    evidence->keys = ALLOC(sheet, char *, 2);
    evidence->keys[0] = say(sheet, first);
    evidence->keys[1] = say(sheet, second);
}

static void set_evidence(TestSheet *sheet, PsSheetSlice *slice, size_t first, size_t n)
{
    slice->n_evidence = n;
    slice->evidence = ALLOC(sheet, size_t, n);
    for (size_t i = 0; i < n; i++)
        slice->evidence[i] = first + i;
}

// ---- The small sheet -----------------------------------------------------------------

static void
set_head(TestSheet *sheet, const char *const words[3], const char *const facts[][2], size_t n)
{
    sheet->sheet.suite = say(sheet, words[0]);
    sheet->sheet.system = say(sheet, words[1]);
    sheet->sheet.run_path = say(sheet, words[2]);
    sheet->sheet.is_finished = true;
    sheet->sheet.started_ns = 1763913018000000000;
    sheet->sheet.finished_ns = 1763913018000000000 + 83500000000;
    sheet->sheet.n_facts = n;
    sheet->sheet.facts = ALLOC(sheet, PsSheetFact, n);
    for (size_t i = 0; i < n; i++)
        sheet->sheet.facts[i] = (PsSheetFact){say(sheet, facts[i][0]), say(sheet, facts[i][1])};
}

static void set_task(TestSheet *sheet, PsSheetTask *task, const char *name, const char *prompt)
{
    task->name = say(sheet, name);
    task->prompt = say(sheet, prompt);
    task->dataset_path = say(sheet, "datasets/documents");
}

static void fill_documents(TestSheet *sheet, PsSheetTask *task)
{
    static const char *const manifest[] = {"documents",
                                           "1.0",
                                           "Rendered business documents",
                                           "rendered",
                                           "CC0-1.0",
                                           "by construction: the text that was rendered",
                                           "{\"name\": \"documents\", \"seed\": 7}"};
    static const char *const slices[][3] = {
        {"condition", "Capture condition", "low_light@0.1"},
        {"sharpness", "Sharpness", "soft"},
        {"condition", "Capture condition", "blur@2"},
        {"attribute:kind", "kind", "receipt"},
        {"condition", "Capture condition", "clean"},
        {"attribute:kind", "kind", "letter"},
        {"attribute:kind", "kind", "form"},
        {"attribute:kind", "kind", "table"},
    };
    set_task(sheet, task, "documents",
             "Answer the question from the page. Reply with the answer only.");
    set_manifest(sheet, task, manifest);
    set_metrics(sheet, task, 5, 3);
    set_latencies(sheet, task, 342);
    task->n_samples = 120;
    task->n_items = task->n_done = 360;
    set_slice(sheet, task, &task->whole, (const char *[]){"", "", "all"}, 120);
    fill_cells(task, &task->whole, 0.3, 112);
    memcpy(task->whole.outcomes, (size_t[]){112, 4, 1, 2, 1}, sizeof task->whole.outcomes);
    task->n_slices = G_N_ELEMENTS(slices);
    task->slices = ALLOC(sheet, PsSheetSlice, task->n_slices);
    for (size_t i = 0; i < task->n_slices; i++) {
        size_t n = strcmp(slices[i][0], "condition") == 0 ? 120 : 111 - 9 * i;
        set_slice(sheet, task, &task->slices[i], slices[i], n);
        fill_cells(task, &task->slices[i], 0.8 - 0.1 * (double)i, n);
        set_evidence(sheet, &task->slices[i], i % 3, 2 + i % 2);
    }
    memcpy(task->slices[0].outcomes, (size_t[]){109, 4, 1, 4, 2}, sizeof task->whole.outcomes);
    fill_cells(task, &task->slices[0], 0.8, 109);
    fill_differences(task, &task->slices[0], 0.193, 104);
    fill_differences(task, &task->slices[2], 0.082, 101);
    task->slices[0].cells[2].difference = undefined(0);
    task->slices[2].cells[1].difference = single(0.01, 12, 1);
    // Too small: one row, then none with an answer.
    task->slices[6].n_items = task->slices[6].outcomes[0] = 1;
    for (size_t i = 0; i < 5; i++)
        task->slices[6].cells[i].estimate = single(i == 4 ? 3.1e8 : 1, 1, 1);
    task->slices[7].n_items = 3;
    memcpy(task->slices[7].outcomes, (size_t[]){0, 0, 0, 3, 0}, sizeof task->whole.outcomes);
    for (size_t i = 0; i < 5; i++)
        task->slices[7].cells[i].estimate = undefined(0);
    task->slices[7].cells[3].estimate = estimate(0.28, 0.28, 3, 3);
}

static void fill_speech(TestSheet *sheet, PsSheetTask *task)
{
    static const char *const manifest[] = {"speech", "", "", "real", "", "", "not JSON"};
    static const char *const slices[][3] = {{"noise", "Noise", "traffic"},
                                            {"noise", "Noise", "quiet"}};
    set_task(sheet, task, "speech", NULL);
    task->dataset_path = say(sheet, "datasets/speech");
    set_manifest(sheet, task, manifest);
    set_metrics(sheet, task, 2, 2);
    set_latencies(sheet, task, 1);
    task->n_samples = task->n_items = 40;
    task->n_done = 31;
    set_slice(sheet, task, &task->whole, (const char *[]){"", "", "all"}, 31);
    fill_cells(task, &task->whole, 0.5, 31);
    task->n_slices = 2;
    task->slices = ALLOC(sheet, PsSheetSlice, 2);
    for (size_t i = 0; i < 2; i++) {
        set_slice(sheet, task, &task->slices[i], slices[i], 20 - 9 * i);
        fill_cells(task, &task->slices[i], 0.6 - 0.3 * (double)i, 20 - 9 * i);
        task->slices[i].cells[0].estimate = undefined(5);
    }
    set_evidence(sheet, &task->slices[0], 5, 1);
}

static void fill_evidence(TestSheet *sheet)
{
    static const char *const answers[] = {"€ 1,240.00", "14 March 2019", NULL, "",
                                          "Yes — “approved”"};
    static const char *const questions[] = {
        "What is the total amount due?", "When was it signed?", "Who is the sender?",
        "What is the invoice number?", "Is the box “approved” ticked?"};
    static const char *const ids[] = {"invoice-017-q1", "letter-004-q2", "letter-031-q1",
                                      "receipt-009-q3", "form-022-q4"};
    for (size_t i = 0; i < 5; i++) {
        PsSheetEvidence *evidence =
            evidence_new(sheet, i, 0, ids[i], i % 2 ? "clean" : "low_light@0.1");
        g_autofree char *path = g_strdup_printf("pages/%s.png", ids[i]);
        set_parts(sheet, evidence, PS_PART_PAGE, path,
                  i == 4 ? NULL : media_new(sheet, png, "image/png"), questions[i]);
        set_references(sheet, evidence, "€ 1,420.00", i == 3 ? 7 : i);
        set_keys(sheet, evidence, "sharpness=soft", "attribute:kind=receipt");
        evidence->answer = answers[i] ? say(sheet, answers[i]) : NULL;
        evidence->epoch = i == 1;
    }
    sheet->sheet.evidence[2].outcome = PS_OUTCOME_TIMED_OUT;
    sheet->sheet.evidence[2].error = say(sheet, "no answer within 30 s");
    sheet->sheet.evidence[2].latency_ms = NAN;
    PsSheetEvidence *speech = evidence_new(sheet, 5, 1, "clip-3", "clean");
    set_parts(sheet, speech, PS_PART_AUDIO, "clips/3.wav", media_new(sheet, wav, "audio/wav"),
              "What is said?");
    set_references(sheet, speech, "all circuits are busy now", 1);
    set_keys(sheet, speech, "noise=traffic", "voice=unknown");
    speech->outcome = PS_OUTCOME_REFUSED;
    PsSheetEvidence *series = evidence_new(sheet, 6, 1, "clip-4", "clean");
    set_parts(sheet, series, PS_PART_SERIES, "clips/4.csv", media_new(sheet, png, "text/csv"),
              "?");
    series->answer = say(sheet, "all circles are busy");
}

TestSheet *test_sheet_small(void)
{
    static const char *const facts[][2] = {{"load", "closed loop, 4 in flight"},
                                           {"temperature", "0"},
                                           {"seed", "42"},
                                           {"epochs", "1"},
                                           {"proofsheet", "0.1.0"}};
    TestSheet *sheet = sheet_new();
    set_head(sheet,
             (const char *[]){"documents and speech", "reference/modular", "nightly.proof"},
             facts, G_N_ELEMENTS(facts));
    sheet->sheet.n_tasks = 2;
    sheet->sheet.tasks = ALLOC(sheet, PsSheetTask, 2);
    sheet->sheet.n_evidence = 7;
    sheet->sheet.evidence = ALLOC(sheet, PsSheetEvidence, 7);
    fill_documents(sheet, &sheet->sheet.tasks[0]);
    fill_speech(sheet, &sheet->sheet.tasks[1]);
    fill_evidence(sheet);
    return sheet;
}

// ---- Text everywhere -----------------------------------------------------------------

static void say_manifest(TestSheet *sheet, PsManifest *manifest, char *text)
{
    (void)sheet;
    manifest->name = manifest->version = manifest->title = manifest->kind = text;
    manifest->licence = manifest->label_origin = manifest->description = text;
    manifest->json = manifest->samples_sha256 = text;
}

static void say_slice(PsSheetSlice *slice, char *text, bool keep_slicer)
{
    slice->key = slice->title = text;
    if (!keep_slicer) slice->slicer = text;
}

static void say_evidence(PsSheetEvidence *evidence, char *text)
{
    evidence->sample->id = evidence->condition = text;
    if (evidence->answer) evidence->answer = text;
    evidence->error = text;
    for (size_t i = 0; i < evidence->n_parts; i++) {
        PsPart *part = &evidence->parts[i];
        if (part->text) part->text = text;
        if (part->path) part->path = part->media_type = part->sha256 = text;
        PsMedia *media = evidence->media[i];
        if (media && !g_str_has_prefix(media->type, "image/")) media->type = text;
    }
    for (size_t i = 0; i < evidence->sample->n_references; i++)
        evidence->sample->references[i] = text;
    for (size_t i = 0; i < evidence->n_keys; i++)
        evidence->keys[i] = text;
}

TestSheet *test_sheet_of_text(const char *words)
{
    TestSheet *sheet = test_sheet_small();
    char *text = say(sheet, words);
    PsSheet *all = &sheet->sheet;
    all->suite = all->system = all->run_path = text;
    for (size_t i = 0; i < all->n_facts; i++)
        all->facts[i] = (PsSheetFact){text, text};
    for (size_t i = 0; i < all->n_tasks; i++) {
        PsSheetTask *task = &all->tasks[i];
        task->name = task->prompt = task->dataset_path = task->dataset_sha256 = text;
        say_manifest(sheet, task->manifest, text);
        for (size_t s = 0; s < task->n_slices; s++)
            say_slice(&task->slices[s], text, s % 2 == 0);
    }
    for (size_t i = 0; i < all->n_evidence; i++)
        say_evidence(&all->evidence[i], text);
    return sheet;
}

// ---- Large ---------------------------------------------------------------------------

static PsMedia *media_of_size(TestSheet *sheet, size_t n_bytes, size_t seed)
{
    PsMedia *media = ALLOC(sheet, PsMedia, 1);
    guint8 *bytes = g_malloc(n_bytes);
    for (size_t i = 0; i < n_bytes; i++)
        bytes[i] = (guint8)(i * 31 + seed * 17);
    media->bytes = g_bytes_new_take(bytes, n_bytes);
    media->type = say(sheet, "image/jpeg");
    return media;
}

static void fill_large_task(TestSheet *sheet, size_t index, const TestSize *size)
{
    static const char *const manifest[] = {"d", "1", "t", "real", "CC0", "people", "{}"};
    PsSheetTask *task = &sheet->sheet.tasks[index];
    g_autofree char *name = g_strdup_printf("task %zu", index);
    set_task(sheet, task, name, "Answer.");
    set_manifest(sheet, task, manifest);
    set_metrics(sheet, task, size->n_metrics, MIN(size->n_metrics, 8));
    set_latencies(sheet, task, 400);
    task->n_samples = task->n_items = task->n_done = 5000;
    set_slice(sheet, task, &task->whole, (const char *[]){"", "", "all"}, 5000);
    fill_cells(task, &task->whole, 0.4, 5000);
    task->n_slices = size->n_slices;
    task->slices = ALLOC(sheet, PsSheetSlice, size->n_slices);
    for (size_t i = 0; i < size->n_slices; i++) {
        g_autofree char *key = g_strdup_printf("key-%zu", i);
        const char *slicer = i < 10 ? "condition" : "attribute:x";
        set_slice(sheet, task, &task->slices[i], (const char *[]){slicer, "Title", key}, 80);
        fill_cells(task, &task->slices[i], 0.9 - 0.01 * (double)i, 80);
        if (i < 10) fill_differences(task, &task->slices[i], 0.1, 80);
        set_evidence(sheet, &task->slices[i], i * 5 % MAX(size->n_evidence, 6), 6);
    }
}

TestSheet *test_sheet_large(const TestSize *size)
{
    TestSheet *sheet = sheet_new();
    static const char *const facts[][2] = {{"load", "closed loop"}};
    set_head(sheet, (const char *[]){"large", "a/b", "large.proof"}, facts, 1);
    sheet->sheet.n_tasks = size->n_tasks;
    sheet->sheet.tasks = ALLOC(sheet, PsSheetTask, size->n_tasks);
    for (size_t i = 0; i < size->n_tasks; i++)
        fill_large_task(sheet, i, size);
    sheet->sheet.n_evidence = size->n_evidence;
    sheet->sheet.evidence = ALLOC(sheet, PsSheetEvidence, size->n_evidence);
    for (size_t i = 0; i < size->n_evidence; i++) {
        PsSheetEvidence *evidence = evidence_new(sheet, i, i % size->n_tasks, "s", "clean");
        set_parts(sheet, evidence, PS_PART_IMAGE, "a.jpg",
                  media_of_size(sheet, size->n_media_bytes, i), "?");
        set_references(sheet, evidence, "r", 1);
        set_keys(sheet, evidence, "condition=key-3", "attribute:x=key-40");
        evidence->answer = say(sheet, "an answer");
    }
    return sheet;
}

// ---- Use -----------------------------------------------------------------------------

static PsMedia *find_media(TestSheet *sheet, size_t index)
{
    for (size_t i = 0; i < sheet->sheet.n_evidence; i++)
        for (size_t p = 0; p < sheet->sheet.evidence[i].n_parts; p++)
            if (sheet->sheet.evidence[i].media[p] && index-- == 0)
                return sheet->sheet.evidence[i].media[p];
    return NULL;
}

bool test_sheet_set_media(TestSheet *sheet, size_t index, const char *path)
{
    PsMedia *media = find_media(sheet, index);
    char *bytes;
    gsize n_bytes;
    if (media == NULL || !g_file_get_contents(path, &bytes, &n_bytes, NULL)) return false;
    g_bytes_unref(media->bytes);
    media->bytes = g_bytes_new_take(bytes, n_bytes);
    media->type = say(sheet, g_str_has_suffix(path, ".jpg")   ? "image/jpeg"
                             : g_str_has_suffix(path, ".wav") ? "audio/wav"
                             : g_str_has_suffix(path, ".png") ? "image/png"
                                                              : "application/octet-stream");
    return true;
}

char *test_sheet_render(const TestSheet *sheet, const char *name)
{
    for (size_t i = 0; ps_reports[i]; i++) {
        if (strcmp(ps_reports[i]->name, name) != 0) continue;
        GString *out = g_string_new(NULL);
        bool is_rendered = ps_reports[i]->render(&sheet->sheet, out, NULL);
        g_assert(is_rendered);
        return g_string_free(out, FALSE);
    }
    g_assert_not_reached();
}
