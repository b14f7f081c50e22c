// Measuring a text whose store fails: what was read before is looked at first.
#include "datasets/shared/source.h"

#include <criterion/criterion.h>
#include <string.h>

#define ROW "{\"id\":\"%d\",\"parts\":[{\"text\":\"%0200d\"}]}\n"

typedef struct {
    GString *text;
    guint64 fails_at; // reading beyond
} Store;

static bool store_read(
    void *data, guint64 offset, void *buffer, size_t size, size_t *n_read, GError **error)
{
    const Store *store = data;
    *n_read = MIN(size, store->text->len - offset);
    if (offset + *n_read > store->fails_at)
        return ps_fail(error, PS_ERROR_DATA, "the disk is broken");
    memcpy(buffer, store->text->str + offset, *n_read);
    return true;
}

static void store_close(void *data)
{
    Store *store = data;
    g_string_free(store->text, TRUE);
    g_free(store);
}

static const PsStoreFunctions functions = {.read = store_read, .close = store_close};

// 3,000 rows, 700 KB; what is replaced stands in the place of the hundredth.
static PsSource *source_new(const char *hundredth, guint64 fails_at)
{
    Store *store = g_new0(Store, 1);
    store->text = g_string_new(NULL);
    store->fails_at = fails_at;
    for (int i = 1; i <= 3000; i++) {
        if (i == 100 && hundredth != NULL)
            g_string_append_printf(store->text, "%s\n", hundredth);
        else
            g_string_append_printf(store->text, ROW, i, i);
    }
    return ps_source_new(&functions, store, "rows", ps_manifest_from_json("{}", NULL), "test");
}

static void expect_refused(const char *hundredth, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsSource) source = source_new(hundredth, 300000);
    char *sha256 = NULL;
    size_t n;
    cr_assert(!ps_source_measure(source, &n, &sha256, &error) && error);
    cr_expect(strstr(error->message, wanted), "%s", error->message);
}

Test(source, a_text_that_cannot_be_read_on_is_refused)
{
    expect_refused(NULL, "the disk is broken");
}

Test(source, what_is_wrong_before_that_is_said_first)
{
    expect_refused("{}", "rows:100: \"id\" is missing");
    expect_refused("{\"id\":\"7\",\"parts\":[{\"text\":\"t\"}]}",
                   "there twice: lines 7 and 100");
}

Test(source, a_text_that_can_be_read_is_counted)
{
    g_autoptr(PsSource) source = source_new(NULL, G_MAXUINT64);
    g_autofree char *sha256 = NULL;
    size_t n;
    cr_assert(ps_source_measure(source, &n, &sha256, NULL));
    cr_expect_eq(n, 3000);
}
