#include "harness/series.h"

#include "harness/error.h"
#include "video_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static PsSeries *decode(const char *csv)
{
    g_autoptr(PsMedia) media = series_fixture(csv);
    g_autoptr(GError) error = NULL;
    PsSeries *series = ps_series_decode(media, &error);
    cr_assert(series != NULL, "%s", error != NULL ? error->message : "");
    return series;
}

Test(series, csv_has_names_units_rate_and_missing_values)
{
    g_autoptr(PsSeries) series =
        decode("\xef\xbb\xbftime,temperature [°C],\"humidity, outside (%)\"\r\n"
               "0,20.5,40\r\n0.5,,41\r\n1,nan,42\r\n");
    cr_assert_eq(series->n_channels, 2);
    cr_assert_eq(series->n_rows, 3);
    cr_expect_float_eq(series->rate_hz, 2, 1e-12);
    cr_expect_str_eq(series->channels[0].name, "temperature");
    cr_expect_str_eq(series->channels[0].unit, "°C");
    cr_expect_str_eq(series->channels[1].name, "humidity, outside");
    cr_expect_str_eq(series->channels[1].unit, "%");
    cr_expect_eq(series->channels[0].values[0], 20.5);
    cr_expect(isnan(series->channels[0].values[1]) && isnan(series->channels[0].values[2]));
    cr_expect_eq(series->channels[1].values[2], 42);
}

Test(series, csv_without_names_and_with_other_separators)
{
    g_autoptr(PsSeries) plain = decode("# rate_hz: 100\n1;2\n3;4\n");
    cr_expect_eq(plain->n_channels, 2);
    cr_expect_eq(plain->n_rows, 2);
    cr_expect_eq(plain->rate_hz, 100);
    cr_expect_str_eq(plain->channels[0].name, "");
    g_autoptr(PsSeries) uneven = decode("t\tx\n0\t1\n1\t2\n5\t3\n"); // no rate: t is a channel
    cr_expect_eq(uneven->n_channels, 2);
    cr_expect_eq(uneven->rate_hz, 0);
}

Test(series, what_is_no_series_is_an_error_that_names_the_line)
{
    static const struct {
        const char *csv, *problem;
    } cases[] = {
        {"a,b\n1,2\n3\n", "line 3 has 1 cells of 2"},
        {"a,b\n1,2,3\n", "line 2 has more than 2 cells"},
        {"a,b\n", "no rows"},
        {"# only a comment\n", "empty"},
        {"\n\n", "empty"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PsMedia) media = series_fixture(cases[i].csv);
        g_autoptr(GError) error = NULL;
        cr_expect_null(ps_series_decode(media, &error));
        cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA), "%s", cases[i].csv);
        cr_expect(strstr(error->message, cases[i].problem) != NULL, "%s", error->message);
    }
    g_autoptr(GBytes) zeros = g_bytes_new_static("a\0b", 3);
    g_autoptr(PsMedia) binary = ps_media_new(zeros, "text/csv", NULL);
    g_autoptr(GError) error = NULL;
    cr_expect_null(ps_series_decode(binary, &error));
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
}

static void expect_same(const PsSeries *a, const PsSeries *b)
{
    cr_assert_eq(a->n_channels, b->n_channels);
    cr_assert_eq(a->n_rows, b->n_rows);
    cr_expect_float_eq(a->rate_hz, b->rate_hz, 1e-9);
    for (size_t c = 0; c < a->n_channels; c++) {
        cr_expect_str_eq(a->channels[c].name, b->channels[c].name);
        cr_expect_str_eq(a->channels[c].unit, b->channels[c].unit);
        cr_assert_eq(a->channels[c].words != NULL, b->channels[c].words != NULL);
        for (size_t row = 0; row < a->n_rows; row++) {
            if (a->channels[c].words != NULL) {
                cr_expect_eq(g_strcmp0(a->channels[c].words[row], b->channels[c].words[row]),
                             0);
                continue;
            }
            double x = a->channels[c].values[row], y = b->channels[c].values[row];
            cr_expect((isnan(x) && isnan(y)) || x == y, "%zu, %zu: %g, %g", c, row, x, y);
        }
    }
}

static void expect_round_trip(const char *csv, const char *type)
{
    g_autoptr(PsSeries) series = decode(csv);
    g_autoptr(GError) error = NULL;
    g_autoptr(PsMedia) encoded = ps_series_encode(series, type, &error);
    cr_assert(encoded != NULL, "%s", error != NULL ? error->message : "");
    g_autoptr(PsMedia) again = ps_series_encode(series, type, NULL);
    cr_expect(g_bytes_equal(encoded->bytes, again->bytes), "%s: not the same bytes", type);
    cr_expect_str_eq(ps_series_type(encoded), type);
    g_autoptr(PsSeries) read = ps_series_decode(encoded, &error);
    cr_assert(read != NULL, "%s", error != NULL ? error->message : "");
    expect_same(series, read);
}

Test(series, reads_back_as_it_was_written)
{
    static const char *const cases[] = {
        "time [s],a [V],b (m/s²)\n3,0.1,\n3.25,1e-300,2\n3.5,-7,nan\n",
        "# rate_hz: 0.1\nx\n1\nnan\n3\n",
        "a,b\n1,2\n",
        "a,who\n1,\"Ada, \"\"the first\"\"\"\n2,\n3,Zoë\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        expect_round_trip(cases[i], "text/csv");
        expect_round_trip(cases[i], "application/x-hdf5");
    }
}

Test(series, a_column_of_times_stays_one)
{
    g_autoptr(PsSeries) series = decode("time [s],a\n3,1\n3.5,2\n");
    g_autoptr(PsMedia) encoded = ps_series_encode(series, "text/csv", NULL);
    size_t length;
    const char *text = g_bytes_get_data(encoded->bytes, &length);
    cr_expect_eq(strncmp(text, "time [s],a\n3,1\n3.5,2\n", length), 0, "%.*s", (int)length,
                 text);
}

Test(series, damaged_hdf5_is_an_error)
{
    g_autoptr(PsSeries) series = decode("a,b\n1,2\n3,4\n");
    g_autoptr(PsMedia) whole = ps_series_encode(series, "application/x-hdf5", NULL);
    g_autoptr(PsMedia) half = truncated(whole);
    g_autoptr(GError) error = NULL;
    cr_expect_null(ps_series_decode(half, &error));
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
}

Test(series, a_column_with_a_cell_that_is_no_number_holds_words)
{
    g_autoptr(PsSeries) series = decode("shop,sales\nnorth,1\n7,2\n,3\n\"a \"\"b\"\"\",inf\n");
    const PsChannel *shop = &series->channels[0];
    cr_assert(shop->words != NULL && shop->values == NULL);
    cr_expect_str_eq(shop->words[0], "north");
    cr_expect_str_eq(shop->words[1], "7");
    cr_expect_null(shop->words[2]);
    cr_expect_str_eq(shop->words[3], "a \"b\"");
    cr_expect(series->channels[1].words != NULL, "infinity is no number");
    g_autofree char *text = ps_series_text(series, 2);
    cr_expect_str_eq(text,
                     "Series: 4 rows, 2 channels; 2 lines, each of about 2 rows: mean, min, "
                     "max\nshop,sales\nnorth,1\n,3\n");
}

Test(series, as_text_it_says_what_it_is)
{
    g_autoptr(PsSeries) series = decode("time,a [V],b\n0,1,10\n0.5,2,\n1,3,30\n1.5,6,40\n");
    g_autofree char *whole = ps_series_text(series, 10);
    cr_expect_str_eq(whole, "Series: 4 rows, 2 channels, 2 Hz\ntime [s],a [V],b\n"
                            "0,1,10\n0.5,2,\n1,3,30\n1.5,6,40\n");
    g_autofree char *reduced = ps_series_text(series, 2);
    cr_expect_str_eq(reduced,
                     "Series: 4 rows, 2 channels, 2 Hz; 2 lines, each of about 2 rows: "
                     "mean, min, max\n"
                     "time [s],a mean [V],a min [V],a max [V],b mean,b min,b max\n"
                     "0,1.5,1,2,10,10,10\n1,4.5,3,6,35,30,40\n");
}
