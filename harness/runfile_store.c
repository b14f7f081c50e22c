#include "harness/runfile_private.h"

#include "harness/error.h"
#include "harness/json.h"
#include "harness/sha256.h"

#include <math.h>
#include <string.h>

static const char *const statement_sql[PS_N_STATEMENTS] = {
    [PS_INSERT_SAMPLE] = "INSERT OR IGNORE INTO sample VALUES (?1, ?2, ?3, ?4, ?5)",
    [PS_INSERT_RESPONSE] =
        "INSERT INTO response VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    [PS_INSERT_SCORE] = "INSERT INTO score VALUES (?1, ?2, ?3, ?4, ?5)",
    [PS_INSERT_SLICE] = "INSERT INTO slice VALUES (?1, ?2, ?3, ?4)",
    [PS_INSERT_SPAN] = "INSERT INTO span VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
};

static sqlite3_stmt *cached(PsRunFile *run, PsStatement which, GError **error)
{
    if (run->statements[which] == NULL)
        run->statements[which] = ps_runfile_prepare(run, statement_sql[which], error);
    return run->statements[which];
}

static void bind_real(sqlite3_stmt *statement, int column, double value)
{
    if (isnan(value))
        sqlite3_bind_null(statement, column);
    else
        sqlite3_bind_double(statement, column, value);
}

static void bind_unless(sqlite3_stmt *statement, int column, int64_t value, int64_t unknown)
{
    if (value == unknown)
        sqlite3_bind_null(statement, column);
    else
        sqlite3_bind_int64(statement, column, value);
}

// -----------------------------------------------------------------------------------

static void append_part(GString *out, const PsPart *part)
{
    g_string_append_c(out, '{');
    ps_json_append_key(out, ps_part_kind_name(part->kind));
    ps_json_append_string(out, part->kind == PS_PART_TEXT ? part->text : part->path);
    if (part->media_type != NULL) {
        ps_json_append_key(out, "media_type");
        ps_json_append_string(out, part->media_type);
    }
    if (part->sha256 != NULL) {
        ps_json_append_key(out, "sha256");
        ps_json_append_string(out, part->sha256);
    }
    g_string_append_c(out, '}');
}

static void append_parts(GString *out, const PsPart *parts, size_t n_parts)
{
    ps_json_append_key(out, "parts");
    g_string_append_c(out, '[');
    for (size_t i = 0; i < n_parts; i++) {
        if (i > 0) g_string_append_c(out, ',');
        append_part(out, &parts[i]);
    }
    g_string_append_c(out, ']');
}

static void append_references(GString *out, char *const *references, size_t n_references)
{
    ps_json_append_key(out, "references");
    g_string_append_c(out, '[');
    for (size_t i = 0; i < n_references; i++) {
        if (i > 0) g_string_append_c(out, ',');
        ps_json_append_string(out, references[i]);
    }
    g_string_append_c(out, ']');
}

static void append_contradictions(GString *out, const PsSample *sample)
{
    if (sample->n_contradictions == 0) return;
    ps_json_append_key(out, "contradictions");
    for (size_t i = 0; i < sample->n_contradictions; i++) {
        const PsContradiction *contradiction = &sample->contradictions[i];
        g_string_append(out, i == 0 ? "[{" : ",{");
        ps_json_append_key(out, "modality");
        ps_json_append_string(out, ps_part_kind_name(contradiction->modality));
        append_parts(out, sample->parts + contradiction->first_part, contradiction->n_parts);
        append_references(out, contradiction->references, contradiction->n_references);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

// The sample as a row of docs/datasets.md, so that ps_sample_from_json reads it back.
static void append_sample(GString *out, const PsSample *sample)
{
    g_string_append_c(out, '{');
    append_parts(out, sample->parts, sample->n_parts);
    append_references(out, sample->references, sample->n_references);
    ps_json_append_key(out, "attributes");
    g_string_append_c(out, '{');
    for (size_t i = 0; i < sample->n_attributes; i++) {
        ps_json_append_key(out, sample->attributes[i].key);
        ps_json_append_string(out, sample->attributes[i].value);
    }
    g_string_append_c(out, '}');
    if (sample->twin != NULL) {
        ps_json_append_key(out, "twin");
        ps_json_append_string(out, sample->twin);
    }
    append_contradictions(out, sample);
    ps_json_append_key(out, "id");
    ps_json_append_string(out, sample->id);
    ps_json_append_key(out, "cluster");
    ps_json_append_string(out, sample->cluster);
    g_string_append_c(out, '}');
}

static bool
store_sample(PsRunFile *run, const PsItem *item, const PsSample *sample, GError **error)
{
    sqlite3_stmt *statement = cached(run, PS_INSERT_SAMPLE, error);
    if (statement == NULL) return false;
    g_autoptr(GString) content = g_string_sized_new(512);
    append_sample(content, sample);
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item->sample_id);
    sqlite3_bind_int(statement, 2, item->task);
    ps_runfile_bind_text(statement, 3, sample->id);
    ps_runfile_bind_text(statement, 4, sample->cluster);
    sqlite3_bind_text(statement, 5, content->str, (int)content->len, SQLITE_STATIC);
    return ps_runfile_run_once(run, statement, error);
}

static void bind_clock(sqlite3_stmt *statement, const PsResponse *response)
{
    sqlite3_bind_int64(statement, 11, response->scheduled_ns);
    sqlite3_bind_int64(statement, 12, response->started_ns);
    bind_unless(statement, 13, response->first_token_ns, 0);
    sqlite3_bind_int64(statement, 14, response->finished_ns);
    sqlite3_bind_int(statement, 15, response->n_attempts);
    const GArray *gaps = response->token_gaps_us;
    if (gaps == NULL)
        sqlite3_bind_null(statement, 19);
    else
        sqlite3_bind_blob(statement, 19, gaps->data, (int)(gaps->len * sizeof(uint32_t)),
                          SQLITE_STATIC);
}

static bool
store_response(PsRunFile *run, const PsItem *item, const PsResponse *response, GError **error)
{
    sqlite3_stmt *statement = cached(run, PS_INSERT_RESPONSE, error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item->item_id);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)item->sample_id);
    sqlite3_bind_int(statement, 3, item->condition);
    sqlite3_bind_int(statement, 4, item->epoch);
    sqlite3_bind_blob(statement, 5, item->key, sizeof item->key, SQLITE_STATIC);
    ps_runfile_bind_text(statement, 6, ps_outcome_name(response->outcome));
    ps_runfile_bind_text(statement, 7, response->answer);
    ps_runfile_bind_text(statement, 8, response->error);
    ps_runfile_bind_text(statement, 9, response->raw);
    ps_runfile_bind_text(statement, 10, response->finish_reason);
    bind_clock(statement, response);
    bind_unless(statement, 16, response->input_tokens, -1);
    bind_unless(statement, 17, response->output_tokens, -1);
    bind_real(statement, 18, response->confidence);
    return ps_runfile_run_once(run, statement, error);
}

void ps_score_clear(PsScore *score)
{
    g_clear_pointer(&score->record, g_bytes_unref);
}

static bool store_score(PsRunFile *run, uint64_t item_id, const PsScore *score, GError **error)
{
    sqlite3_stmt *statement = cached(run, PS_INSERT_SCORE, error);
    if (statement == NULL) return false;
    int n_stats = score->definition->n_stats;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item_id);
    sqlite3_bind_int(statement, 2, score->metric);
    sqlite3_bind_double(statement, 3, score->stats[0]);
    bind_real(statement, 4, n_stats > 1 ? score->stats[1] : NAN);
    if (score->record != NULL)
        sqlite3_bind_blob64(statement, 5, g_bytes_get_data(score->record, NULL),
                            g_bytes_get_size(score->record), SQLITE_STATIC);
    else if (n_stats > 2)
        sqlite3_bind_blob(statement, 5, score->stats + 2, (n_stats - 2) * (int)sizeof(double),
                          SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, 5);
    return ps_runfile_run_once(run, statement, error);
}

static bool
store_slice(PsRunFile *run, uint64_t item_id, const PsItemSlice *slice, GError **error)
{
    sqlite3_stmt *statement = cached(run, PS_INSERT_SLICE, error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item_id);
    sqlite3_bind_int(statement, 2, slice->slicer);
    ps_runfile_bind_text(statement, 3, slice->key);
    bind_real(statement, 4, slice->value);
    return ps_runfile_run_once(run, statement, error);
}

static bool store_span(
    PsRunFile *run, uint64_t item_id, unsigned position, const PsSpan *span, GError **error)
{
    sqlite3_stmt *statement = cached(run, PS_INSERT_SPAN, error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item_id);
    sqlite3_bind_int64(statement, 2, position);
    ps_runfile_bind_text(statement, 3, span->name);
    sqlite3_bind_int64(statement, 4, span->start_ns);
    sqlite3_bind_int64(statement, 5, span->end_ns);
    ps_runfile_bind_text(statement, 6, span->detail);
    return ps_runfile_run_once(run, statement, error);
}

static bool insert_scores(
    PsRunFile *run, uint64_t item_id, const PsScore *scores, size_t n_scores, GError **error)
{
    for (size_t i = 0; i < n_scores; i++)
        if (!store_score(run, item_id, &scores[i], error)) return false;
    return true;
}

bool ps_runfile_store(PsRunFile *run,
                      const PsItem *item,
                      const PsSample *sample,
                      const PsResponse *response,
                      const PsScore *scores,
                      size_t n_scores,
                      const PsItemSlice *slices,
                      size_t n_slices,
                      GError **error)
{
    if (!ps_runfile_begin(run, error) || !store_sample(run, item, sample, error)
        || !store_response(run, item, response, error)
        || !insert_scores(run, item->item_id, scores, n_scores, error))
        return false;
    for (size_t i = 0; i < n_slices; i++)
        if (!store_slice(run, item->item_id, &slices[i], error)) return false;
    const GPtrArray *spans = response->spans;
    for (unsigned i = 0; spans != NULL && i < spans->len; i++)
        if (!store_span(run, item->item_id, i, spans->pdata[i], error)) return false;
    return true;
}

bool ps_runfile_store_scores(
    PsRunFile *run, uint64_t item_id, const PsScore *scores, size_t n_scores, GError **error)
{
    if (!ps_runfile_begin(run, error)) return false;
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "DELETE FROM score WHERE item_id = ?1", error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item_id);
    bool is_done = ps_runfile_run_once(run, statement, error);
    sqlite3_finalize(statement);
    return is_done && insert_scores(run, item_id, scores, n_scores, error);
}

static bool
insert_media(PsRunFile *run, const char *sha256, const PsMedia *media, GError **error)
{
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "INSERT OR IGNORE INTO media VALUES (?1, ?2, ?3)", error);
    if (statement == NULL) return false;
    size_t length;
    const void *bytes = g_bytes_get_data(media->bytes, &length);
    ps_runfile_bind_text(statement, 1, sha256);
    ps_runfile_bind_text(statement, 2, media->type);
    sqlite3_bind_blob64(statement, 3, bytes, length, SQLITE_STATIC);
    bool is_done = ps_runfile_run_once(run, statement, error);
    sqlite3_finalize(statement);
    return is_done;
}

bool ps_runfile_store_evidence(
    PsRunFile *run, uint64_t item_id, size_t part, const PsMedia *media, GError **error)
{
    g_autofree char *sha256 = ps_sha256_of_bytes(media->bytes);
    if (!ps_runfile_begin(run, error) || !insert_media(run, sha256, media, error)) return false;
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "INSERT OR REPLACE INTO evidence VALUES (?1, ?2, ?3)", error);
    if (statement == NULL) return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item_id);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)part);
    ps_runfile_bind_text(statement, 3, sha256);
    bool is_done = ps_runfile_run_once(run, statement, error);
    sqlite3_finalize(statement);
    return is_done;
}
