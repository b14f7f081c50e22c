#include "harness/stats/sort.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum { N_BYTES = 8, N_DIGITS = 256, FEW = 64 };

// Records of one or two words, sorted back and forth between two buffers.
typedef struct {
    uint64_t *from, *to; // [n_records][n_words]
    size_t n_records, n_words;
} Records;

// ---- Numbers as words that compare alike

static const uint64_t sign_bit = UINT64_C(1) << 63;

static uint64_t word_of(double number)
{
    const double positive_zero = number + 0.0;
    uint64_t bits;
    memcpy(&bits, &positive_zero, sizeof bits);
    return bits & sign_bit ? ~bits : bits | sign_bit;
}

static double number_of(uint64_t word)
{
    const uint64_t bits = word & sign_bit ? word & ~sign_bit : ~word;
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

// ---- Sorting by the bytes of a word, the lowest first

typedef size_t Counts[N_BYTES][N_DIGITS];

static size_t digit_of(uint64_t word, size_t byte)
{
    return (word >> (8 * byte)) & (N_DIGITS - 1);
}

static void records_count(const Records *records, size_t word, Counts counts)
{
    memset(counts, 0, sizeof(Counts));
    for (size_t i = 0; i < records->n_records; i++) {
        const uint64_t value = records->from[i * records->n_words + word];
        for (size_t byte = 0; byte < N_BYTES; byte++)
            counts[byte][digit_of(value, byte)]++;
    }
}

// One stable pass. starts[N_DIGITS] is where the next record with each digit goes.
static void records_scatter(Records *records, size_t word, size_t byte, size_t *starts)
{
    const size_t n_words = records->n_words;
    for (size_t i = 0; i < records->n_records; i++) {
        const uint64_t *record = &records->from[i * n_words];
        const size_t place = starts[digit_of(record[word], byte)]++;
        for (size_t j = 0; j < n_words; j++)
            records->to[place * n_words + j] = record[j];
    }
    uint64_t *sorted = records->to;
    records->to = records->from;
    records->from = sorted;
}

static void records_sort_by(Records *records, size_t word)
{
    Counts counts;
    records_count(records, word, counts);
    for (size_t byte = 0; byte < N_BYTES; byte++) {
        size_t next = 0;
        bool all_alike = false;
        for (size_t digit = 0; digit < N_DIGITS; digit++) {
            const size_t count = counts[byte][digit];
            all_alike = all_alike || count == records->n_records;
            counts[byte][digit] = next;
            next += count;
        }
        if (!all_alike) records_scatter(records, word, byte, counts[byte]);
    }
}

static void insertion_sort(uint64_t *words, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t word = words[i];
        size_t place = i;
        for (; place > 0 && words[place - 1] > word; place--)
            words[place] = words[place - 1];
        words[place] = word;
    }
}

// Sorts words[n_records][n_words] by the first word, then by the next.
static void records_sort(uint64_t *words, size_t n_records, size_t n_words)
{
    if (n_words == 1 && n_records <= FEW) {
        insertion_sort(words, n_records);
        return;
    }
    const size_t n_all = n_records * n_words;
    g_autofree uint64_t *space = g_new(uint64_t, n_all);
    Records records = {words, space, n_records, n_words};
    for (size_t word = n_words; word-- > 0;)
        records_sort_by(&records, word);
    if (records.from != words) memcpy(words, records.from, n_all * sizeof *words);
}

static void numbers_sort(double *numbers, size_t n_records, size_t n_words)
{
    const size_t n_numbers = n_records * n_words;
    g_autofree uint64_t *words = g_new0(uint64_t, n_numbers);
    for (size_t i = 0; i < n_numbers; i++)
        words[i] = word_of(numbers[i]);
    records_sort(words, n_records, n_words);
    for (size_t i = 0; i < n_numbers; i++)
        numbers[i] = number_of(words[i]);
}

void ps_sort_words(uint64_t *words, size_t n_words)
{
    if (n_words > 1) records_sort(words, n_words, 1);
}

void ps_sort(double *values, size_t n_values)
{
    if (n_values > 1) numbers_sort(values, n_values, 1);
}

void ps_sort_pairs(PsPair *pairs, size_t n_pairs)
{
    if (n_pairs > 1) numbers_sort(&pairs->key, n_pairs, 2);
}
