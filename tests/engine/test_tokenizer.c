#include "engine/tokenizer.h"
#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static PeTokens tokens_of(const PeModel *model, const char *text, bool with_control)
{
    PeError error;
    PeTokens tokens = {0};
    cr_assert(pe_tokenize(model->vocabulary, text, strlen(text), with_control, &tokens, &error),
              "%s", error.message);
    return tokens;
}

// The bytes of all tokens, one after another.
static size_t bytes_of(const PeModel *model, const PeTokens *tokens, char *bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < tokens->n; i++) {
        const PeString piece = pe_token_bytes(model->vocabulary, tokens->ids[i], true);
        memcpy(bytes + n, piece.bytes, piece.n_bytes);
        n += piece.n_bytes;
    }
    return n;
}

Test(tokenizer, control_tokens_are_found_only_when_wanted)
{
    PeModel *model = fixture_open(FIXTURE_Q8);
    const char *const text = "<|im_start|>a<|im_end|>";
    PeTokens with = tokens_of(model, text, true), without = tokens_of(model, text, false);
    cr_assert_eq(with.n, 3);
    cr_assert_eq(with.ids[0], pe_token_find_text(model->vocabulary, "<|im_start|>"));
    cr_assert_eq(with.ids[2], pe_token_find_text(model->vocabulary, "<|im_end|>"));
    cr_assert_gt(without.n, 10);
    pe_tokens_clear(&with);
    pe_tokens_clear(&without);
    pe_model_free(model);
}

Test(tokenizer, the_bytes_of_tokens_are_the_text)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "\n\n",
                                        "It's  a naïve café — 3 × 17\n\nyes",
                                        "日本語\xff\x80 \xf0\x9f\x98\x80",
                                        "<|im_end|> <row_1_col_1>"};
    PeModel *model = fixture_open(FIXTURE_F32);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int with_control = 0; with_control < 2; with_control++) {
            char bytes[256];
            PeTokens tokens = tokens_of(model, texts[i], with_control);
            const size_t n = bytes_of(model, &tokens, bytes);
            cr_assert_eq(n, strlen(texts[i]));
            cr_assert_arr_eq(bytes, texts[i], n);
            pe_tokens_clear(&tokens);
        }
    pe_model_free(model);
}

Test(tokenizer, a_control_token_says_nothing)
{
    PeModel *model = fixture_open(FIXTURE_Q8);
    const int32_t token = pe_token_find_text(model->vocabulary, "<|im_end|>");
    cr_assert_eq(pe_token_bytes(model->vocabulary, token, false).n_bytes, 0);
    cr_assert(pe_token_is_end(model->vocabulary, token));
    cr_assert_not(pe_token_is_end(model->vocabulary, 200));
    pe_model_free(model);
}

Test(tokenizer, a_long_word_takes_no_square_of_its_length, .timeout = 20)
{
    const size_t n = 4 << 20;
    char *text = malloc(n);
    PeError error;
    PeTokens tokens = {0};
    PeModel *model = fixture_open(FIXTURE_Q8);
    for (size_t i = 0; i < n; i++)
        text[i] = "the answer"[i % 10] == ' ' ? 'e' : "the answer"[i % 10];
    cr_assert(pe_tokenize(model->vocabulary, text, n, true, &tokens, &error));
    cr_assert_lt(tokens.n, n);
    pe_tokens_clear(&tokens);
    free(text);
    pe_model_free(model);
}
