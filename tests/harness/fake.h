// A registry of modules made for the tests of the stages: an echoing system, a metric that
// compares, a reader of samples from memory. Nothing here is a module of the product.
#pragma once

#include "harness/collect.h"
#include "harness/registry.h"
#include "harness/report.h"

// The adapter "fake": answers with the sample's text. Its name chooses what else it does:
// "echo", "wrong" (answers "wrong"), "slow" (5 ms each), "abstain", "sure" (states a confidence
// of 0.75), "tokens" (has one of exp(-0.5), from tokens), "dies" (the run cannot go on).
extern const PsRegistry fake_registry;

// How many samples the dataset "fake:N" holds; the suite names it. Sample i has the text
// "text i", that text as its reference, cluster "c<i / 2>" and attribute parity=even|odd.
#define FAKE_DATASET "fake:"

// With the name "events" an event-driven adapter answers, one request each time it is waited
// for. How many requests it was given at most between two such times of its last run, and how
// often it was not to wait although it had no room for more.
int fake_most_at_once(void);
int fake_n_idle_polls(void);

// How often the fake adapter was asked since the start of the process.
int fake_n_asked(void);

// A new empty folder for one test, and its removal.
char *fake_folder_new(void);
void fake_folder_free(char *folder);

// Runs suite_text with --model fake/NAME into run_path, as the run command does.
bool fake_run(const char *suite_text,
              const char *name,
              const char *run_path,
              PsCollectResult *result,
              GError **error);

// The same with a number of workers and a stop flag (may be NULL).
bool fake_run_with(const char *suite_text,
                   const char *name,
                   const char *run_path,
                   int n_workers,
                   double rate,
                   const volatile sig_atomic_t *stop,
                   PsCollectResult *result,
                   GError **error);

// The rows of `sql` in the run file, columns joined by '|', rows by newlines. Caller's.
char *fake_query(const char *run_path, const char *sql);
