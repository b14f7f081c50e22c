// One work item on its way: from the plan, through preparation and the system under test, into
// the run file. Internal to the collect stage.
#pragma once

#include "harness/plan.h"

// A sample that the items made from it share.
typedef struct PsSharedSample PsSharedSample;
PsSharedSample *ps_shared_sample_new(PsSample *sample); // takes ownership
PsSharedSample *ps_shared_sample_ref(PsSharedSample *shared);
void ps_shared_sample_unref(PsSharedSample *shared);
const PsSample *ps_shared_sample_get(const PsSharedSample *shared);

typedef struct {
    PsItem item;
    const PsPlan *plan;
    const PsPlanTask *task;
    PsSharedSample *sample;
    bool verify_media;
    PsSample *view;        // the sample as it is sent, if an ablation changes it; or NULL
    const PsSample *sent;  // view, or the sample itself
    const PsMedia **media; // [sent->n_parts] under the condition, owned; NULL for text
    PsIngested ingested;   // what is made of them for the system, if anything is
    int64_t ingest_start_ns, ingest_end_ns;
    size_t n_slices;
    PsItemSlice *slices; // [n_slices], owned keys
    bool is_broken;      // it cannot be sent (a damaged picture, say): response says why
    int64_t due_ns;      // when the load wants it sent; 0: as soon as there is room
    bool is_answered;    // response is filled
    PsRequest request;
    PsResponse response;
    GError *error;     // the run cannot go on
    GList link;        // in the collector's queue of what is in flight, …
    bool is_in_flight; // … if this says so
} PsWork;

// Takes its own reference on sample.
PsWork *ps_work_new(const PsPlan *plan,
                    const PsPlanTask *task,
                    PsSharedSample *sample,
                    PsItem item,
                    bool verify_media);
void ps_work_free(PsWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsWork, ps_work_free)

// Frees the media; what was measured of them stays.
void ps_work_drop_media(PsWork *work);

// Whether preparing it takes long enough to be worth a thread (decoding, conditions).
bool ps_work_is_heavy(const PsWork *work);

// Loads the media, computes the item's key, applies the condition: what ps_work_prepare begins
// with, for those who only want the media as they were sent.
bool ps_work_load(PsWork *work, GError **error);

// Loads the media, applies the condition, measures the slices, computes the item's key, fills
// the request. False if the data is not what the dataset says (error names dataset and sample).
// A condition that cannot be applied to a damaged picture or sound, and one that cannot be made
// fit for the system, breaks the item, not the run.
bool ps_work_prepare(PsWork *work, GError **error);

// Puts what was made of the parts in front of the response's own spans.
void ps_work_add_trace(PsWork *work);
