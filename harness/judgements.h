// What a judge said, kept in the run file by content, so that nothing is asked twice (rule 4 of
// harness/judge.h). Not safe from several threads at once.
#pragma once

#include "harness/runfile.h"
#include "harness/suite.h"

typedef struct PsJudgements PsJudgements;

// Makes the run file's table of judgements if it has none; run and judge live longer.
PsJudgements *ps_judgements_open(PsRunFile *run, const PsJudge *judge, GError **error);
void ps_judgements_close(PsJudgements *judgements);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsJudgements, ps_judgements_close)

// Sets judgement and rating of an answered response of task to sample, from what is kept.
bool ps_judgements_find(PsJudgements *judgements,
                        const PsTask *task,
                        const PsSample *sample,
                        PsResponse *response,
                        GError **error);

// Whether a question has to be asked: it never was, or no reply came.
bool ps_judgements_lack(PsJudgements *judgements,
                        const uint8_t key[16],
                        bool *is_lacking,
                        GError **error);

// Keeps the judge's response to a question, in the open transaction.
bool ps_judgements_store(PsJudgements *judgements,
                         const uint8_t key[16],
                         const PsResponse *reply,
                         GError **error);
