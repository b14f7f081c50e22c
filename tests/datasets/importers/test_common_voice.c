#include "tests/datasets/importers/import_fixture.h"

static void begin(Import *import)
{
    import_init(import, "common_voice", "test.tsv");
    import_write(import, "clips/one.flac", "fLaC0123456789", -1);
    import_write(import, "clips/two.flac", "fLaC0123456789", -1);
    import_write(import, "clips/three.flac", "fLaC0123456789", -1);
    import_write(import, "clips/empty.flac", "", 0);
    import_write_zeros(import, "clips/huge.flac", (gint64)(256u << 20) + 1);
}

Test(common_voice, the_format_becomes_rows)
{
    g_auto(Import) import;
    begin(&import);
    import_write(
        &import, import.source,
        "client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
        "ab12\tone.flac\tHe said \"go.\t2\ttwenties\tmale_masculine\tScottish English\tv\ten\n"
        "c2\ttwo.flac\tHm\t2\t\t\t\t\ten\n"
        "c2\tthree.flac\tYes\t2\t\tfemale\t\t\t\n",
        -1);
    import_expect(
        &import,
        "{\"id\":\"one.flac\",\"parts\":[{\"audio\":\"media/"
        "3ae2381b51beac699287f4fe.flac\",\"sha256\":"
        "\"3ae2381b51beac699287f4fe8d4ad281bb2a7b70dd96f78af0c1f3fefa8448c7\",\"media_type\":"
        "\"audio/flac\"}],\"references\":[\"He said "
        "\\\"go.\"],\"cluster\":\"ab12\",\"attributes\":{\"age\":\"twenties\",\"gender\":"
        "\"male\",\"accent\":\"Scottish English\",\"language\":\"en\",\"variant\":\"v\"}}\n"
        "{\"id\":\"two.flac\",\"parts\":[{\"audio\":\"media/"
        "3ae2381b51beac699287f4fe.flac\",\"sha256\":"
        "\"3ae2381b51beac699287f4fe8d4ad281bb2a7b70dd96f78af0c1f3fefa8448c7\",\"media_type\":"
        "\"audio/"
        "flac\"}],\"references\":[\"Hm\"],\"cluster\":\"c2\",\"attributes\":{\"age\":"
        "\"unknown\",\"gender\":\"unknown\",\"accent\":\"unknown\",\"language\":\"en\"}}\n"
        "{\"id\":\"three.flac\",\"parts\":[{\"audio\":\"media/"
        "3ae2381b51beac699287f4fe.flac\",\"sha256\":"
        "\"3ae2381b51beac699287f4fe8d4ad281bb2a7b70dd96f78af0c1f3fefa8448c7\",\"media_type\":"
        "\"audio/"
        "flac\"}],\"references\":[\"Yes\"],\"cluster\":\"c2\",\"attributes\":{\"age\":"
        "\"unknown\",\"gender\":\"female\",\"accent\":\"unknown\",\"language\":\"unknown\"}}"
        "\n");
}

Test(common_voice, what_is_wrong_is_refused)
{
    static const char *const wrong[][2] = {
        {"client_id\tpath\n"
         "ab\tone.flac\n",
         "test.tsv:2: there are no columns client_id, path and sentence"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\tone.flac\t\t2\t\t\t\t\ten\n",
         "test.tsv:2: its sentence is empty"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "\tone.flac\tHe said \"go.\t2\t\t\t\t\ten\n",
         "test.tsv:2: its client_id is empty"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\tnone.flac\tHe said \"go.\t2\t\t\t\t\ten\n",
         "none.flac: is no file below"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\t../a.png\tHe said \"go.\t2\t\t\t\t\ten\n",
         "test.tsv:2: \"../a.png\" is not a path below"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\t/etc/hostname\tHe said \"go.\t2\t\t\t\t\ten\n",
         "test.tsv:2: \"/etc/hostname\" is not a path below"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\thttp://x/one.flac\tHe said \"go.\t2\t\t\t\t\ten\n",
         "http://x/one.flac: is no file below"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\thuge.flac\tHe said \"go.\t2\t\t\t\t\ten\n",
         "test.tsv:2: huge.flac: 268435457 bytes are no medium"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\tempty.flac\tHe said \"go.\t2\t\t\t\t\ten\n",
         "test.tsv:2: empty.flac: 0 bytes are no medium"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\tone.flac\t"
         "\xff\xfe"
         "\t2\t\t\t\t\ten\n",
         "test.tsv:2: is not UTF-8"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\tone.flac\n",
         "test.tsv:2: has 2 cells, the first line 9"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n"
         "ab12\tone.flac\tHe said \"go.\t2\t\t\t\t\ten\n"
         "ab12\tone.flac\tHe said \"go.\t2\t\t\t\t\ten\n",
         "test.tsv:3: its id \"one.flac\" is that of an earlier one"},
        {"client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\tvariant\tlocale\n",
         "nothing in it could be imported"},
        {"", "test.tsv: is not a table"},
    };
    g_auto(Import) import;
    begin(&import);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        import_expect_text_refused(&import, wrong[i][0], wrong[i][1]);
}

Test(common_voice, the_first_releases_call_it_accent)
{
    g_auto(Import) import;
    begin(&import);
    import_write(&import, import.source,
                 "client_id\tpath\tsentence\tage\tgender\taccent\tlocale\na\tone."
                 "flac\tGo\t\tother\tscotland\ten\n",
                 -1);
    import_expect(
        &import,
        "{\"id\":\"one.flac\",\"parts\":[{\"audio\":\"media/"
        "3ae2381b51beac699287f4fe.flac\",\"sha256\":"
        "\"3ae2381b51beac699287f4fe8d4ad281bb2a7b70dd96f78af0c1f3fefa8448c7\",\"media_type\":"
        "\"audio/"
        "flac\"}],\"references\":[\"Go\"],\"cluster\":\"a\",\"attributes\":{\"age\":"
        "\"unknown\",\"gender\":\"other\",\"accent\":\"scotland\",\"language\":\"en\"}}\n");
}
