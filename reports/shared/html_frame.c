// Frames: the samples behind the numbers, each once in the document. A frame shows its picture
// small and its texts clipped; the one that the address names (#f12) is shown whole. That takes
// a style sheet and no script.
#include "reports/shared/cell.h"
#include "reports/shared/html.h"
#include "reports/shared/number.h"
#include "reports/shared/text.h"

#include <math.h>
#include <string.h>

#define MAX_REFERENCES 5
#define MAX_PART_BYTES (16u << 20)  // one picture or recording in the document
#define MAX_MEDIA_BYTES (96u << 20) // all of them: browsers become slow beyond

// ---- Media ---------------------------------------------------------------------------

// Types that browsers show without running anything in them. SVG is not one of them.
static const char *find_shown_type(const char *type)
{
    static const char *const types[] = {
        "image/png", "image/jpeg", "image/webp", "image/gif",  "image/avif",
        "audio/wav", "audio/flac", "audio/mpeg", "audio/ogg",  "audio/mp4",
        "audio/aac", "audio/webm", "video/mp4",  "video/webm", "video/ogg",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (strcmp(type, types[i]) == 0) return types[i];
    return NULL;
}

static void append_data_address(GString *out, const PsMedia *media, const char *type)
{
    gsize n_bytes;
    const void *bytes = g_bytes_get_data(media->bytes, &n_bytes);
    g_autofree char *base64 = g_base64_encode(bytes, n_bytes);
    g_string_append_printf(out, " src=\"data:%s;base64,", type);
    g_string_append(out, base64);
    g_string_append_c(out, '"');
}

static void append_label(GString *out,
                         const char *name,
                         const PsPart *part,
                         const PsSheetEvidence *evidence)
{
    g_autofree char *label =
        g_strdup_printf("%s of sample %s (%s)", ps_part_kind_name(part->kind),
                        evidence->sample->id, evidence->condition);
    ps_html_attribute(out, name, label);
}

static void append_shown(
    GString *out, const PsSheetEvidence *evidence, size_t index, const char *type, size_t frame)
{
    const PsPart *part = &evidence->parts[index];
    const PsMedia *media = evidence->media[index];
    if (g_str_has_prefix(type, "image/")) {
        g_string_append_printf(
            out, "<a class=\"picture\" href=\"#f%zu\"><img decoding=\"async\"", frame);
        append_label(out, "alt", part, evidence);
        append_data_address(out, media, type);
        g_string_append(out, "></a>");
        return;
    }
    const char *element = g_str_has_prefix(type, "audio/") ? "audio" : "video";
    g_string_append_printf(out, "<%s controls preload=\"metadata\"", element);
    append_label(out, "aria-label", part, evidence);
    append_data_address(out, media, type);
    g_string_append_printf(out, "></%s>", element);
}

// Says why a part is named and not shown.
static void
append_named(GString *out, const PsPart *part, const PsMedia *media, const char *why)
{
    g_string_append(out, "<p class=\"unseen\">");
    g_string_append(out, ps_part_kind_name(part->kind));
    g_string_append(out, " ");
    ps_html_bdi(out, part->path);
    if (media) {
        g_string_append(out, ", ");
        ps_html_name(out, media->type);
        g_string_append(out, ", ");
        ps_number_append_bytes(out, g_bytes_get_size(media->bytes));
    }
    g_string_append_printf(out, ": %s</p>", why);
}

static void append_media(GString *out,
                         const PsSheetEvidence *evidence,
                         size_t index,
                         size_t frame,
                         size_t *media_bytes)
{
    const PsPart *part = &evidence->parts[index];
    const PsMedia *media = evidence->media ? evidence->media[index] : NULL;
    const char *type = media && media->type ? find_shown_type(media->type) : NULL;
    size_t n_bytes = media ? g_bytes_get_size(media->bytes) : 0;
    if (media == NULL) {
        append_named(out, part, NULL, "not kept");
    } else if (type == NULL) {
        append_named(out, part, media, "browsers do not show this type");
    } else if (n_bytes > MAX_PART_BYTES || *media_bytes + n_bytes > MAX_MEDIA_BYTES) {
        append_named(out, part, media, "left out, the report would be too large");
    } else {
        *media_bytes += n_bytes;
        append_shown(out, evidence, index, type, frame);
    }
}

// ---- Texts ---------------------------------------------------------------------------

static void append_text(GString *out, const char *title, const char *class, const char *text)
{
    g_string_append_printf(out, "<div class=\"%s\"><dt>%s</dt><dd dir=\"auto\">", class, title);
    ps_html_text(out, text);
    g_string_append(out, "</dd></div>");
}

static void append_questions(GString *out, const PsSheetEvidence *evidence)
{
    for (size_t i = 0; i < evidence->n_parts; i++)
        if (evidence->parts[i].kind == PS_PART_TEXT)
            append_text(out, "Question", "text", evidence->parts[i].text);
}

static void append_answer(GString *out, const PsSheetEvidence *evidence)
{
    if (evidence->answer && *evidence->answer)
        append_text(out, "Answer", "text answer", evidence->answer);
    else if (evidence->answer)
        append_text(out, "Answer", "text answer none", "empty");
    else
        append_text(out, "No answer", "text answer none",
                    evidence->error ? evidence->error : "no reason stated");
}

static void append_references(GString *out, const PsSheetEvidence *evidence)
{
    size_t n_shown = MIN(evidence->sample->n_references, MAX_REFERENCES);
    g_string_append_printf(out, "<div class=\"text\"><dt>Reference%s</dt>",
                           evidence->sample->n_references > 1 ? "s" : "");
    for (size_t i = 0; i < n_shown; i++) {
        g_string_append(out, "<dd dir=\"auto\">");
        ps_html_text(out, evidence->sample->references[i]);
        g_string_append(out, "</dd>");
    }
    if (evidence->sample->n_references > n_shown)
        g_string_append_printf(out, "<dd class=\"none\">and %zu more</dd>",
                               evidence->sample->n_references - n_shown);
    if (evidence->sample->n_references == 0)
        g_string_append(out, "<dd class=\"none\">none</dd>");
    g_string_append(out, "</div>");
}

static void append_scores(GString *out, const PsSheetTask *task, const PsSheetEvidence *one)
{
    for (size_t i = 0; i < task->n_suite_metrics; i++) {
        g_string_append(out, "<div class=\"number\"><dt>");
        ps_html_name(out, task->metrics[i]->title);
        g_string_append(out, "</dt><dd>");
        if (isfinite(one->scores[i]))
            ps_number_append_value(out, task->metrics[i], one->scores[i]);
        else
            g_string_append(out, "<span class=\"none\">n/a</span>");
        g_string_append(out, "</dd></div>");
    }
    g_string_append(out, "<div class=\"number\"><dt>Latency</dt><dd>");
    ps_number_append_ms(out, one->latency_ms);
    g_string_append(out, "</dd></div>");
}

// ---- Slices of a sample --------------------------------------------------------------

// "slicer=key" → the slice's index + 1. Keys are the table's, freed with it.
static GHashTable *index_slices(const PsSheetTask *task)
{
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < task->n_slices; i++)
        g_hash_table_insert(index, ps_cell_slice_name(&task->slices[i]),
                            GSIZE_TO_POINTER(i + 1));
    return index;
}

static void append_keys(GString *out,
                        const PsSheetEvidence *evidence,
                        size_t task_index,
                        GHashTable *slices)
{
    if (evidence->n_keys == 0) return;
    g_string_append(out, "<div class=\"keys\"><dt>Slices</dt><dd>");
    for (size_t i = 0; i < evidence->n_keys; i++) {
        size_t slice = GPOINTER_TO_SIZE(g_hash_table_lookup(slices, evidence->keys[i]));
        if (slice > 0)
            g_string_append_printf(out, "<a href=\"#t%zus%zu\">", task_index, slice - 1);
        ps_html_bdi(out, evidence->keys[i]);
        g_string_append(out, slice > 0 ? "</a> " : " ");
    }
    g_string_append(out, "</dd></div>");
}

// ---- Frames --------------------------------------------------------------------------

static void append_frame_head(GString *out, const PsSheetEvidence *evidence, size_t frame)
{
    g_string_append_printf(out,
                           "<header><h4><a href=\"#f%zu\"><span class=\"edge\">%zu</span> ",
                           frame, frame + 1);
    ps_html_bdi(out, evidence->sample->id);
    g_string_append(out, "</a></h4><p class=\"fine\"><span class=\"badge ");
    ps_html_outcome_class(out, evidence->outcome);
    g_string_append_printf(out, "\">%s</span> ", ps_outcome_name(evidence->outcome));
    ps_html_bdi(out, evidence->condition);
    if (evidence->epoch > 0) g_string_append_printf(out, ", epoch %d", evidence->epoch);
    g_string_append(out, "</p></header>");
}

static void append_frame(
    GString *out, const PsSheet *sheet, size_t frame, GHashTable *slices, size_t *media_bytes)
{
    const PsSheetEvidence *evidence = &sheet->evidence[frame];
    g_string_append_printf(out, "<article class=\"frame\" id=\"f%zu\">", frame);
    append_frame_head(out, evidence, frame);
    for (size_t i = 0; i < evidence->n_parts; i++)
        if (evidence->parts[i].kind != PS_PART_TEXT)
            append_media(out, evidence, i, frame, media_bytes);
    g_string_append(out, "<dl>");
    append_questions(out, evidence);
    append_answer(out, evidence);
    append_references(out, evidence);
    append_scores(out, &sheet->tasks[evidence->task], evidence);
    append_keys(out, evidence, evidence->task, slices);
    g_string_append_printf(out,
                           "</dl><a class=\"close\" href=\"#t%zu-samples\">Close</a></article>",
                           evidence->task);
}

static size_t count_frames(const PsSheet *sheet, size_t task_index)
{
    size_t n_frames = 0;
    for (size_t i = 0; i < sheet->n_evidence; i++)
        n_frames += sheet->evidence[i].task == task_index;
    return n_frames;
}

void ps_html_frames(GString *out, const PsSheet *sheet, size_t task_index, size_t *media_bytes)
{
    if (count_frames(sheet, task_index) == 0) return;
    g_autoptr(GHashTable) slices = index_slices(&sheet->tasks[task_index]);
    g_string_append_printf(
        out,
        "<h3 id=\"t%zu-samples\">Samples behind the numbers</h3>"
        "<p class=\"legend\">The worst of each slice. Choose one to see all of it.</p>"
        "<div class=\"frames\">",
        task_index);
    for (size_t i = 0; i < sheet->n_evidence; i++)
        if (sheet->evidence[i].task == task_index)
            append_frame(out, sheet, i, slices, media_bytes);
    g_string_append(out, "</div>");
}
