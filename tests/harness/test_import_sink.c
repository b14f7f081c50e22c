#include "harness/import_sink.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>

static int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

// A sink with a row, closed and yet to be finished. The folder: the caller's.
static PsImportSink *make_closed(char **folder, char **output)
{
    g_autoptr(GError) error = NULL;
    *folder = g_dir_make_tmp("proofsheet-test-XXXXXX", NULL);
    *output = g_build_filename(*folder, "out", NULL);
    PsImportSink *sink = ps_import_sink_new(*output, false, &error);
    cr_assert(sink, "%s", error != NULL ? error->message : "");
    ps_import_begin(sink, "1");
    ps_import_add_text(sink, "a");
    cr_assert(ps_import_end(sink, NULL));
    cr_assert(ps_import_sink_close(sink, NULL));
    return sink;
}

// What somebody made meanwhile stays, and the folder under way goes.
static void expect_refused(PsImportSink *sink, const char *output)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_strdup(ps_import_folder(sink));
    cr_expect(!ps_import_sink_finish(sink, &error));
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_CANT_CREATE));
    cr_expect(strstr(error->message, output));
    ps_import_sink_free(sink);
    cr_expect(!g_file_test(folder, G_FILE_TEST_EXISTS));
}

Test(import_sink, an_empty_folder_that_came_meanwhile_is_not_replaced)
{
    g_autofree char *folder = NULL, *output = NULL;
    PsImportSink *sink = make_closed(&folder, &output);
    cr_assert_eq(g_mkdir(output, 0700), 0);
    struct stat before, after;
    cr_assert_eq(g_lstat(output, &before), 0);
    expect_refused(sink, output);
    cr_assert_eq(g_lstat(output, &after), 0);
    cr_expect_eq(before.st_ino, after.st_ino);
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

Test(import_sink, nor_is_a_file)
{
    g_autofree char *folder = NULL, *output = NULL, *text = NULL;
    PsImportSink *sink = make_closed(&folder, &output);
    cr_assert(g_file_set_contents(output, "mine", -1, NULL));
    expect_refused(sink, output);
    cr_assert(g_file_get_contents(output, &text, NULL, NULL));
    cr_expect_str_eq(text, "mine");
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

Test(import_sink, without_either_the_folder_appears)
{
    g_autofree char *folder = NULL, *output = NULL;
    g_autoptr(PsImportSink) sink = make_closed(&folder, &output);
    cr_assert(ps_import_sink_finish(sink, NULL));
    g_autofree char *samples = g_build_filename(output, "samples.jsonl", NULL);
    cr_expect(g_file_test(samples, G_FILE_TEST_EXISTS));
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
