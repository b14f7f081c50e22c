// Sheets of runs with modality ablations: their findings stand in every report that has room
// for tables.
#include "findings.h"
#include "sheets.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct {
    TestSheet *sheet;
    PsFindings *modality, *gate;
} Fixture;

// Findings of another kind than a gate's, with one table; a gate beside them if with_gate.
static Fixture fixture(bool with_gate)
{
    Fixture made = {test_sheet_small(), test_findings_large(3, 5, false), NULL};
    g_free(made.modality->kind);
    made.modality->kind = g_strdup("modality");
    if (with_gate) made.gate = test_findings_gate();
    made.sheet->sheet.modality = made.modality;
    made.sheet->sheet.gate = made.gate;
    return made;
}

static void fixture_clear(Fixture *made)
{
    test_sheet_free(made->sheet);
    ps_findings_free(made->modality);
    ps_findings_free(made->gate);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static size_t count(const char *text, const char *piece)
{
    size_t n = 0;
    while ((text = strstr(text, piece)) != NULL)
        text += strlen(piece), n++;
    return n;
}

static void expect_table(const char *report)
{
    g_auto(Fixture) made = fixture(false);
    g_autofree char *with = test_sheet_render(made.sheet, report);
    made.sheet->sheet.modality = NULL;
    g_autofree char *without = test_sheet_render(made.sheet, report);
    const PsTable *table = made.modality->tables->pdata[0];
    cr_expect(count(with, table->title) > count(without, table->title), "%s", report);
}

Test(modality_reports, the_tables_stand_in_text_markdown_html_and_json)
{
    static const char *const reports[] = {"text", "markdown", "html", "json"};
    for (size_t i = 0; i < G_N_ELEMENTS(reports); i++)
        expect_table(reports[i]);
}

Test(modality_reports, a_page_leads_to_them_and_no_name_is_there_twice)
{
    g_auto(Fixture) made = fixture(true);
    g_autofree char *page = test_sheet_render(made.sheet, "html");
    cr_expect_eq(count(page, "href=\"#modality\""), 1);
    cr_expect_eq(count(page, "id=\"modality\""), 1);
    cr_expect_eq(count(page, "id=\"gate\""), 1);
    for (size_t i = 0; i < made.gate->tables->len + made.modality->tables->len; i++) {
        g_autofree char *id = g_strdup_printf("id=\"r%zu\"", i);
        cr_expect_eq(count(page, id), 1, "%s", id);
    }
}
