#include "tests/datasets/dataset_fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TEXT_ROW(id) "{\"id\":\"" id "\",\"parts\":[{\"text\":\"t\"}]}"

// Makes dir/bare.jsonl and returns its path.
static char *write_bare(const Fixture *fixture, const char *text, gssize length)
{
    fixture_write(fixture, "bare.jsonl", text, length);
    return fixture_path(fixture, "bare.jsonl");
}

static void expect_bare_refused(const char *text, const char *wanted)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autofree char *path = write_bare(&fixture, text, -1);
    fixture_expect_error(path, PS_ERROR_DATA, wanted);
}

Test(jsonl, a_folder_is_read_in_order_with_its_media)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autoptr(PsDataset) dataset = fixture_open(fixture.data);
    cr_expect_str_eq(ps_dataset_manifest(dataset)->name, "small");
    g_autoptr(PsSample) one = ps_dataset_next(dataset, NULL);
    cr_assert(one);
    cr_expect_str_eq(one->id, "one");
    g_autoptr(PsMedia) media = ps_dataset_load_media(dataset, &one->parts[0], true, NULL);
    cr_assert(media);
    cr_expect_eq(g_bytes_get_size(media->bytes), 3);
    cr_expect_eq(memcmp(g_bytes_get_data(media->bytes, NULL), "abc", 3), 0);
    g_autoptr(PsSample) two = ps_dataset_next(dataset, NULL);
    g_autoptr(PsMedia) sound = ps_dataset_load_media(dataset, &two->parts[0], true, NULL);
    cr_expect_str_eq(sound->type, "audio/wav");
    g_autoptr(PsSample) three = ps_dataset_next(dataset, NULL);
    cr_expect_str_eq(three->id, "three");
    g_autoptr(GError) error = NULL;
    cr_expect(!ps_dataset_next(dataset, &error) && !error);
    cr_assert(ps_dataset_rewind(dataset, NULL));
    g_autoptr(PsSample) again = ps_dataset_next(dataset, NULL);
    cr_expect_str_eq(again->id, "one");
}

Test(jsonl, a_bare_file_is_named_after_itself)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autofree char *path = write_bare(&fixture, TEXT_ROW("a") "\n", -1);
    g_autoptr(PsDataset) dataset = fixture_open(path);
    cr_expect_str_eq(ps_dataset_manifest(dataset)->name, "bare.jsonl");
    cr_expect_str_eq(ps_dataset_manifest(dataset)->kind, "");
}

Test(jsonl, byte_order_mark_crlf_blank_lines_and_no_last_newline_are_fine)
{
    static const char *const texts[] = {
        TEXT_ROW("a") "\n" TEXT_ROW("b") "\n",
        "\xef\xbb\xbf" TEXT_ROW("a") "\r\n" TEXT_ROW("b") "\r\n",
        "\n\n" TEXT_ROW("a") "\n \t\r\n" TEXT_ROW("b"),
    };
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        size_t n = 0;
        g_autofree char *path = write_bare(&fixture, texts[i], -1);
        g_autoptr(GError) error = fixture_read_all(path, &n);
        cr_expect(!error, "%s", error ? error->message : "");
        cr_expect_eq(n, 2, "text %zu: %zu samples", i, n);
    }
}

Test(jsonl, an_empty_file_has_no_samples)
{
    static const char *const texts[] = {"", "\n", "\xef\xbb\xbf", "\r\n \n"};
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        size_t n = 1;
        g_autofree char *sha256 = NULL, *path = write_bare(&fixture, texts[i], -1);
        g_autofree char *wanted =
            g_compute_checksum_for_string(G_CHECKSUM_SHA256, texts[i], -1);
        g_autoptr(PsDataset) dataset = fixture_open(path);
        cr_assert(ps_dataset_measure(dataset, &n, &sha256, NULL));
        cr_expect_eq(n, 0);
        cr_expect_str_eq(sha256, wanted);
    }
}

Test(jsonl, a_damaged_row_names_its_line_and_the_next_row_is_read)
{
    g_auto(Fixture) fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture);
    g_autofree char *path =
        write_bare(&fixture, TEXT_ROW("a") "\n\n{\"id\":3}\n" TEXT_ROW("b") "\n", -1);
    g_autofree char *wanted = g_strconcat(path, ": bare.jsonl:3: ", NULL);
    g_autoptr(PsDataset) dataset = fixture_open(path);
    g_autoptr(PsSample) first = ps_dataset_next(dataset, NULL);
    cr_assert(first);
    cr_assert(!ps_dataset_next(dataset, &error) && error);
    cr_expect(g_str_has_prefix(error->message, wanted), "%s", error->message);
    cr_expect(strstr(error->message, "\"id\" must be a string"), "%s", error->message);
    g_autoptr(PsSample) second = ps_dataset_next(dataset, NULL);
    cr_assert(second);
    cr_expect_str_eq(second->id, "b");
}

Test(jsonl, zero_bytes_and_utf_16_are_refused)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autofree char *path = write_bare(&fixture, "{\"id\":\"a\0\"}\n", 12);
    fixture_expect_error(path, PS_ERROR_DATA, "bare.jsonl:1: byte 9: a zero byte");
    fixture_write(&fixture, "bare.jsonl", "\xff\xfe{\0", 4);
    fixture_expect_error(path, PS_ERROR_DATA, "bare.jsonl:1: byte 1: not valid UTF-8");
}

Test(jsonl, lines_longer_than_a_buffer_are_read)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 40; i++) { // lengths around the reader's buffer sizes
        g_autofree char *fill = g_strnfill((gsize)(50000 + i * 31337), 'x');
        g_string_append_printf(text, "{\"id\":\"s%d\",\"parts\":[{\"text\":\"%s\"}]}\n", i,
                               fill);
    }
    g_autofree char *path = write_bare(&fixture, text->str, (gssize)text->len);
    g_autoptr(PsDataset) dataset = fixture_open(path);
    for (int i = 0; i < 40; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PsSample) sample = ps_dataset_next(dataset, &error);
        cr_assert(sample, "%s", error ? error->message : "early end");
        cr_expect_eq(strlen(sample->parts[0].text), (size_t)(50000 + i * 31337));
    }
}

Test(jsonl, a_line_of_more_than_64_mb_is_refused_and_passed_over)
{
    g_auto(Fixture) fixture;
    g_autoptr(GError) error = NULL;
    fixture_init(&fixture);
    const size_t size = ((size_t)64 << 20) + 100;
    g_autofree char *text = g_malloc(size);
    memset(text, ' ', size);
    memcpy(text, TEXT_ROW("a") "\n{", strlen(TEXT_ROW("a")) + 2);
    memcpy(text + size - 40, "\n" TEXT_ROW("b"), 1 + strlen(TEXT_ROW("b")));
    g_autofree char *path = write_bare(&fixture, text, (gssize)size);
    g_autoptr(PsDataset) dataset = fixture_open(path);
    g_autoptr(PsSample) first = ps_dataset_next(dataset, NULL);
    cr_assert(first);
    cr_assert(!ps_dataset_next(dataset, &error) && error);
    cr_expect(strstr(error->message, ":2: the line is longer"), "%s", error->message);
    g_autoptr(PsSample) second = ps_dataset_next(dataset, NULL);
    cr_assert(second);
    cr_expect_str_eq(second->id, "b");
}

Test(jsonl, duplicate_ids_are_refused_by_measure_with_both_lines)
{
    g_auto(Fixture) fixture;
    g_autoptr(GError) error = NULL;
    g_autofree char *sha256 = NULL;
    size_t n;
    fixture_init(&fixture);
    g_autofree char *path =
        write_bare(&fixture, TEXT_ROW("a") "\n" TEXT_ROW("b") "\n\n" TEXT_ROW("a") "\n", -1);
    g_autoptr(PsDataset) dataset = fixture_open(path);
    cr_assert(!ps_dataset_measure(dataset, &n, &sha256, &error) && error);
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    cr_expect(strstr(error->message, "\"a\" is there twice: lines 1 and 4"), "%s",
              error->message);
}

Test(jsonl, the_hash_is_that_of_the_file_when_every_media_part_states_its_own)
{
    g_auto(Fixture) fixture;
    g_autofree char *sha256 = NULL;
    size_t n;
    const char *text = "\xef\xbb\xbf" TEXT_ROW("a") "\r\n\n" TEXT_ROW("b");
    fixture_init(&fixture);
    g_autofree char *path = write_bare(&fixture, text, -1);
    g_autofree char *wanted = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    g_autoptr(PsDataset) dataset = fixture_open(path);
    cr_assert(ps_dataset_measure(dataset, &n, &sha256, NULL));
    cr_expect_eq(n, 2);
    cr_expect_str_eq(sha256, wanted);
    g_autoptr(PsSample) first = ps_dataset_next(dataset, NULL);
    cr_assert(first);
    cr_expect_str_eq(first->id, "a"); // measuring leaves it at the start
}

// 20,000 rows, some of them longer than what is read at a time: 6 MB.
static GString *long_text(void)
{
    GString *text = g_string_new(NULL);
    for (int i = 1; i <= 20000; i++) {
        g_autofree char *fill = g_strnfill(i % 5000 == 7 ? 400000 : 200, 'x');
        g_string_append_printf(text, "{\"id\":\"s%d\",\"parts\":[{\"text\":\"%s\"}]}\n", i,
                               fill);
    }
    return text;
}

Test(jsonl, a_text_of_many_blocks_is_measured_whole)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    GString *text = long_text();
    g_autofree char *path = write_bare(&fixture, text->str, (gssize)text->len);
    g_autofree char *wanted = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, -1);
    g_autofree char *sha256 = NULL;
    size_t n;
    g_autoptr(PsDataset) dataset = fixture_open(path);
    cr_assert(ps_dataset_measure(dataset, &n, &sha256, NULL));
    cr_expect_eq(n, 20000);
    cr_expect_str_eq(sha256, wanted);
    g_string_free(text, TRUE);
}

static void expect_measure_refused(const char *more, const char *wanted)
{
    g_auto(Fixture) fixture;
    g_autoptr(GError) error = NULL;
    g_autofree char *sha256 = NULL;
    size_t n;
    fixture_init(&fixture);
    GString *text = long_text();
    g_string_append(text, more);
    g_autofree char *path = write_bare(&fixture, text->str, (gssize)text->len);
    g_autoptr(PsDataset) dataset = fixture_open(path);
    cr_assert(!ps_dataset_measure(dataset, &n, &sha256, &error) && error);
    cr_expect(strstr(error->message, wanted), "%s", error->message);
    g_autoptr(PsSample) first = ps_dataset_next(dataset, NULL);
    cr_assert(first);
    cr_expect_str_eq(first->id, "s1");
    g_string_free(text, TRUE);
}

Test(jsonl, measure_says_what_is_wrong_first)
{
    GString *more = long_text();
    expect_measure_refused("{}", "bare.jsonl:20001: \"id\" is missing");
    expect_measure_refused("{}\n" TEXT_ROW("s7"), "bare.jsonl:20001: \"id\" is missing");
    expect_measure_refused(TEXT_ROW("s7") "\n{}\n",
                           "bare.jsonl: sample \"s7\" is there twice: lines 7 and 20001");
    expect_measure_refused("\xef\xbb\xbf" TEXT_ROW("b"), "bare.jsonl:20001: a row must be");
    // With as much behind it that nobody will read.
    expect_measure_refused(more->str,
                           "bare.jsonl: sample \"s1\" is there twice: lines 1 and 20001");
    g_string_prepend(more, "{}\n");
    expect_measure_refused(more->str, "bare.jsonl:20001: \"id\" is missing");
    g_string_free(more, TRUE);
}

// docs/datasets.md: the file, then path, zero byte and hash of each media part without one.
Test(jsonl, the_hash_covers_media_that_state_none)
{
    g_auto(Fixture) fixture;
    size_t n, length;
    fixture_init(&fixture);
    g_autofree char *rows_path = fixture_path(&fixture, "data/samples.jsonl");
    g_autofree char *b_path = fixture_path(&fixture, "data/media/b.bin");
    g_autofree char *rows = NULL, *bytes = NULL, *sha256 = NULL, *changed = NULL;
    cr_assert(g_file_get_contents(rows_path, &rows, NULL, NULL));
    cr_assert(g_file_get_contents(b_path, &bytes, &length, NULL));
    g_autofree char *a_hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "abc", 3);
    g_autofree char *b_hash =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
    g_autoptr(GString) all = g_string_new(rows);
    g_string_append_printf(all, "media/b.bin%c%s", 0, b_hash);
    g_string_append_printf(all, "./media/b.bin%c%s", 0, b_hash);
    g_string_append_printf(all, "media/a.bin%c%s", 0, a_hash);
    g_autofree char *wanted =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)all->str, all->len);
    g_autoptr(PsDataset) dataset = fixture_open(fixture.data);
    cr_assert(ps_dataset_measure(dataset, &n, &sha256, NULL));
    cr_expect_eq(n, 3);
    cr_expect_str_eq(sha256, wanted);
    bytes[0] ^= 1;
    fixture_write(&fixture, "data/media/b.bin", bytes, (gssize)length);
    cr_assert(ps_dataset_measure(dataset, &n, &changed, NULL));
    cr_expect_str_neq(sha256, changed);
}

Test(jsonl, media_with_another_hash_than_stated_are_refused_if_verified)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, "data/media/a.bin", "abd", -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "media/a.bin: sha256 is ");
    g_autoptr(PsDataset) dataset = fixture_open(fixture.data);
    g_autoptr(PsSample) sample = ps_dataset_next(dataset, NULL);
    g_autoptr(PsMedia) media = ps_dataset_load_media(dataset, &sample->parts[0], false, NULL);
    cr_expect(media);
}

Test(jsonl, paths_that_lead_outside_are_refused)
{
#define IMAGE_ROW(path) "{\"id\":\"a\",\"parts\":[{\"image\":\"" path "\"}]}"
    expect_bare_refused(IMAGE_ROW("/etc/passwd"), "/etc/passwd: is absolute");
    expect_bare_refused(IMAGE_ROW("../x"), "(\"..\")");
    expect_bare_refused(IMAGE_ROW("data/../../x"), "(\"..\")");
    expect_bare_refused(IMAGE_ROW("data/.."), "(\"..\")");
    expect_bare_refused(IMAGE_ROW(".."), "(\"..\")");
    expect_bare_refused(IMAGE_ROW("https://example.org/x.png"), "is a URL");
    expect_bare_refused(IMAGE_ROW("file:///etc/passwd"), "is a URL");
    expect_bare_refused(IMAGE_ROW("data:image/png;base64,AAAA"), "is a URL");
    expect_bare_refused(IMAGE_ROW("no/such.png"), "no/such.png: No such file");
    expect_bare_refused(IMAGE_ROW("data"), "not a regular file");
}

Test(jsonl, a_name_with_dots_is_not_taken_for_a_way_out)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, "a..b/...x", "m", -1);
    g_autofree char *path = write_bare(&fixture, IMAGE_ROW("a..b/...x"), -1);
    g_autoptr(GError) error = fixture_read_all(path, NULL);
    cr_expect(!error, "%s", error ? error->message : "");
}

// secret lies beside the dataset's folder; inside lie links to it and one that stays inside.
static void make_links(const Fixture *fixture)
{
    fixture_write(fixture, "secret", "s", -1);
    g_autofree char *out = fixture_path(fixture, "data/out");
    g_autofree char *up = fixture_path(fixture, "data/up");
    g_autofree char *loop = fixture_path(fixture, "data/loop");
    g_autofree char *inside = fixture_path(fixture, "data/inside");
    cr_assert(symlink("../secret", out) == 0 && symlink("..", up) == 0);
    cr_assert(symlink("loop", loop) == 0 && symlink("media/a.bin", inside) == 0);
}

static void expect_links_checked(void)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    make_links(&fixture);
    static const struct {
        const char *row, *wanted;
    } cases[] = {
        {IMAGE_ROW("out"), "out: a symbolic link leads outside"},
        {IMAGE_ROW("up/secret"), "up/secret: a symbolic link leads outside"},
        {IMAGE_ROW("loop"), "loop: "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        fixture_write(&fixture, "data/samples.jsonl", cases[i].row, -1);
        fixture_expect_error(fixture.data, PS_ERROR_DATA, cases[i].wanted);
    }
    fixture_write(&fixture, "data/samples.jsonl", IMAGE_ROW("inside"), -1);
    g_autoptr(GError) error = fixture_read_all(fixture.data, NULL);
    cr_expect(!error, "%s", error ? error->message : "");
}

Test(jsonl, symbolic_links_may_lead_around_inside_only)
{
    expect_links_checked();
}

// The same where the kernel has no openat2: a filter says so for this process.
Test(jsonl, symbolic_links_are_checked_without_openat2_too)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {G_N_ELEMENTS(filter), filter};
    cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        cr_skip_test("no seccomp filters here");
    cr_assert(syscall(SYS_openat2, 0, NULL, NULL, 0) == -1 && errno == ENOSYS);
    expect_links_checked();
}

Test(jsonl, samples_outside_the_folder_are_refused)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    make_links(&fixture);
    fixture_write(&fixture, "data/manifest.json", "{\"samples\":\"../secret\"}", -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "../secret: ");
    fixture_write(&fixture, "data/manifest.json", "{\"samples\":\"out\"}", -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "out: a symbolic link leads outside");
}

Test(jsonl, allow_outside_allows_all_but_urls)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    make_links(&fixture);
    g_autofree char *absolute = fixture_path(&fixture, "secret");
    g_autofree char *rows = g_strdup_printf(
        "{\"id\":\"a\",\"parts\":[{\"image\":\"../secret\"},{\"image\":\"out\"},"
        "{\"image\":\"%s\"},{\"image\":\"http://x/y\"}]}",
        absolute);
    fixture_write(&fixture, "data/samples.jsonl", rows, -1);
    PsDatasetOptions options = {.allow_outside = true};
    g_autoptr(PsDataset) dataset = ps_dataset_open(ps_readers, fixture.data, &options, NULL);
    g_autoptr(PsSample) sample = ps_dataset_next(dataset, NULL);
    for (size_t i = 0; i < 3; i++) {
        g_autoptr(PsMedia) media =
            ps_dataset_load_media(dataset, &sample->parts[i], true, NULL);
        cr_expect(media, "part %zu", i);
    }
    g_autoptr(GError) error = NULL;
    cr_expect(!ps_dataset_load_media(dataset, &sample->parts[3], true, &error));
    cr_expect(strstr(error->message, "is a URL"), "%s", error->message);
}

Test(jsonl, a_fifo_is_refused_and_does_not_block, .timeout = 20)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autofree char *fifo = fixture_path(&fixture, "data/fifo.jsonl");
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    fixture_write(&fixture, "data/samples.jsonl", IMAGE_ROW("fifo.jsonl"), -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "fifo.jsonl: not a regular file");
    fixture_write(&fixture, "data/manifest.json", "{\"samples\":\"fifo.jsonl\"}", -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "fifo.jsonl: not a regular file");
    fixture_expect_error(fifo, PS_ERROR_DATA, "not a dataset");
}

Test(jsonl, media_of_more_than_the_bound_are_refused_unread)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    g_autofree char *huge = fixture_path(&fixture, "data/huge");
    fixture_write(&fixture, "data/huge", "", 0);
    cr_assert_eq(truncate(huge, (off_t)PS_MEDIA_MAX_BYTES + 1), 0);
    fixture_write(&fixture, "data/samples.jsonl", IMAGE_ROW("huge"), -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "huge: 268435457 bytes, more than");
}

Test(jsonl, damaged_manifests_are_refused_by_name)
{
    g_auto(Fixture) fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, "data/manifest.json", "", 0);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "manifest.json: is empty");
    fixture_write(&fixture, "data/manifest.json", "{\"name\":\"\0\"}", 12);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "manifest.json: a zero byte");
    fixture_write(&fixture, "data/manifest.json", "{\"name\":7}", -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "manifest.json: \"name\" must be");
    fixture_write(&fixture, "data/manifest.json", "{\"samples\":\"none.jsonl\"}", -1);
    fixture_expect_error(fixture.data, PS_ERROR_DATA, "none.jsonl: No such file");
}
