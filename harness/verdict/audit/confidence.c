// Calibration and selective answering by group: from stated confidences, or else from how often
// repeated answers agree.
#include "harness/verdict/audit/confidence.h"
#include "harness/stats/calibration.h"
#include "harness/stats/distributions.h"
#include "harness/stats/intervals.h"
#include "harness/stats/parallel.h"
#include "harness/stats/selective.h"

#include <math.h>

#define N_BINS 15
#define N_FOLDS 20 // of sources, for the jackknife
#define CONFIDENCE 0.95

// ---- records

static double correctness(const PsStatColumn *metric, size_t row)
{
    double value = ps_stat_column_value(metric, row);
    return metric->metric->direction == PS_LOWER_IS_BETTER ? 1 - value : value;
}

static void add_record(PsConfidences *records, uint32_t row, double confidence, double correct)
{
    records->rows[records->n] = row;
    records->confidence[records->n] = confidence;
    records->correct[records->n++] = correct;
}

static void read_stated(PsConfidences *records, const PsAudit *audit)
{
    const PsTaskRows *rows = audit->data->rows;
    for (uint32_t row = 0; row < rows->n_rows; row++) {
        double correct = correctness(audit->metric, row);
        if (!isnan(rows->confidences[row]) && !isnan(correct))
            add_record(records, row, CLAMP(rows->confidences[row], 0, 1), correct);
    }
}

// The end of the rows of one sample under one condition: its epochs.
size_t ps_audit_end_of_epochs(const PsTaskRows *rows, size_t row)
{
    size_t end = row + 1;
    while (end < rows->n_rows && rows->conditions[end] == rows->conditions[row]
           && ps_name_hash_compare(rows->samples[end], rows->samples[row]) == 0)
        end++;
    return end;
}

// The answer that most epochs gave (the earliest of those that tie) stands for the sample: its
// confidence is its share, and it is as correct as it was scored.
static void
read_agreement_of(PsConfidences *records, const PsAudit *audit, size_t row, size_t end)
{
    const PsAuditData *data = audit->data;
    size_t n_answered = 0, n_best = 0, best = row;
    for (size_t i = row; i < end; i++) {
        size_t n_alike = 0;
        if (isnan(correctness(audit->metric, i))) continue;
        n_answered++;
        for (size_t j = row; j < end; j++)
            n_alike += !isnan(correctness(audit->metric, j))
                       && ps_name_hash_compare(data->answers[i], data->answers[j]) == 0;
        if (n_alike > n_best) n_best = n_alike, best = i;
    }
    if (n_answered >= 2)
        add_record(records, (uint32_t)best, (double)n_best / (double)n_answered,
                   correctness(audit->metric, best));
}

static void read_agreement(PsConfidences *records, const PsAudit *audit)
{
    const PsTaskRows *rows = audit->data->rows;
    for (size_t row = 0, end; row < rows->n_rows; row = end) {
        end = ps_audit_end_of_epochs(rows, row);
        read_agreement_of(records, audit, row, end);
    }
}

PsConfidences ps_confidences_new(const PsAudit *audit)
{
    const PsTaskRows *rows = audit->data->rows;
    PsConfidences records = {.rows = g_new(uint32_t, rows->n_rows + 1),
                             .confidence = g_new(double, rows->n_rows + 1),
                             .correct = g_new(double, rows->n_rows + 1)};
    if (!ps_audit_is_share(audit->metric->metric)) return records;
    read_stated(&records, audit);
    records.is_stated = records.n > 0;
    if (!records.is_stated) read_agreement(&records, audit);
    return records;
}

void ps_confidences_clear(PsConfidences *records)
{
    g_free(records->rows);
    g_free(records->confidence);
    g_free(records->correct);
}

PsConfidences ps_confidences_of_group(const PsConfidences *all,
                                      const PsAuditGrouping *grouping,
                                      uint32_t group)
{
    PsConfidences some = {.is_stated = all->is_stated,
                          .rows = g_new(uint32_t, all->n + 1),
                          .confidence = g_new(double, all->n + 1),
                          .correct = g_new(double, all->n + 1)};
    for (size_t i = 0; i < all->n; i++)
        if (grouping->of_rows[all->rows[i]] == group)
            add_record(&some, all->rows[i], all->confidence[i], all->correct[i]);
    return some;
}

// ---- statistics

typedef enum {
    ECE,
    AURC,
    AT_50,
    AT_80,
    N_STATISTICS,
} Statistic;

static const double coverages[N_STATISTICS] = {[AT_50] = 0.5, [AT_80] = 0.8};

static void
compute(const double *confidence, const double *correct, size_t n, double of[N_STATISTICS])
{
    PsReliabilityBin bins[N_BINS];
    ps_reliability_bins(confidence, correct, n, bins, N_BINS);
    of[ECE] = ps_calibration_error(bins, N_BINS, n).expected;
    g_autoptr(PsRiskCurve) curve = ps_risk_curve_new(confidence, correct, n);
    of[AURC] = curve != NULL ? ps_risk_curve_area(curve) : NAN;
    for (int i = AT_50; i <= AT_80; i++)
        of[i] = curve != NULL ? 1 - ps_risk_curve_risk_at(curve, coverages[i]) : NAN;
}

// folds[i]: the fold of record i; each source is in one.
static size_t make_folds(const PsConfidences *records, const uint32_t *clusters, uint8_t *folds)
{
    size_t n_sources = 0;
    for (size_t i = 0; i < records->n; i++) {
        bool is_new = i == 0 || clusters[records->rows[i]] != clusters[records->rows[i - 1]];
        n_sources += is_new;
        folds[i] = (uint8_t)((n_sources - 1) % N_FOLDS);
    }
    return n_sources;
}

// Delete-a-group jackknife (Kott 2001): spread of the statistics that leave out one fold each.
static void jackknife(const PsConfidences *records,
                      const uint8_t *folds,
                      size_t n_folds,
                      double variance[N_STATISTICS])
{
    double left[N_FOLDS][N_STATISTICS];
    g_autofree double *confidence = g_new(double, records->n + 1);
    g_autofree double *correct = g_new(double, records->n + 1);
    for (size_t fold = 0; fold < n_folds; fold++) {
        size_t n = 0;
        for (size_t i = 0; i < records->n; i++) {
            if (folds[i] == fold) continue;
            confidence[n] = records->confidence[i];
            correct[n++] = records->correct[i];
        }
        compute(confidence, correct, n, left[fold]);
    }
    for (int s = 0; s < N_STATISTICS; s++) {
        double mean = 0, squares = 0;
        for (size_t fold = 0; fold < n_folds; fold++)
            mean += left[fold][s] / (double)n_folds;
        for (size_t fold = 0; fold < n_folds; fold++)
            squares += (left[fold][s] - mean) * (left[fold][s] - mean);
        variance[s] = squares * (double)(n_folds - 1) / (double)n_folds;
    }
}

static void set_interval(PsEstimate *estimate, Statistic which, double variance, size_t n_folds)
{
    PsInterval interval;
    if (variance > 1e-24) {
        interval =
            ps_t_interval(estimate->value, sqrt(variance), (double)n_folds - 1, CONFIDENCE);
        estimate->method = "jackknife of sources";
    } else if (coverages[which] > 0) {
        double n = coverages[which] * (double)estimate->n_clusters;
        interval = ps_wilson(estimate->value * n, n, CONFIDENCE);
        estimate->method = "Wilson, one trial a source that is answered";
    } else {
        estimate->method = "no interval: all sources are alike";
        return;
    }
    estimate->has_interval = true;
    estimate->low = MIN(MAX(interval.low, 0), estimate->value);
    estimate->high = MAX(MIN(interval.high, 1), estimate->value);
}

static PsEstimate brier(const PsAudit *audit, const PsConfidences *records)
{
    g_autofree double *stats = g_new(double, 2 * records->n + 1);
    g_autofree uint32_t *clusters = g_new(uint32_t, records->n + 1);
    for (size_t i = 0; i < records->n; i++) {
        double miss = records->confidence[i] - records->correct[i];
        stats[2 * i] = miss * miss;
        stats[2 * i + 1] = 1;
        clusters[i] = audit->data->rows->clusters[records->rows[i]];
    }
    const PsRows rows = {.n_rows = records->n, .stats = stats, .clusters = clusters};
    return ps_estimate(&ps_unit_share, &rows);
}

typedef struct {
    const PsAuditGrouping *grouping;
    uint32_t group;
    bool is_small;
    PsEstimate brier, of[N_STATISTICS];
} GroupCalibration;

typedef struct {
    const PsAudit *audit;
    const PsConfidences *all;
    GroupCalibration *groups;
} Work;

static void calibrate(size_t at, void *data)
{
    const Work *work = data;
    GroupCalibration *of = &work->groups[at];
    const uint32_t *clusters = work->audit->data->rows->clusters;
    g_auto(PsConfidences) records = ps_confidences_of_group(work->all, of->grouping, of->group);
    g_autofree uint8_t *folds = g_new(uint8_t, records.n + 1);
    size_t n_sources = make_folds(&records, clusters, folds), n_folds = MIN(n_sources, N_FOLDS);
    double values[N_STATISTICS], variance[N_STATISTICS];
    of->is_small = records.n < work->audit->least_rows || n_sources < PS_AUDIT_LEAST_SOURCES;
    if (records.n == 0 || of->is_small) return;
    of->brier = brier(work->audit, &records);
    compute(records.confidence, records.correct, records.n, values);
    jackknife(&records, folds, n_folds, variance);
    for (int s = 0; s < N_STATISTICS; s++) {
        of->of[s] = ps_audit_plain(values[s], records.n);
        of->of[s].n_clusters = n_sources;
        set_interval(&of->of[s], (Statistic)s, variance[s], n_folds);
    }
}

// ---- table

static const PsColumn columns[] = {
    {"by", "by", PS_COLUMN_TEXT, false},
    {"group", "group", PS_COLUMN_TEXT, false},
    {"ece", "calibration error", PS_COLUMN_VALUE, false},
    {"brier", "Brier score", PS_COLUMN_VALUE, false},
    {"aurc", "AURC", PS_COLUMN_VALUE, false},
    {"selective_50", "right, surest 50 %", PS_COLUMN_VALUE, false},
    {"selective_80", "right, surest 80 %", PS_COLUMN_VALUE, false},
};

static void add_row(PsTable *table, const GroupCalibration *of)
{
    ps_table_add_text(table, of->grouping->name);
    ps_table_add_text(table, of->grouping->labels[of->group]);
    if (of->is_small) {
        for (size_t i = 2; i < G_N_ELEMENTS(columns); i++)
            ps_table_add_nothing(table, "too small");
        return;
    }
    ps_table_add_estimate(table, &ps_unit_share, &of->of[ECE]);
    ps_table_add_estimate(table, &ps_unit_number, &of->brier);
    ps_table_add_estimate(table, &ps_unit_number, &of->of[AURC]);
    ps_table_add_estimate(table, &ps_unit_share, &of->of[AT_50]);
    ps_table_add_estimate(table, &ps_unit_share, &of->of[AT_80]);
}

static void add_table(PsAudit *audit, const PsConfidences *all)
{
    g_autoptr(GArray) groups = g_array_new(false, true, sizeof(GroupCalibration));
    GroupCalibration whole = {.grouping = audit->whole};
    g_array_append_val(groups, whole);
    for (size_t i = 0; i < audit->groupings->len; i++) {
        const PsAuditGrouping *grouping = audit->groupings->pdata[i];
        for (uint32_t g = 0; g < grouping->n_groups; g++) {
            GroupCalibration of = {.grouping = grouping, .group = g};
            g_array_append_val(groups, of);
        }
    }
    Work work = {audit, all, (GroupCalibration *)(void *)groups->data};
    ps_parallel(groups->len, ps_audit_n_threads(audit), calibrate, &work);
    PsTable *table = ps_audit_add_table(
        audit, "calibration", "calibration and abstention",
        all->is_stated
            ? "From the confidence that the system states. Calibration error: 15 bins; it is "
              "biased upwards where rows are few."
            : "No confidence is stated: it is the share of a sample's epochs that gave its "
              "most "
              "frequent answer. Calibration error: 15 bins; it is biased upwards where rows "
              "are "
              "few.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < groups->len; i++)
        add_row(table, &work.groups[i]);
}

void ps_audit_add_confidence(PsAudit *audit)
{
    const char *task = audit->data->task->task->name;
    g_auto(PsConfidences) all = ps_confidences_new(audit);
    if (all.n > 0)
        add_table(audit, &all);
    else
        ps_findings_add_note(
            audit->findings, "%s: no calibration: %s", task,
            ps_audit_is_share(audit->metric->metric)
                ? "the system states no confidence, and no sample was answered twice (epochs)"
                : "it needs a metric from 0 to 1");
}
