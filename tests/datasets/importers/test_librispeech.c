#include "tests/datasets/importers/import_fixture.h"

#include <string.h>

#define FLAC "fLaC0123456789"
#define FLAC_PART                                                                              \
    "{\"audio\":\"media/"                                                                      \
    "3ae2381b51beac699287f4fe.flac\",\"sha256\":"                                              \
    "\"3ae2381b51beac699287f4fe8d4ad281bb2a7b70dd96f78af0c1f3fefa8448c7\",\"media_type\":"     \
    "\"audio/flac\"}"
#define TRANSCRIPT "libri/84/121123/84-121123.trans.txt"

static void begin(Import *import)
{
    import_init(import, "librispeech", "libri");
    import_write(import, "libri/84/121123/84-121123-0000.flac", FLAC, -1);
    import_write(import, "libri/84/121123/84-121123-0001.flac", FLAC, -1);
    import_write(import, TRANSCRIPT, "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 YES\n", -1);
}

Test(librispeech, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, "libri/SPEAKERS.TXT",
                 ";ID |SEX|SUBSET\n84   | F | dev-clean | 8.0 | N\n", -1);
    import_expect(&import, "{\"id\":\"84-121123-0000\",\"parts\":[" FLAC_PART
                           "],\"references\":[\"GO DO YOU "
                           "HEAR\"],\"cluster\":\"121123\",\"attributes\":{\"speaker\":\"84\","
                           "\"gender\":\"female\"}}\n"
                           "{\"id\":\"84-121123-0001\",\"parts\":[" FLAC_PART
                           "],\"references\":[\"YES\"],\"cluster\":\"121123\",\"attributes\":{"
                           "\"speaker\":\"84\",\"gender\":\"female\"}}\n");
}

Test(librispeech, without_a_list_of_speakers_there_is_no_gender)
{
    g_auto(Import) import;
    begin(&import);
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    cr_expect_null(strstr(rows, "gender"));
}

Test(librispeech, a_transcript_that_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"84-121123-0000 GO\n84-121123-0001 YES\n84-121123-0002 NO\n",
         "84-121123.trans.txt:3: "},
        {"84-121123-0000 GO\n84-121123-0001 YES\n84-121123-0002 NO\n",
         "84-121123-0002.flac: is no file below"},
        {"84-121123-0000 GO\n", "libri/84/121123/84-121123-0001.flac: is in no transcript"},
        {"", "84-121123-0000.flac: is in no transcript"},
        {"84-121123-0000 GO\n84-121123-0001\n", "84-121123.trans.txt:2: is not \"ID WORDS\""},
        {"84-121123-0000 GO\n84-121124-0001 YES\n",
         "84-121123.trans.txt:2: \"84-121124-0001\" is no recording of this chapter"},
        {"../../../a GO\n", "84-121123.trans.txt:1: \"../../../a\" is no recording of this"},
        {"84-121123-/../x GO\n",
         "84-121123.trans.txt:1: \"84/121123/84-121123-/../x.flac\" is not a path below"},
        {"84-121123-0000 G\xff\n", "84-121123.trans.txt:1: is not UTF-8"},
        {"84-121123-0000 GO\n84-121123-0000 GO\n84-121123-0001 YES\n",
         "84-121123.trans.txt:2: its id \"84-121123-0000\" is that of an earlier one"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        import_write(&import, TRANSCRIPT, wrong[i][0], -1);
        import_expect_refused(&import, wrong[i][1]);
    }
    import_write(&import, TRANSCRIPT, "84-121123-0000 GO\0", 18);
    import_expect_refused(&import, "84-121123.trans.txt: cannot be read as text");
}

Test(librispeech, a_list_of_speakers_that_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"; a\n84 F dev-clean\n", "SPEAKERS.TXT:2: is not \"ID | F or M | …\""},
        {"84 | X | dev-clean\n", "SPEAKERS.TXT:1: is not \"ID | F or M | …\""},
        {" | F | dev-clean\n", "SPEAKERS.TXT:1: is not \"ID | F or M | …\""},
        {"85 | M | dev-clean\n", "84-121123.trans.txt:1: speaker 84 is not in SPEAKERS.TXT"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        import_write(&import, "SPEAKERS.TXT", wrong[i][0], -1);
        import_expect_refused(&import, wrong[i][1]);
    }
}

Test(librispeech, what_is_no_recording_is_refused)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, "libri/84/121123/84-121123-0001.flac", "", 0);
    import_expect_refused(&import, "84-121123-0001.flac: 0 bytes are no medium");
    import_write_zeros(&import, "libri/84/121123/84-121123-0001.flac",
                       (gint64)(256u << 20) + 1);
    import_expect_refused(&import, "84-121123-0001.flac: 268435457 bytes are no medium");
}

Test(librispeech, recordings_without_transcript_are_left_out_if_asked_and_counted)
{
    g_auto(Import) import;
    begin(&import);
    import.with_unknown = true;
    import_write(&import, TRANSCRIPT, "84-121123-0001 YES\n", -1);
    g_autofree char *rows = import_run(&import, NULL);
    cr_assert(rows);
    cr_expect(g_str_has_prefix(rows, "{\"id\":\"84-121123-0001\""));
    cr_expect_eq(import.n_unknown, 1);
}
