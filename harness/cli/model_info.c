#include "harness/cli/model_info.h"

#include "adapters/shared/engine_media.h"
#include "engine/chat.h"
#include "reports/shared/text.h"
#include "reports/shared/text_table.h"

#include <string.h>
#include <unistd.h>

#define TYPES_MOST 64 // numbers of types, as in the file
#define SHOWN_MOST 8  // values of an array

// ---- text from the file, which may hold anything

static char *plain(PeString string)
{
    g_autofree char *text = g_strndup(string.bytes, MIN(string.n_bytes, 4096));
    return ps_text_plain(text, PS_TEXT_MAX_NAME_CHARS);
}

// The text of a key, or "". The caller's.
static char *text_of(const PeGguf *gguf, const char *key)
{
    PeString value;
    return pe_gguf_string(gguf, key, &value, NULL) ? plain(value) : g_strdup("");
}

// "llama.block_count" of the part that prefix names; -1 if it is not there.
static double number_of(const PeGguf *gguf, const char *prefix, const char *name)
{
    g_autofree char *key = g_strconcat(prefix, ".", name, NULL);
    const PeGgufEntry *entry = pe_gguf_find(gguf, key);
    const bool is_number =
        entry != NULL && entry->type != PE_GGUF_ARRAY && entry->type != PE_GGUF_STRING;
    return is_number ? pe_gguf_entry_number(entry, 0) : -1;
}

static void print_number(FILE *out, const char *what, double number)
{
    if (number >= 0) fprintf(out, ", %s %.6g", what, number);
}

// ---- parts

typedef struct {
    const char *what, *name;
} Size;

static const Size decoder_sizes[] = {
    {"layers", "block_count"},
    {"width", "embedding_length"},
    {"heads", "attention.head_count"},
    {"key heads", "attention.head_count_kv"},
    {"feed-forward", "feed_forward_length"},
    {"context", "context_length"},
    {"rope base", "rope.freq_base"},
};

static const Size encoder_sizes[] = {
    {"layers", "block_count"},         {"width", "embedding_length"},
    {"heads", "attention.head_count"}, {"feed-forward", "feed_forward_length"},
    {"picture", "image_size"},         {"patch", "patch_size"},
    {"mel bins", "num_mel_bins"},      {"rows as wide as", "projection_dim"},
};

static void
print_sizes(FILE *out, const PeGguf *gguf, const char *prefix, const Size *sizes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        print_number(out, sizes[i].what, number_of(gguf, prefix, sizes[i].name));
    fputc('\n', out);
}

static void print_decoder(FILE *out, const PeGguf *gguf, const char *architecture)
{
    g_autofree char *tokenizer = text_of(gguf, "tokenizer.ggml.model");
    g_autofree char *words = text_of(gguf, "tokenizer.ggml.pre");
    const PeGgufEntry *tokens = pe_gguf_find(gguf, "tokenizer.ggml.tokens");
    const bool is_cross = strcmp(architecture, "llama-cross") == 0; // a llama with blocks
    const char *prefix = is_cross ? "llama" : architecture;
    fputs("  language model", out);
    print_sizes(out, gguf, prefix, decoder_sizes, G_N_ELEMENTS(decoder_sizes));
    fprintf(out, "  tokenizer %s, words %s, %zu tokens, chat template: %s\n", tokenizer, words,
            tokens != NULL ? tokens->n : 0,
            pe_gguf_find(gguf, "tokenizer.chat_template") != NULL ? "yes" : "no");
}

static void print_encoder(FILE *out, const PeGguf *gguf, const char *sense)
{
    g_autofree char *flag = g_strdup_printf("clip.has_%s_encoder", sense);
    g_autofree char *prefix = g_strconcat("clip.", sense, NULL);
    g_autofree char *key = g_strconcat(prefix, ".projector_type", NULL);
    bool has = false;
    if (!pe_gguf_bool_or(gguf, flag, false, &has, NULL) || !has) return;
    g_autofree char *own = text_of(gguf, key);
    g_autofree char *common = text_of(gguf, "clip.projector_type");
    fprintf(out, "  %s encoder, projector %s", sense, *own ? own : common);
    print_sizes(out, gguf, prefix, encoder_sizes, G_N_ELEMENTS(encoder_sizes));
}

static void print_weights(FILE *out, const PeGguf *gguf)
{
    size_t n_tensors[TYPES_MOST] = {0}, n_bytes[TYPES_MOST] = {0}, n_values = 0;
    for (size_t i = 0; i < pe_gguf_n_tensors(gguf); i++) {
        const PeTensor *tensor = pe_gguf_tensor(gguf, i);
        if ((unsigned)tensor->type >= TYPES_MOST) continue;
        n_tensors[tensor->type]++;
        n_bytes[tensor->type] += tensor->n_bytes;
        n_values += tensor->n_values;
    }
    fprintf(out, "  %.6g million weights", (double)n_values * 1e-6);
    for (int type = 0; type < TYPES_MOST; type++) {
        if (n_tensors[type] == 0) continue;
        g_autofree char *size = g_format_size(n_bytes[type]);
        fprintf(out, ", %zu tensors of %s (%s)", n_tensors[type], pe_type_name((PeType)type),
                size);
    }
    fputc('\n', out);
}

// With how much memory beside the mapped weights the engine runs it.
static void print_memory(FILE *out, const PeModel *model)
{
    const PeDecoder *decoder = &model->decoder;
    const PeWorkOptions options = {.level = pe_level_default(),
                                   .n_threads = 1,
                                   .n_rows_most = 512,
                                   .n_positions = decoder->n_positions_most};
    g_autofree char *cache = g_format_size(pe_cache_bytes(decoder, decoder->n_positions_most));
    g_autofree char *work = g_format_size(pe_work_bytes(decoder, &options));
    fprintf(out, "  runs here (%s): %s for keys and values of %zu positions, ",
            pe_level_name(options.level), cache, decoder->n_positions_most);
    if (decoder->has_cross) {
        g_autofree char *media = g_format_size(
            pe_cross_media_bytes(&model->cross, decoder, decoder->n_positions_most));
        fprintf(out, "%s for as many rows of media, ", media);
    }
    fprintf(out, "%s to work in\n", work);
}

// Whether it can be run and served: that takes a network, tokens and a template that are known.
static void print_fitness(FILE *out, const char *path)
{
    PeError problem = {0};
    PeModel *model = pe_model_open(path, &problem);
    if (model != NULL && pe_chat_of(model, &problem) != NULL) {
        print_memory(out, model);
    } else {
        g_autofree char *why = ps_text_plain(problem.message, PS_TEXT_MAX_NAME_CHARS);
        fprintf(out, "  does not run here: %s\n", why);
    }
    pe_model_free(model);
}

// ---- everything

static void print_value(FILE *out, const PeGgufEntry *entry)
{
    if (entry->type == PE_GGUF_STRING || entry->element_type == PE_GGUF_STRING) {
        fprintf(out, " (%zu)", entry->n);
        return;
    }
    for (size_t i = 0; i < MIN(entry->n, SHOWN_MOST); i++)
        fprintf(out, " %.9g", pe_gguf_entry_number(entry, i));
    if (entry->n > SHOWN_MOST) fprintf(out, " … (%zu)", entry->n);
}

static void print_all(FILE *out, const PeGguf *gguf)
{
    for (size_t i = 0; i < pe_gguf_n_entries(gguf); i++) {
        const PeGgufEntry *entry = pe_gguf_entry(gguf, i);
        g_autofree char *key = plain(entry->key);
        fprintf(out, "  %s: %s", key, pe_gguf_type_name(entry->element_type));
        if (entry->type == PE_GGUF_STRING) {
            g_autofree char *text = text_of(gguf, key);
            fprintf(out, " %s\n", text);
            continue;
        }
        print_value(out, entry);
        fputc('\n', out);
    }
    for (size_t i = 0; i < pe_gguf_n_tensors(gguf); i++) {
        const PeTensor *tensor = pe_gguf_tensor(gguf, i);
        g_autofree char *name = ps_text_plain(tensor->name, PS_TEXT_MAX_NAME_CHARS);
        fprintf(out, "  %s: %s [", name, pe_type_name(tensor->type));
        for (size_t d = 0; d < tensor->n_dims; d++)
            fprintf(out, d > 0 ? ", %zu" : "%zu", tensor->shape[d]);
        fputs("]\n", out);
    }
}

bool ps_model_info(const char *path, bool with_all, FILE *out, GError **error)
{
    PeError problem = {0};
    const bool is_there = access(path, R_OK) == 0;
    PeGguf *gguf = is_there ? pe_gguf_open(path, &problem) : NULL;
    if (!is_there) return ps_fail(error, PS_ERROR_NO_INPUT, "%s: %s", path, g_strerror(errno));
    if (gguf == NULL) return ps_engine_fail(error, PS_ERROR_DATA, NULL, &problem);
    g_autofree char *architecture = text_of(gguf, "general.architecture");
    g_autofree char *name = text_of(gguf, "general.name");
    fprintf(out, "%s: GGUF 3, architecture %s%s%s, %zu keys, %zu tensors\n", path, architecture,
            *name ? ", " : "", name, pe_gguf_n_entries(gguf), pe_gguf_n_tensors(gguf));
    const bool is_encoder = strcmp(architecture, "clip") == 0;
    if (!is_encoder) print_decoder(out, gguf, architecture);
    if (is_encoder) print_encoder(out, gguf, "vision");
    if (is_encoder) print_encoder(out, gguf, "audio");
    print_weights(out, gguf);
    if (!is_encoder) print_fitness(out, path);
    if (with_all) print_all(out, gguf);
    pe_gguf_free(gguf);
    return true;
}
