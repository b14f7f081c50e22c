// The judge stage as commands run it.
#pragma once

#include "harness/judging.h"

#include <stdio.h>

typedef struct {
    const PsRegistry *registry;
    int max_retries;
    double timeout_s;                  // limit for one question, retries included
    FILE *out;                         // a line that says what was judged goes here; or NULL
    const volatile sig_atomic_t *stop; // may be NULL
} PsCliJudge;

// Whether the suite's judge, if it has one, is a system there is, and may judge this one.
bool ps_cli_judge_check(const PsRegistry *registry,
                        const PsPlan *plan,
                        bool may_judge_itself,
                        GError **error);

// Judges the answers of run; the suite of plan has a judge.
bool ps_cli_judge(const PsCliJudge *asking, const PsPlan *plan, PsRunFile *run, GError **error);
