// Slices: named sets of rows of a task. Sets overlap; each stands for itself.
#pragma once

#include "harness/rows.h"

#define PS_SLICES_KEYS_MOST 60 // slices of one slicer in a sheet; the rest become "(other)"

typedef struct {
    char *slicer; // "condition", "sharpness", "attribute:voice"; "" for the task as a whole
    char *title;  // of the slicer, as in a table
    char *key;    // "blur@2", "soft"; "all" for the task as a whole
    size_t n_rows;
    uint32_t *rows; // [n_rows] ascending indices into the task's rows
} PsSlice;

// Every slice of a task: the whole (its clean rows) first, then the conditions, if there are
// any beside clean, then each slicer's keys in order of first appearance. Slices by what the
// dataset states rest on clean rows, those by the parts that were sent on rows of ablations as
// well; slices by what was measured rest on rows of every condition, since a blurred picture is
// a blurred picture whoever blurred it. Of a slicer with more than keys_most keys (0: no limit)
// the smallest are put together as "(other)". PsSlice *, owned by the array.
GPtrArray *ps_slices_of_task(const PsTask *task, const PsTaskRows *table, size_t keys_most);

// "all", or "codec=gsm". The caller's.
char *ps_slice_label(const PsSlice *slice);
