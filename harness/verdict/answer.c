#include "harness/verdict/answer.h"

#include "harness/error.h"

#include <sqlite3.h>

#define ANSWER_MOST_CHARACTERS 2000

char *ps_answer_load(PsRunFile *run, uint64_t item_id, GError **error)
{
    sqlite3_stmt *statement = ps_runfile_prepare(
        run, "SELECT substr(answer, 1, ?2), outcome FROM response WHERE item_id = ?1", error);
    if (statement == NULL) return NULL;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)item_id);
    sqlite3_bind_int(statement, 2, ANSWER_MOST_CHARACTERS);
    char *text = NULL;
    int status = ps_runfile_step(run, statement, error);
    if (status == 0)
        ps_fail(error, PS_ERROR_DATA, "%s: item %" G_GUINT64_FORMAT " is gone",
                ps_runfile_path(run), item_id);
    if (status == 1) {
        const char *answer = (const char *)sqlite3_column_text(statement, 0);
        const char *outcome = (const char *)sqlite3_column_text(statement, 1);
        text =
            answer != NULL ? g_strdup(answer) : g_strdup_printf("(%s)", outcome ? outcome : "");
    }
    sqlite3_finalize(statement);
    return text;
}
