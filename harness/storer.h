// The storer: a thread of the collect stage that scores and stores finished work while the next
// answers arrive. Between ps_storer_new and ps_storer_finish the run file is its alone.
//
// Responses share a transaction, at most 256 of them or 20 ms; only what was committed counts.
#pragma once

#include "harness/progress.h"
#include "harness/run_rows.h"
#include "harness/work.h"

typedef struct PsStorer PsStorer;

// rows (or NULL) are read on after each commit.
PsStorer *
ps_storer_new(PsRunFile *run, const PsPlan *plan, PsRunRows *rows, PsProgress *progress);

// Takes ownership of work, whose response is filled. It is handed to the thread together with
// what else comes within PS_STORER_GATHER_NS, since waking the thread costs as much as storing.
void ps_storer_add(PsStorer *storer, PsWork *work);
#define PS_STORER_GATHER_NS 2000000

// Hands over what was added, if it is time to. Of the items before end_item everything was
// added that there will be. Returns in how many ns it has to be called again, or INT64_MAX.
int64_t ps_storer_send(PsStorer *storer, uint64_t end_item);

// All there is was asked. What is stored is folded into the run file while the last answers
// are waited for, or else it would be afterwards.
void ps_storer_expect_end(PsStorer *storer);

// How much was added and is not yet written; more than PS_STORER_MOST is reason to wait.
int ps_storer_backlog(PsStorer *storer);
#define PS_STORER_MOST 4096

// False if storing has failed: there is no point in going on, ps_storer_finish says why.
bool ps_storer_is_well(PsStorer *storer);

// Hands over what is left: nothing more is added. The thread stores it and ends.
void ps_storer_end(PsStorer *storer);

// Waits for that, commits, and frees the storer. Sets *n_stored to the number of committed
// responses, whatever it returns.
bool ps_storer_finish(PsStorer *storer, uint64_t *n_stored, GError **error);
