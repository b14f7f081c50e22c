// Fusion by cross-attention: the second way to bring media to a language model, of our own, in
// the manner of Flamingo (Alayrac et al. 2022). Where early fusion puts an encoder's rows among
// the positions, here they stay outside, and blocks between the decoder's layers read them: a
// picture takes no room in the context.
//
//     sizes as in decoder.h; m rows of media as wide as the model, [m, d]
//
//     before some of the layers
//         a[n, d]      = rms_norm(x) · attention_norm
//         c[m, d]      = rms_norm(media) · media_norm
//         q[n, h·e]    = a · queryᵀ
//         k, v[m, g·e] = c · keyᵀ, c · valueᵀ
//         x           += tanh(α) · softmax(q · kᵀ / √e) · v · outputᵀ
//         b[n, d]      = rms_norm(x) · feed_norm
//         x           += tanh(β) · (silu(b · gateᵀ) · (b · upᵀ)) · downᵀ
//
// A position sees the media that stand before it in the prompt, whole. One that sees none skips
// the block: a prompt without media, or α = β = 0, gives the decoder's own logits.
//
// In a GGUF file of general.architecture "llama-cross", beside what "llama" has:
//
//     cross.layers                        i32[]   the layers before which a block stands,
//                                                 ascending, counted from 0
//     cross.i.attn_norm.weight            [d]     block i of them
//     cross.i.media_norm.weight           [d]
//     cross.i.attn_q.weight               [h·e, d]
//     cross.i.attn_{k,v}.weight           [g·e, d]
//     cross.i.attn_output.weight          [d, h·e]
//     cross.i.attn_scale.weight           [1]     α
//     cross.i.ffn_norm.weight             [d]
//     cross.i.ffn_{gate,up}.weight        [f, d]
//     cross.i.ffn_down.weight             [d, f]
//     cross.i.ffn_scale.weight            [1]     β
#pragma once

#include "engine/decoder.h"
#include "engine/prompt.h"
#include "engine/tokenizer.h"

typedef struct {
    size_t layer;                // before which it stands
    const float *attention_norm; // [d]
    const float *media_norm;     // [d]
    PeMatrix query;              // [h·e, d]
    PeMatrix key, value;         // [g·e, d]
    PeMatrix output;             // [d, h·e]
    float attention_scale;       // tanh(α)
    const float *feed_norm;      // [d]
    PeMatrix gate, up;           // [f, d]
    PeMatrix down;               // [d, f]
    float feed_scale;            // tanh(β)
} PeCrossBlock;

// Immutable; threads share it without locks.
typedef struct {
    size_t n_blocks;
    PeCrossBlock *blocks; // [n_blocks]
} PeCross;

// Finds the blocks in gguf, which stay borrowed. False if a size or tensor is wrong, or a
// tensor cross.* is left over.
bool pe_cross_init(PeCross *cross,
                   const PeDecoder *decoder,
                   const PeGguf *gguf,
                   PeError *error);
void pe_cross_clear(PeCross *cross);

// ---- The media of a sequence, as the blocks see them

typedef struct {
    size_t n_rows_most, n_rows;
    size_t *positions; // [n_rows_most] from which on a row is seen; ascending
    float *keys;       // [n_blocks, n_rows_most, g·e]
    float *values;     // [n_blocks, n_rows_most, g·e]
} PeCrossMedia;

size_t pe_cross_media_bytes(const PeCross *cross, const PeDecoder *decoder, size_t n_rows_most);
bool pe_cross_media_init(PeCrossMedia *media,
                         const PeCross *cross,
                         const PeDecoder *decoder,
                         size_t n_rows_most,
                         PeError *error);
void pe_cross_media_clear(PeCrossMedia *media);

// Adds rows[n, d] that are seen from position on, which is not before the last added. Works in
// work. False if there is no room for them.
bool pe_cross_media_add(PeCrossMedia *media,
                        const PeCross *cross,
                        const PeDecoder *decoder,
                        PeWork *work,
                        const float *rows,
                        size_t n,
                        size_t position,
                        PeError *error);

// The same for all media of prompt; its tokens, which are the positions, are added to tokens.
bool pe_cross_media_add_prompt(PeCrossMedia *media,
                               const PeCross *cross,
                               const PeDecoder *decoder,
                               PeWork *work,
                               const PePrompt *prompt,
                               PeTokens *tokens,
                               PeError *error);

// As pe_decoder_run; media[n_spans] belong to the sequences of the spans, and none has more
// rows than the n_positions that work was made for.
bool pe_cross_run(const PeCross *cross,
                  const PeDecoder *decoder,
                  PeWork *work,
                  const PeSpan *spans,
                  const PeCrossMedia *const *media,
                  size_t n_spans,
                  bool (*should_stop)(void *data),
                  void *data);
