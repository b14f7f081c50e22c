// A judge: a system that rates answers by a rubric, on a scale of whole numbers. It is asked
// after the run, through any adapter, and sees text only: the task's prompt, the sample's
// texts, the references and the answer. Numbered rules:
//
// 1. the judge is asked to reply with its rating alone;
// 2. a reply is a rating if it is a whole number of the scale, or if its last line says
//    "rating", ":" and such a number; marks around it and "/MOST" behind it do not matter;
// 3. any other reply, and no reply, is a failure of the judge. It is counted, and no rating;
// 4. what is asked is known by its content: judge, rubric, scale, question, references, answer.
//    Content that was rated is not asked again, in whatever row of the run it stands.
#pragma once

#include "harness/sample.h"

#include <stdint.h>

#define PS_JUDGE_LEVELS_MOST 101 // of a scale

typedef struct {
    char *model;     // "openai/gpt-4o"
    char *rubric;    // what makes an answer good
    int least, most; // the scale; least < most
} PsJudge;

void ps_judge_free(PsJudge *judge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsJudge, ps_judge_free)

// The instruction (rule 1), the same for all answers; the caller's.
char *ps_judge_prompt(const PsJudge *judge);

// What is to be rated: prompt (the task's, or NULL), sample and answer as one text; the
// caller's.
char *ps_judge_question(const char *prompt, const PsSample *sample, const char *answer);

// Rule 2. False: a failure.
bool ps_judge_read_rating(const PsJudge *judge, const char *reply, int *rating);

// Rule 4: the key of a question to this judge.
void ps_judge_key(const PsJudge *judge, const char *question, uint8_t key[16]);
