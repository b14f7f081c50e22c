#include "tests/reports/sheets.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static size_t count(const char *text, const char *word)
{
    size_t n_found = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n_found++;
    return n_found;
}

static char *render_small(void)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    return test_sheet_render(sheet, "html");
}

// The text between the first start and the end after it; the caller's.
static char *between(const char *text, const char *start, const char *end)
{
    const char *from = strstr(text, start);
    cr_assert_not_null(from, "%s is missing", start);
    from += strlen(start);
    return g_strndup(from, (size_t)(strstr(from, end) - from));
}

Test(html, policy_allows_nothing_but_its_own_style_and_data)
{
    g_autofree char *text = render_small();
    g_autofree char *policy = between(text, "Content-Security-Policy\" content=\"", "\"");
    g_autofree char *style = between(text, "<style>", "</style>");
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)style, -1);
    g_checksum_get_digest(checksum, digest, &length);
    g_autofree char *hash = g_base64_encode(digest, length);
    g_autofree char *expected =
        g_strconcat("default-src 'none'; img-src data:; media-src data:; style-src 'sha256-",
                    hash, "'; base-uri 'none'; form-action 'none'", NULL);
    cr_expect_str_eq(policy, expected);
    cr_expect_eq(count(text, "<style"), 1);
    cr_expect_eq(count(text, "<script"), 0);
    cr_expect_eq(count(text, " style="), 0);
}

Test(html, each_sample_is_there_once)
{
    g_autofree char *text = render_small();
    cr_expect_eq(count(text, "<article"), 7);
    cr_expect_eq(count(text, "data:image/png;base64,"), 4);
    cr_expect_eq(count(text, "data:audio/wav;base64,"), 1);
    cr_expect_eq(count(text, "id=\"f2\""), 1);
    cr_expect_gt(count(text, "href=\"#f2\""), 1);
}

Test(html, undefined_and_missing_intervals_are_explained)
{
    g_autofree char *text = render_small();
    cr_expect_not_null(strstr(text, "none of 3 answered"));
    cr_expect_not_null(strstr(text, "no interval: one row"));
    cr_expect_not_null(strstr(text, "no interval: all rows share one source"));
    cr_expect_not_null(strstr(text, "no pairs"));
    cr_expect_not_null(strstr(text, "the denominator is zero"));
    cr_expect_null(strstr(text, "nan"));
    cr_expect_null(strstr(text, "inf%"));
}

Test(html, conditions_show_the_difference_to_clean)
{
    g_autofree char *text = render_small();
    cr_expect_not_null(strstr(text, "\xE2\x88\x92"
                                    "19.3 pp</span> <span class=\"range\">[\xE2\x88\x92"
                                    "22.4, \xE2\x88\x92"
                                    "16.2]"));
    cr_expect_not_null(strstr(text, "104 pairs"));
}

// ---- dose and response

static const PsCondition fog = {
    .name = "fog", .summary = "fog <thick>", .unit = "%", .severities = {1, 2, 3, 4, 5}};
static const PsCondition light = {
    .name = "light", .summary = "less light", .unit = "lx", .severities = {5, 4, 3, 2, 1}};

static void
set_dose(TestSheet *sheet, size_t slice, const PsCondition *condition, double amount)
{
    sheet->sheet.tasks[0].slices[slice].condition = condition;
    sheet->sheet.tasks[0].slices[slice].amount = amount;
}

Test(html, one_amount_of_a_condition_is_no_curve)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    set_dose(sheet, 0, &fog, 10);
    set_dose(sheet, 2, &light, 10);
    g_autofree char *text = test_sheet_render(sheet, "html");
    cr_expect_null(strstr(text, "Dose and response"));
}

Test(html, a_curve_goes_from_clean_to_the_strongest)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    set_dose(sheet, 0, &fog, 30);
    set_dose(sheet, 2, &fog, 4);
    set_dose(sheet, 1, &light, 0.5);
    set_dose(sheet, 3, &light, 200);
    g_autofree char *text = test_sheet_render(sheet, "html");
    cr_expect_eq(count(text, "<svg class=\"dose\""), 2);
    const char *first = strstr(text, "aria-label=\"fog: clean ");
    const char *second = strstr(text, "aria-label=\"light: clean ");
    cr_assert(first != NULL && second != NULL && first < second);
    cr_expect(strstr(first, ", 4 ") < strstr(first, ", 30 "));
    cr_expect(strstr(second, ", 200 ") < strstr(second, ", 0.5 "));
    cr_expect_not_null(strstr(text, "fog &lt;thick&gt;"));
}

Test(html, a_dose_without_an_answer_is_left_out_of_the_curve_and_named)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    set_dose(sheet, 0, &fog, 1);
    set_dose(sheet, 7, &fog, 2);
    g_autofree char *text = test_sheet_render(sheet, "html");
    cr_expect_not_null(strstr(text, ", 2 n/a\""));
    cr_expect_null(strstr(text, "nan"));
}

Test(html, unfinished_runs_say_so)
{
    g_autoptr(TestSheet) sheet = test_sheet_small();
    sheet->sheet.is_finished = false;
    g_autofree char *text = test_sheet_render(sheet, "html");
    cr_expect_not_null(strstr(text, "not finished: 391 of 400 items done"));
}

Test(html, hostile_text_adds_no_tag)
{
    g_autoptr(TestSheet) harmless = test_sheet_of_text("x");
    g_autoptr(TestSheet) hostile = test_sheet_of_text("\"><script>alert(1)</script><b a='");
    g_autofree char *expected = test_sheet_render(harmless, "html");
    g_autofree char *text = test_sheet_render(hostile, "html");
    cr_expect_eq(count(text, "<"), count(expected, "<"));
    cr_expect_eq(count(text, ">"), count(expected, ">"));
    cr_expect_eq(count(text, "\""), count(expected, "\""));
}

Test(html, long_answers_are_cut)
{
    g_autofree char *answer = g_strnfill(5000, 'a');
    g_autoptr(TestSheet) sheet = test_sheet_of_text(answer);
    g_autofree char *text = test_sheet_render(sheet, "html");
    cr_expect_not_null(strstr(text, "[… 1000 more characters left out]"));
}

Test(html, media_that_browsers_do_not_show_are_named)
{
    g_autofree char *text = render_small();
    cr_expect_not_null(strstr(text, "text/csv, 67 bytes: browsers do not show this type"));
    cr_expect_not_null(strstr(text, "<bdi>pages/form-022-q4.png</bdi>: not kept"));
}

Test(html, media_beyond_the_limit_are_left_out)
{
    TestSize size = {.n_tasks = 1,
                     .n_slices = 1,
                     .n_metrics = 1,
                     .n_evidence = 1,
                     .n_media_bytes = (16u << 20) + 1};
    g_autoptr(TestSheet) sheet = test_sheet_large(&size);
    g_autofree char *text = test_sheet_render(sheet, "html");
    cr_expect_not_null(strstr(text, "left out, the report would be too large"));
    cr_expect_lt(strlen(text), 1u << 20);
}

Test(html, numbers_are_the_same_in_every_locale)
{
    g_autofree char *expected = render_small();
    g_autofree char *folder = g_dir_make_tmp("proofsheet-locale-XXXXXX", NULL);
    g_autofree char *command =
        g_strdup_printf("localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null", folder);
    cr_assert_eq(system(command), 0, "package locales is not installed");
    g_setenv("LOCPATH", folder, true);
    cr_assert_not_null(setlocale(LC_ALL, "de_DE.UTF-8"));
    cr_assert_str_eq(localeconv()->decimal_point, ",");
    g_autofree char *text = render_small();
    cr_expect_str_eq(text, expected);
    g_autofree char *clean_up = g_strdup_printf("rm -r %s", folder);
    cr_expect_eq(system(clean_up), 0);
}

// Processor time of this process and of gnuplot: a busy machine must not fail a test.
static double cpu_seconds(void)
{
    double seconds = 0;
    static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (size_t i = 0; i < G_N_ELEMENTS(whose); i++) {
        struct rusage usage;
        cr_assert_eq(getrusage(whose[i], &usage), 0);
        seconds += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                   + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
    return seconds;
}

// 20 tasks × 60 slices × 12 metrics and 300 pictures of 60 kB: under 2 s; sanitizers get ten
// times that, being about that much slower.
Test(html, large_sheets_render_in_two_seconds)
{
#ifdef __SANITIZE_ADDRESS__
    const double limit_s = 20;
#else
    const double limit_s = 2;
#endif
    TestSize size = {.n_tasks = 20,
                     .n_slices = 60,
                     .n_metrics = 12,
                     .n_evidence = 300,
                     .n_media_bytes = 60000};
    g_autoptr(TestSheet) sheet = test_sheet_large(&size);
    double start_s = cpu_seconds();
    g_autofree char *text = test_sheet_render(sheet, "html");
    double seconds = cpu_seconds() - start_s;
    cr_log_info("%.2f s, %.1f MB", seconds, (double)strlen(text) / 1e6);
    cr_expect_lt(seconds, limit_s);
}
