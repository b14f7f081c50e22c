#include "harness/judgements.h"

#include "harness/runfile_private.h"

enum { FIND, STORE, N_STATEMENTS };

struct PsJudgements {
    PsRunFile *run;
    const PsJudge *judge;
    sqlite3_stmt *statements[N_STATEMENTS];
};

// No rating: the judge failed; then either its reply holds none, or none came (error).
static const char table[] =
    "CREATE TABLE IF NOT EXISTS judgement ("
    " key BLOB PRIMARY KEY, rating INTEGER, reply TEXT, error TEXT) WITHOUT ROWID";

static const char *const sql[N_STATEMENTS] = {
    [FIND] = "SELECT rating, reply FROM judgement WHERE key = ?1",
    [STORE] = "INSERT OR REPLACE INTO judgement VALUES (?1, ?2, ?3, ?4)",
};

PsJudgements *ps_judgements_open(PsRunFile *run, const PsJudge *judge, GError **error)
{
    if (!ps_runfile_commit(run, error) || !ps_runfile_execute(run, table, error)) return NULL;
    g_autoptr(PsJudgements) judgements = g_new0(PsJudgements, 1);
    judgements->run = run;
    judgements->judge = judge;
    for (int i = 0; i < N_STATEMENTS; i++) {
        judgements->statements[i] = ps_runfile_prepare(run, sql[i], error);
        if (judgements->statements[i] == NULL) return NULL;
    }
    return g_steal_pointer(&judgements);
}

void ps_judgements_close(PsJudgements *judgements)
{
    if (judgements == NULL) return;
    for (int i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(judgements->statements[i]);
    g_free(judgements);
}

typedef struct {
    bool is_there, has_rating, has_reply;
    int rating;
} Kept;

static bool find(PsJudgements *judgements, const uint8_t key[16], Kept *kept, GError **error)
{
    sqlite3_stmt *statement = judgements->statements[FIND];
    sqlite3_bind_blob(statement, 1, key, 16, SQLITE_STATIC);
    const int status = ps_runfile_step(judgements->run, statement, error);
    *kept = (Kept){.is_there = status == 1};
    if (kept->is_there) {
        kept->has_rating = sqlite3_column_type(statement, 0) != SQLITE_NULL;
        kept->has_reply = sqlite3_column_type(statement, 1) != SQLITE_NULL;
        kept->rating = sqlite3_column_int(statement, 0);
    }
    sqlite3_reset(statement);
    return status >= 0;
}

bool ps_judgements_find(PsJudgements *judgements,
                        const PsTask *task,
                        const PsSample *sample,
                        PsResponse *response,
                        GError **error)
{
    const PsJudge *judge = judgements->judge;
    g_autofree char *question = ps_judge_question(task->prompt, sample, response->answer);
    uint8_t key[16];
    Kept kept;
    ps_judge_key(judge, question, key);
    if (!find(judgements, key, &kept, error)) return false;
    response->judgement = PS_JUDGEMENT_NONE;
    if (!kept.is_there) return true;
    response->judgement = kept.has_rating ? PS_JUDGEMENT_GIVEN : PS_JUDGEMENT_FAILED;
    if (kept.has_rating)
        response->rating = (double)(kept.rating - judge->least) / (judge->most - judge->least);
    return true;
}

bool ps_judgements_lack(PsJudgements *judgements,
                        const uint8_t key[16],
                        bool *is_lacking,
                        GError **error)
{
    Kept kept;
    if (!find(judgements, key, &kept, error)) return false;
    *is_lacking = !kept.is_there || (!kept.has_rating && !kept.has_reply);
    return true;
}

// What the judge said: a refusal and an "I don't know" are replies as well.
static const char *text_of(const PsResponse *reply)
{
    if (reply->outcome == PS_OUTCOME_ANSWERED) return reply->answer;
    const bool has_declined =
        reply->outcome == PS_OUTCOME_REFUSED || reply->outcome == PS_OUTCOME_ABSTAINED;
    return has_declined ? reply->error : NULL;
}

bool ps_judgements_store(PsJudgements *judgements,
                         const uint8_t key[16],
                         const PsResponse *reply,
                         GError **error)
{
    sqlite3_stmt *statement = judgements->statements[STORE];
    const char *text = text_of(reply);
    int rating;
    if (!ps_runfile_begin(judgements->run, error)) return false;
    sqlite3_bind_blob(statement, 1, key, 16, SQLITE_STATIC);
    if (text != NULL && ps_judge_read_rating(judgements->judge, text, &rating))
        sqlite3_bind_int(statement, 2, rating);
    else
        sqlite3_bind_null(statement, 2);
    ps_runfile_bind_text(statement, 3, text);
    ps_runfile_bind_text(statement, 4, text != NULL ? NULL : reply->error);
    return ps_runfile_run_once(judgements->run, statement, error);
}
