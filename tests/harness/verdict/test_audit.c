// The parts of an audit on rows that are made here, where the truth is known.
#include "harness/rng.h"
#include "harness/verdict/audit/bootstrap.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const PsMetric accuracy = {.name = "accuracy",
                                  .unit = "%",
                                  .unit_scale = 100,
                                  .direction = PS_HIGHER_IS_BETTER,
                                  .form = PS_FORM_RATIO,
                                  .range = PS_RANGE_BINARY,
                                  .n_stats = 2};
static const PsMetric error_rate = {.name = "error rate",
                                    .unit = "%",
                                    .unit_scale = 100,
                                    .direction = PS_LOWER_IS_BETTER,
                                    .form = PS_FORM_RATIO,
                                    .range = PS_RANGE_BINARY,
                                    .n_stats = 2};

// One task with one attribute, whose values are a, b, c …, and rows that are right or wrong.
typedef struct {
    PsSuiteCondition clean;
    PsTask task;
    PsPlanTask planned;
    PsAuditData *data;
    PsStatColumn metric;
    char *groups[2];
    PsAuditOptions options;
    PsAudit audit;
} Made;

static PsTaskRows *rows_new(size_t n)
{
    PsTaskRows *rows = g_new0(PsTaskRows, 1);
    rows->n_rows = n;
    rows->item_ids = g_new0(uint64_t, n);
    rows->sample_ids = g_new0(uint64_t, n);
    rows->samples = g_new0(PsNameHash, n);
    rows->sources = g_new0(PsNameHash, n);
    rows->clusters = g_new0(uint32_t, n);
    rows->conditions = g_new0(uint32_t, n);
    rows->epochs = g_new0(uint32_t, n);
    rows->outcomes = g_new0(PsOutcome, n);
    rows->latencies_ms = g_new0(double, n);
    rows->confidences = g_new0(double, n);
    rows->n_metrics = rows->n_suite_metrics = 1;
    rows->metrics = g_new0(PsStatColumn, 1);
    rows->metrics[0] = (PsStatColumn){
        .metric = &accuracy, .stats = g_new0(double, 2 * n), .is_defined = g_new0(bool, n)};
    for (size_t row = 0; row < n; row++) {
        rows->samples[row].low = row;
        rows->confidences[row] = NAN;
        rows->metrics[0].stats[2 * row + 1] = 1;
        rows->metrics[0].is_defined[row] = true;
    }
    return rows;
}

static Made *made_new(size_t n_rows, size_t n_groups)
{
    Made *made = g_new0(Made, 1);
    made->clean.label = (char *)"clean";
    made->task =
        (PsTask){.name = (char *)"task", .n_conditions = 1, .conditions = &made->clean};
    made->planned.task = &made->task;
    made->data = g_new0(PsAuditData, 1);
    made->data->task = &made->planned;
    made->data->rows = rows_new(n_rows);
    made->data->n_columns = 1;
    made->data->columns = g_new0(PsAuditColumn, 1);
    PsKeyColumn *keys = &made->data->columns[0].keys;
    made->data->columns[0].name = g_strdup("group");
    keys->n_keys = n_groups;
    keys->names = g_new0(char *, n_groups + 1);
    for (size_t i = 0; i < n_groups; i++)
        keys->names[i] = g_strdup_printf("%c", (char)('a' + i));
    keys->of_rows = g_new0(uint32_t, n_rows);
    made->data->pairs = g_new0(uint32_t, n_rows);
    made->data->is_control = g_new0(bool, n_rows);
    made->data->answers = g_new0(PsNameHash, n_rows);
    made->data->is_reference = g_new0(bool, n_rows);
    made->data->labels = g_new0(uint8_t, n_rows);
    made->data->predictions = g_new0(uint8_t, n_rows);
    made->groups[0] = (char *)"group";
    made->options.groups = made->groups;
    return made;
}

static void set_row(Made *made, size_t row, uint32_t cluster, uint32_t group, bool is_right)
{
    made->data->rows->clusters[row] = cluster;
    made->data->columns[0].keys.of_rows[row] = group;
    made->data->rows->metrics[0].stats[2 * row] = is_right;
}

// To be called once all rows are set.
static void made_start(Made *made)
{
    PsAudit *audit = &made->audit;
    size_t n_rows = made->data->rows->n_rows;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    *audit = (PsAudit){.options = &made->options,
                       .data = made->data,
                       .metric = &made->data->rows->metrics[0],
                       .least_rows = 10,
                       .action = "human",
                       .findings = ps_findings_new("audit", "test")};
    audit->groupings = ps_audit_groupings(made->data, made->groups, notes, NULL);
    audit->error = *audit->metric;
    audit->error.metric = &error_rate;
    audit->error.stats = g_new(double, 2 * n_rows);
    for (size_t row = 0; row < n_rows; row++) {
        audit->error.stats[2 * row] = 1 - audit->metric->stats[2 * row];
        audit->error.stats[2 * row + 1] = 1;
    }
    const PsStatColumn *columns[] = {&audit->error};
    audit->cells = ps_audit_measure(audit, columns, 1);
}

static void made_free(Made *made)
{
    g_array_unref(made->audit.cells);
    g_ptr_array_unref(made->audit.groupings);
    g_free(made->audit.error.stats);
    ps_findings_free(made->audit.findings);
    ps_audit_data_free(made->data);
    g_free(made);
}

static const PsTable *find_table(const Made *made, const char *id)
{
    for (size_t i = 0; i < made->audit.findings->tables->len; i++) {
        const PsTable *table = made->audit.findings->tables->pdata[i];
        if (strcmp(table->id, id) == 0) return table;
    }
    cr_assert_fail("no table %s", id);
    return NULL;
}

static const PsCell *find_cell(const PsTable *table, size_t row, const char *column)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (strcmp(table->columns[i].id, column) == 0) return ps_table_cell(table, row, i);
    cr_assert_fail("no column %s", column);
    return NULL;
}

static const PsAuditCell *cell_of(const Made *made, size_t group)
{
    return &g_array_index(made->audit.cells, PsAuditCell, group);
}

// ---- gaps

// Draws of groups of 80 rows with one chance of an error for all.
static void fill_alike(Made *made, PsRng *rng, size_t n_groups, double p)
{
    for (size_t row = 0; row < made->data->rows->n_rows; row++)
        set_row(made, row, (uint32_t)(row / 2), (uint32_t)(row % n_groups),
                ps_rng_uniform(rng) >= p);
}

// A gap is never 0, so what counts is how it compares with chance: small p are as rare as they
// should be, and the gap by chance is the mean gap.
Test(audit, gaps_of_groups_that_are_alike_are_chance)
{
    enum { N_DRAWS = 300, N_GROUPS = 5 };
    PsRng rng;
    ps_rng_init(&rng, 11, 12);
    double mean_gap = 0, mean_chance = 0;
    size_t n_small_p = 0;
    for (size_t i = 0; i < N_DRAWS; i++) {
        Made *made = made_new(400, N_GROUPS);
        fill_alike(made, &rng, N_GROUPS, 0.2);
        made_start(made);
        ps_audit_add_gaps(&made->audit);
        const PsTable *table = find_table(made, "task.gaps");
        mean_gap += find_cell(table, 0, "gap")->estimate.value / N_DRAWS;
        mean_chance += find_cell(table, 0, "chance")->estimate.value / N_DRAWS;
        n_small_p += find_cell(table, 0, "p")->p <= 0.05;
        made_free(made);
    }
    cr_expect(n_small_p <= N_DRAWS * 0.09, "%zu of %d", n_small_p, N_DRAWS);
    cr_expect(n_small_p >= 3, "%zu of %d", n_small_p, N_DRAWS);
    cr_expect_float_eq(mean_chance, mean_gap, 0.15 * mean_gap);
}

Test(audit, a_planted_gap_is_in_its_interval)
{
    PsRng rng;
    ps_rng_init(&rng, 13, 14);
    size_t n_covered = 0;
    for (size_t i = 0; i < 100; i++) {
        Made *made = made_new(1200, 2);
        for (size_t row = 0; row < 1200; row++)
            set_row(made, row, (uint32_t)(row / 2), row % 2,
                    ps_rng_uniform(&rng) >= (row % 2 ? 0.3 : 0.1));
        made_start(made);
        ps_audit_add_gaps(&made->audit);
        const PsTable *table = find_table(made, "task.gaps");
        const PsEstimate *gap = &find_cell(table, 0, "gap")->estimate;
        n_covered += gap->low <= 0.2 && gap->high >= 0.2;
        cr_expect_leq(find_cell(table, 0, "p")->p, 0.01);
        const PsEstimate *worst =
            &find_cell(find_table(made, "task.minimum"), 0, "value")->estimate;
        cr_expect(worst->low < worst->value && worst->value < worst->high);
        made_free(made);
    }
    cr_expect(n_covered >= 89, "%zu", n_covered);
}

// More sources than blocks: the spread of the drawn totals is that of independent rows.
Test(audit, blocks_keep_the_spread_of_sources)
{
    enum { N_ROWS = 40000, N_DRAWS = 1000 };
    Made *made = made_new(N_ROWS, 1);
    PsRng rng;
    ps_rng_init(&rng, 15, 16);
    for (size_t row = 0; row < N_ROWS; row++)
        set_row(made, row, (uint32_t)row, 0, ps_rng_uniform(&rng) >= 0.3);
    made_start(made);
    const PsStatColumn *column = &made->data->rows->metrics[0];
    g_auto(PsBlocks) blocks =
        ps_blocks_new(made->data->rows, made->data->columns[0].keys.of_rows, 1, column->stats,
                      column->is_defined);
    cr_assert_eq(blocks.n_blocks, PS_BLOCKS_MOST);
    g_autofree double *totals = ps_blocks_draw(&blocks, N_DRAWS, 1);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < N_DRAWS; i++) {
        double share = totals[2 * i] / totals[2 * i + 1];
        sum += share, squares += share * share;
    }
    double mean = sum / N_DRAWS, spread = sqrt(squares / N_DRAWS - mean * mean);
    cr_expect_float_eq(spread, sqrt(0.7 * 0.3 / N_ROWS), 0.08 * sqrt(0.7 * 0.3 / N_ROWS));
    made_free(made);
}

// ---- groups

Test(audit, many_groups_that_are_alike_give_few_findings)
{
    enum { N_DRAWS = 200, N_GROUPS = 20 };
    PsRng rng;
    ps_rng_init(&rng, 17, 18);
    size_t n_with_findings = 0;
    for (size_t i = 0; i < N_DRAWS; i++) {
        Made *made = made_new(2000, N_GROUPS);
        fill_alike(made, &rng, N_GROUPS, 0.15);
        made_start(made);
        bool has_found = false;
        for (size_t g = 0; g < N_GROUPS; g++)
            has_found = has_found || cell_of(made, g)->p_adjusted <= PS_AUDIT_LEVEL;
        n_with_findings += has_found;
        made_free(made);
    }
    cr_expect(n_with_findings <= N_DRAWS * 0.09, "%zu of %d", n_with_findings, N_DRAWS);
}

Test(audit, a_group_is_small_by_rows_or_by_sources)
{
    Made *made = made_new(300, 4);
    for (size_t row = 0; row < 300; row++) {
        // a: 9 rows; b: 20 rows of 4 sources; c: 10 rows of 10 sources; d: the rest
        uint32_t group = row < 9 ? 0 : row < 29 ? 1 : row < 39 ? 2 : 3;
        size_t source = group == 0 ? row : group == 1 ? 9 + (row - 9) / 5 : row - 16;
        set_row(made, row, (uint32_t)source, group, row % 3);
    }
    made_start(made);
    cr_expect_str_eq(ps_audit_word(cell_of(made, 0)), "too small");
    cr_expect_str_eq(ps_audit_word(cell_of(made, 1)), "too small");
    cr_expect(isnan(cell_of(made, 0)->p_adjusted) && isnan(cell_of(made, 1)->p_adjusted));
    cr_expect_not(cell_of(made, 2)->is_small);
    cr_expect_not(cell_of(made, 3)->is_small);
    made_free(made);
}

// ---- label noise

// Labels are flipped at random, 10 % of them, whatever the group: what the table gives as the
// difference behind holds the true one as often as an interval should, and the observed
// difference does not.
Test(audit, random_label_noise_is_taken_out)
{
    enum { N_DRAWS = 200, N_ROWS = 2000 };
    PsRng rng;
    ps_rng_init(&rng, 19, 20);
    size_t n_covered = 0, n_naive = 0;
    for (size_t i = 0; i < N_DRAWS; i++) {
        Made *made = made_new(N_ROWS, 2);
        made->data->is_binary = true;
        for (size_t row = 0; row < N_ROWS; row++) {
            bool is_wrong = ps_rng_uniform(&rng) < (row % 2 ? 0.5 : 0.15);
            bool is_mislabelled = ps_rng_uniform(&rng) < 0.10;
            set_row(made, row, (uint32_t)row, row % 2, is_wrong == is_mislabelled);
        }
        made_start(made);
        ps_audit_add_noise(&made->audit);
        const PsTable *table = find_table(made, "task.noise");
        size_t at = 0;
        while (find_cell(table, at, "rate")->count != 10)
            at++;
        const PsEstimate *behind = &find_cell(table, at, "random")->estimate;
        const PsEstimate *observed = &cell_of(made, 1)->contrast.difference;
        n_covered += behind->low <= 0.35 && behind->high >= 0.35;
        n_naive += observed->low <= 0.35 && observed->high >= 0.35;
        made_free(made);
    }
    cr_expect(n_covered >= N_DRAWS * 0.91, "%zu of %d", n_covered, N_DRAWS);
    cr_expect(n_naive <= N_DRAWS * 0.3, "%zu of %d", n_naive, N_DRAWS);
}

// The smallest number of wrong labels is the smallest: one fewer leaves the verdict.
Test(audit, the_fewest_wrong_labels_are_the_fewest)
{
    enum { N_ROWS = 600 };
    size_t n_named = 0;
    for (size_t n_wrong = 0; n_wrong < 200; n_wrong++) {
        Made *made = made_new(N_ROWS, 2);
        size_t n_relabelled = 0, n_errors = 0;
        for (size_t row = 0; row < N_ROWS; row++) {
            bool is_group = row < 200, is_wrong = is_group ? row % 2 == 0 : row % 5 == 0;
            n_errors += is_wrong && is_group;
            if (is_wrong && is_group && n_relabelled < n_wrong)
                n_relabelled++, is_wrong = false;
            set_row(made, row, (uint32_t)row, !is_group, !is_wrong);
        }
        made_start(made);
        ps_audit_add_noise(&made->audit);
        const PsTable *table = find_table(made, "task.labels");
        if (n_wrong == 0) {
            cr_assert_str_eq(find_cell(table, 0, "verdict")->text, "worse");
            cr_assert_str_eq(find_cell(table, 0, "where")->text, "in the group");
            n_named = find_cell(table, 0, "labels")->count;
            cr_assert(n_named > 0 && n_named < n_errors);
        }
        cr_expect_eq(ps_audit_is_worse(cell_of(made, 0)), n_wrong < n_named,
                     "%zu wrong labels of %zu", n_wrong, n_named);
        made_free(made);
        if (n_wrong > n_named) break;
    }
}
