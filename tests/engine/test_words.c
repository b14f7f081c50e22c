#include "engine/unicode.h"
#include "engine/words.h"

#include <criterion/criterion.h>
#include <string.h>

// Cuts text and joins the words with '|'.
static const char *cut(PeWords words, const char *text)
{
    static char joined[512];
    size_t n = 0;
    for (const char *at = text; *at != '\0';) {
        const size_t n_word = pe_word_bytes(words, at, strlen(at));
        if (n > 0) joined[n++] = '|';
        memcpy(joined + n, at, n_word);
        n += n_word;
        at += n_word;
    }
    joined[n] = '\0';
    return joined;
}

Test(words, gpt2_puts_one_space_before_a_word)
{
    cr_assert_str_eq(cut(PE_WORDS_GPT2, "It's  a 42nd try..."), "It|'s| | a| 42|nd| try|...");
    cr_assert_str_eq(cut(PE_WORDS_GPT2, "  x  "), " | x|  ");
    cr_assert_str_eq(cut(PE_WORDS_GPT2, "a\n\nb \t"), "a|\n|\n|b| \t");
    cr_assert_str_eq(cut(PE_WORDS_GPT2, "IT'S don't"), "IT|'|S| don|'t");
}

Test(words, smollm_has_one_digit_a_word)
{
    cr_assert_str_eq(cut(PE_WORDS_SMOLLM, "say 42, ２½x"), "say| |4|2|,| |２|½|x");
    cr_assert_str_eq(cut(PE_WORDS_SMOLLM, "a  1"), "a|  |1");
}

Test(words, llama_takes_three_digits_and_line_breaks)
{
    cr_assert_str_eq(cut(PE_WORDS_LLAMA_BPE, "1234567 I'LL go"), "123|456|7| I|'LL| go");
    cr_assert_str_eq(cut(PE_WORDS_LLAMA_BPE, "(a) b!\n\n c \n d"), "(a|)| b|!\n\n| c| \n| d");
    cr_assert_str_eq(cut(PE_WORDS_LLAMA_BPE, "\tx  y "), "\tx| | y| ");
}

Test(words, letters_of_all_scripts_are_letters)
{
    cr_assert_str_eq(cut(PE_WORDS_GPT2, "naïve 日本語 привет"), "naïve| 日本語| привет");
    // A combining vowel sign is a mark, no letter.
    cr_assert_str_eq(cut(PE_WORDS_GPT2, "हि"), "ह|ि");
}

Test(words, any_bytes_are_cut)
{
    cr_assert_eq(pe_word_bytes(PE_WORDS_GPT2, "\xff\xfe", 2), 2);
    cr_assert_eq(pe_word_bytes(PE_WORDS_LLAMA_BPE, "\xe6\x97", 2), 2);
    cr_assert_eq(pe_word_bytes(PE_WORDS_SMOLLM, " ", 1), 1);
}

Test(unicode, forms_that_are_not_valid_are_no_characters)
{
    static const char *const wrong[] = {"\x80",         "\xc0\x80",
                                        "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                        "\xe0\x80\x80", "\xf8\x88\x80\x80\x80",
                                        "\xc3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const PeCharacter c = pe_character_at(wrong[i], strlen(wrong[i]));
        cr_assert_eq(c.code, PE_NO_CHARACTER, "%zu", i);
        cr_assert_eq(c.n_bytes, 1);
    }
}

Test(unicode, what_is_written_is_read)
{
    static const uint32_t codes[] = {0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff};
    char text[4];
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const size_t n = pe_character_write(codes[i], text);
        const PeCharacter c = pe_character_at(text, n);
        cr_assert_eq(c.code, codes[i]);
        cr_assert_eq(c.n_bytes, n);
    }
}

Test(unicode, classes_are_those_of_unicode)
{
    cr_assert_eq(pe_character_class('a'), PE_CLASS_LETTER);
    cr_assert_eq(pe_character_class(0x4e00), PE_CLASS_LETTER);
    cr_assert_eq(pe_character_class(0x9fff), PE_CLASS_LETTER);
    cr_assert_eq(pe_character_class(0x0660), PE_CLASS_NUMBER);
    cr_assert_eq(pe_character_class(0x00bd), PE_CLASS_NUMBER);
    cr_assert_eq(pe_character_class(0x3000), PE_CLASS_SPACE);
    cr_assert_eq(pe_character_class(0x200b), PE_CLASS_OTHER); // zero width space
    cr_assert_eq(pe_character_class(0x10ffff), PE_CLASS_OTHER);
    cr_assert_eq(pe_character_class(PE_NO_CHARACTER), PE_CLASS_OTHER);
}
