// Measuring: every row is parsed before the first is asked, so it is done by two threads. This
// one reads the text, hashes it and keeps the ids; a thread of the measurement parses the same
// blocks, one after the other, so that failures come in the order of their lines.
#include "datasets/shared/source.h"

#include "harness/id_set.h"
#include "harness/sha256.h"

#include <string.h>

#define BLOCK_BYTES ((size_t)112 << 10) // from 128 KB on malloc gives pages back each time
#define BLOCKS_AHEAD 8

// A piece of the text, cut anywhere and no longer changed, and what its parsing found.
typedef struct {
    char *text;
    size_t n_bytes;    // 0: the end, or not read
    GString *ids;      // of the rows that end in it, each with its zero byte
    GArray *lines;     // [size_t] where these are
    size_t n_unstated; // media parts that state no hash
    GError *failure;   // of reading it, or of its first damaged row
} Block;

static Block *block_new(void)
{
    Block *block = g_new(Block, 1);
    *block = (Block){.text = g_malloc(BLOCK_BYTES),
                     .ids = g_string_new(NULL),
                     .lines = g_array_new(FALSE, FALSE, sizeof(size_t))};
    return block;
}

static void block_free(Block *block)
{
    if (!block) return;
    g_free(block->text);
    g_string_free(block->ids, TRUE);
    g_array_unref(block->lines);
    g_clear_error(&block->failure);
    g_free(block);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Block, block_free)

// ---- the thread that parses

typedef struct {
    const PsSource *source;
    GAsyncQueue *blocks, *parsed; // of Block
    Block *block;                 // being parsed
    size_t n_taken;               // of its bytes
} Parser;

// More text is only asked for when all lines that end in the block are parsed.
static void block_take(Parser *parser)
{
    if (parser->block) g_async_queue_push(parser->parsed, parser->block);
    parser->block = g_async_queue_pop(parser->blocks);
    parser->n_taken = 0;
}

static bool parser_read(
    void *store, guint64 offset, void *buffer, size_t size, size_t *n_read, GError **error)
{
    (void)offset; // in order
    Parser *parser = store;
    if (!parser->block || parser->n_taken == parser->block->n_bytes) block_take(parser);
    Block *block = parser->block;
    if (block->failure) {
        g_propagate_error(error, g_steal_pointer(&block->failure));
        return false;
    }
    *n_read = MIN(size, block->n_bytes - parser->n_taken);
    memcpy(buffer, block->text + parser->n_taken, *n_read);
    parser->n_taken += *n_read;
    return true;
}

static void note_sample(Block *block, const PsSample *sample, size_t line)
{
    g_string_append_len(block->ids, sample->id, (gssize)strlen(sample->id) + 1);
    g_array_append_val(block->lines, line);
    for (size_t i = 0; i < sample->n_parts + sample->n_more_parts; i++)
        block->n_unstated += sample->parts[i].path && !sample->parts[i].sha256;
}

static void *parser_run(void *data)
{
    Parser *parser = data;
    GError *failure = NULL;
    PsSample *sample;
    PsLines lines;
    ps_lines_init(&lines, parser_read, parser);
    for (; (sample = ps_source_parse(parser->source, &lines, &failure)); ps_sample_free(sample))
        note_sample(parser->block, sample, lines.number);
    parser->block->failure = failure;
    g_async_queue_push(parser->parsed, parser->block);
    ps_lines_clear(&lines);
    return NULL;
}

// ---- this thread

typedef struct {
    PsSource *source;
    PsSha256 *checksum; // NULL before the first block, and there is always one
    PsIdSet *ids;
    size_t n_samples, n_unstated;
} Measure;

static Block *block_read(const Measure *measure, guint64 offset)
{
    const PsSource *source = measure->source;
    Block *block = block_new();
    if (!source->functions->read(source->store, offset, block->text, BLOCK_BYTES,
                                 &block->n_bytes, &block->failure))
        block->n_bytes = 0;
    return block;
}

// While it is being parsed. The first hash of a process takes a millisecond to prepare.
static void block_hash(Measure *measure, const Block *block)
{
    if (!measure->checksum) measure->checksum = ps_sha256_new();
    ps_sha256_update(measure->checksum, block->text, block->n_bytes);
}

static bool block_note(Measure *measure, Block *block, GError **error)
{
    const char *id = block->ids->str;
    for (guint i = 0; i < block->lines->len; i++, id += strlen(id) + 1) {
        const size_t line = g_array_index(block->lines, size_t, i);
        const size_t first = ps_id_set_add(measure->ids, id, strlen(id), line);
        if (first)
            return ps_fail(error, PS_ERROR_DATA,
                           "%s: sample \"%s\" is there twice: lines %zu and %zu",
                           measure->source->rows_name, id, first, line);
    }
    measure->n_samples += block->lines->len;
    measure->n_unstated += block->n_unstated;
    if (!block->failure) return true;
    g_propagate_error(error, g_steal_pointer(&block->failure));
    return false;
}

static bool blocks_measure(Measure *measure, Parser *parser, GError **error)
{
    guint64 offset = 0;
    bool is_read = false, is_parsed = false;
    for (size_t n_ahead = 0; !is_parsed;) {
        if (!is_read) {
            Block *block = block_read(measure, offset);
            offset += block->n_bytes;
            is_read = block->n_bytes == 0;
            g_async_queue_push(parser->blocks, block);
            block_hash(measure, block);
            if (++n_ahead < BLOCKS_AHEAD && !is_read) continue;
        }
        g_autoptr(Block) block = g_async_queue_pop(parser->parsed);
        n_ahead--;
        if (!block_note(measure, block, error)) return false;
        is_parsed = block->n_bytes == 0;
    }
    return true;
}

static void block_destroy(void *block)
{
    block_free(block);
}

static bool measure_rows(Measure *measure, GError **error)
{
    Parser parser = {.source = measure->source,
                     .blocks = g_async_queue_new_full(block_destroy),
                     .parsed = g_async_queue_new_full(block_destroy)};
    GThread *thread = g_thread_try_new("rows", parser_run, &parser, error);
    const bool is_measured = thread && blocks_measure(measure, &parser, error);
    if (!is_measured) g_async_queue_push(parser.blocks, block_new()); // the end
    if (thread) g_thread_join(thread);
    g_async_queue_unref(parser.blocks);
    g_async_queue_unref(parser.parsed);
    return is_measured;
}

// What the rows leave unsaid: "path, zero byte, hash" of each media part that states no hash.
static bool measure_media(Measure *measure, const PsSample *sample, GError **error)
{
    for (size_t i = 0; i < sample->n_parts + sample->n_more_parts; i++) {
        const PsPart *part = &sample->parts[i];
        g_autofree char *sha256 = NULL;
        if (!part->path || part->sha256) continue;
        g_autoptr(GBytes) bytes = ps_source_load_hashed(measure->source, part, &sha256, error);
        if (!bytes) {
            g_prefix_error(error, "%s:%zu: sample \"%s\": ", measure->source->rows_name,
                           measure->source->lines.number, sample->id);
            return false;
        }
        ps_sha256_update(measure->checksum, part->path, strlen(part->path) + 1);
        ps_sha256_update(measure->checksum, sha256, strlen(sha256));
    }
    return true;
}

static bool measure_all_media(Measure *measure, GError **error)
{
    GError *failure = NULL;
    for (;;) {
        g_autoptr(PsSample) sample = ps_source_next(measure->source, &failure);
        if (sample && measure_media(measure, sample, &failure)) continue;
        if (!failure) return true;
        g_propagate_error(error, failure);
        return false;
    }
}

// Two passes, the second only if it is needed, so that no list of media has to be kept.
static bool measure_all(Measure *measure, GError **error)
{
    if (!measure_rows(measure, error)) return false;
    ps_lines_rewind(&measure->source->lines);
    return measure->n_unstated == 0 || measure_all_media(measure, error);
}

bool ps_source_measure(void *state, size_t *n_samples, char **sha256, GError **error)
{
    Measure measure = {.source = state, .ids = ps_id_set_new()};
    const bool is_measured = measure_all(&measure, error);
    ps_lines_rewind(&measure.source->lines);
    if (is_measured) {
        *n_samples = measure.n_samples;
        *sha256 = ps_sha256_finish(measure.checksum);
    }
    ps_id_set_free(measure.ids);
    ps_sha256_free(measure.checksum);
    return is_measured;
}
