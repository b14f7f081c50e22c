#include "harness/runfile_private.h"

#include "harness/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 5000 // how long another process may hold a lock

static const char schema[] =
    "CREATE TABLE info (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE slicer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE sample ("
    " sample_id INTEGER PRIMARY KEY, task INTEGER NOT NULL, id TEXT NOT NULL,"
    " cluster TEXT NOT NULL, content TEXT NOT NULL);"
    "CREATE TABLE response ("
    " item_id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL, condition INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, key BLOB NOT NULL, outcome TEXT NOT NULL, answer TEXT, error "
    "TEXT,"
    " raw TEXT, finish_reason TEXT, scheduled_ns INTEGER NOT NULL, started_ns INTEGER NOT NULL,"
    " first_token_ns INTEGER, finished_ns INTEGER NOT NULL, n_attempts INTEGER NOT NULL,"
    " input_tokens INTEGER, output_tokens INTEGER, confidence REAL, token_gaps_us BLOB);"
    "CREATE TABLE score ("
    " item_id INTEGER NOT NULL, metric INTEGER NOT NULL, numerator REAL NOT NULL,"
    " denominator REAL, more BLOB, PRIMARY KEY (item_id, metric)) WITHOUT ROWID;"
    "CREATE TABLE slice ("
    " item_id INTEGER NOT NULL, slicer INTEGER NOT NULL, key TEXT NOT NULL, value REAL,"
    " PRIMARY KEY (item_id, slicer)) WITHOUT ROWID;"
    "CREATE TABLE span ("
    " item_id INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,"
    " start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, detail TEXT,"
    " PRIMARY KEY (item_id, position)) WITHOUT ROWID;"
    "CREATE TABLE media (sha256 TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL);"
    "CREATE TABLE evidence ("
    " item_id INTEGER NOT NULL, part INTEGER NOT NULL, sha256 TEXT NOT NULL,"
    " PRIMARY KEY (item_id, part)) WITHOUT ROWID;";

// What an SQLite result code means for whoever has to act on it.
static PsErrorCode code_of(int status)
{
    switch (status & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return PS_ERROR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
        return PS_ERROR_DATA;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return PS_ERROR_BUSY;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return PS_ERROR_CANT_CREATE;
    default:
        return PS_ERROR_SOFTWARE;
    }
}

static bool fail_sqlite(const PsRunFile *run, GError **error)
{
    int status = sqlite3_extended_errcode(run->database);
    const char *hint = "";
    if ((status & 0xff) == SQLITE_FULL) hint = " (no space left; what was stored is safe)";
    if ((status & 0xff) == SQLITE_IOERR)
        hint = " (no space left, or the disk fails; what was stored is safe)";
    if ((status & 0xff) == SQLITE_CORRUPT) hint = " (the run file is damaged)";
    return ps_fail(error, code_of(status), "%s: %s%s", run->path, sqlite3_errmsg(run->database),
                   hint);
}

// ---- opening

static bool fail_errno(const char *path, PsErrorCode code, GError **error)
{
    return ps_fail(error, code, "%s: %s", path, g_strerror(errno));
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8
           | bytes[3];
}

// Looks at the header (https://www.sqlite.org/fileformat.html §1.3) before SQLite may touch a
// file that is somebody else's. An empty file is a run file that died at birth.
static bool check_header(const char *path, int fd, GError **error)
{
    uint8_t header[100];
    ssize_t length = pread(fd, header, sizeof header, 0);
    if (length < 0) return fail_errno(path, PS_ERROR_IO, error);
    if (length == 0) return true;
    if (length < (ssize_t)sizeof header || memcmp(header, "SQLite format 3", 16) != 0
        || big_endian(header + 68) != PS_RUNFILE_APPLICATION_ID)
        return ps_fail(error, PS_ERROR_DATA, "%s: not a proofsheet run file", path);
    uint32_t version = big_endian(header + 60);
    if (version > PS_RUNFILE_VERSION)
        return ps_fail(error, PS_ERROR_DATA,
                       "%s: made by a newer proofsheet (format %u, this one knows %d)", path,
                       version, PS_RUNFILE_VERSION);
    return true;
}

static int open_flags(PsRunFileMode mode)
{
    if (mode == PS_RUNFILE_READ) return O_RDONLY | O_CLOEXEC;
    return O_RDWR | O_CLOEXEC | (mode == PS_RUNFILE_CREATE ? O_CREAT : 0);
}

// The descriptor stays open as long as SQLite has the file open: closing any descriptor of a
// file drops the POSIX locks of the whole process on it, which are what SQLite relies on.
static bool open_descriptor(PsRunFile *run, PsRunFileMode mode, GError **error)
{
    run->lock_fd = open(run->path, open_flags(mode), 0666);
    if (run->lock_fd < 0)
        return fail_errno(run->path,
                          errno == ENOENT && mode != PS_RUNFILE_CREATE ? PS_ERROR_NO_INPUT
                                                                       : PS_ERROR_CANT_CREATE,
                          error);
    struct stat info;
    if (fstat(run->lock_fd, &info) < 0 || !S_ISREG(info.st_mode))
        return ps_fail(error, PS_ERROR_DATA, "%s: not a regular file", run->path);
    if (mode != PS_RUNFILE_READ && flock(run->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return ps_fail(error, PS_ERROR_BUSY, "%s: another proofsheet is writing to it",
                       run->path);
    if (mode != PS_RUNFILE_CREATE && info.st_size == 0)
        return ps_fail(error, PS_ERROR_DATA, "%s: an empty file, not a run", run->path);
    return check_header(run->path, run->lock_fd, error);
}

static bool open_database(PsRunFile *run, PsRunFileMode mode, GError **error)
{
    int flags = mode == PS_RUNFILE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (sqlite3_open_v2(run->path, &run->database, flags | SQLITE_OPEN_NOMUTEX, NULL)
        != SQLITE_OK)
        return fail_sqlite(run, error);
    sqlite3_busy_timeout(run->database, BUSY_MS);
    sqlite3_db_config(run->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(run->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return ps_runfile_execute(
        run, "PRAGMA cache_size = -4000; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON",
        error);
}

// A stranger's run file may not compute: only tables and their indices, no view, no trigger.
static bool check_schema(PsRunFile *run, GError **error)
{
    sqlite3_stmt *statement = ps_runfile_prepare(
        run, "SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index')", error);
    if (statement == NULL) return false;
    int status = ps_runfile_step(run, statement, error);
    if (status == 1)
        ps_fail(error, PS_ERROR_DATA,
                "%s: holds a view or a trigger: not a proofsheet run file", run->path);
    sqlite3_finalize(statement);
    return status == 0;
}

static int count_tables(PsRunFile *run, GError **error)
{
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "SELECT count(*) FROM sqlite_schema", error);
    if (statement == NULL) return -1;
    int n = ps_runfile_step(run, statement, error) == 1 ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    return n;
}

// Not synced by itself: the change to WAL, which follows at once, syncs the whole file.
static bool make_tables(PsRunFile *run, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "PRAGMA page_size = 16384; PRAGMA synchronous = OFF; BEGIN IMMEDIATE; %s"
        "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;"
        "PRAGMA synchronous = FULL",
        schema, PS_RUNFILE_APPLICATION_ID, PS_RUNFILE_VERSION);
    return ps_runfile_execute(run, sql, error);
}

static bool check_whole(PsRunFile *run, GError **error)
{
    sqlite3_stmt *statement = ps_runfile_prepare(run, "PRAGMA quick_check(1)", error);
    if (statement == NULL) return false;
    bool is_whole = ps_runfile_step(run, statement, error) == 1;
    const char *verdict = is_whole ? (const char *)sqlite3_column_text(statement, 0) : "ok";
    if (is_whole && g_strcmp0(verdict, "ok") != 0)
        is_whole = ps_fail(error, PS_ERROR_DATA, "%s: damaged: %s", run->path, verdict);
    sqlite3_finalize(statement);
    return is_whole;
}

static bool prepare_for_writing(PsRunFile *run, bool is_durable, GError **error)
{
    int n_tables = count_tables(run, error);
    if (n_tables < 0 || (n_tables == 0 && !make_tables(run, error))) return false;
    if (n_tables > 0 && !check_whole(run, error)) return false;
    if (!ps_runfile_execute(run, "PRAGMA journal_mode = WAL", error)) return false;
    // NORMAL: the log is written at each commit, synced when it is folded in. That happens
    // every 4 MB, as with SQLite's usual pages, so that little is left to do at the end of a
    // run.
    return ps_runfile_execute(run, "PRAGMA wal_autocheckpoint = 256", error)
           && ps_runfile_execute(
               run, is_durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
               error);
}

PsRunFile *
ps_runfile_open(const char *path, PsRunFileMode mode, bool is_durable, GError **error)
{
    g_autoptr(PsRunFile) run = g_new0(PsRunFile, 1);
    run->path = g_strdup(path);
    run->lock_fd = -1;
    if (!open_descriptor(run, mode, error) || !open_database(run, mode, error)
        || !check_schema(run, error))
        return NULL;
    if (mode != PS_RUNFILE_READ && !prepare_for_writing(run, is_durable, error)) return NULL;
    if (mode == PS_RUNFILE_READ && count_tables(run, error) < 0) return NULL;
    return g_steal_pointer(&run);
}

void ps_runfile_close(PsRunFile *run)
{
    if (run == NULL) return;
    for (int i = 0; i < PS_N_STATEMENTS; i++)
        sqlite3_finalize(run->statements[i]);
    if (run->is_in_transaction) ps_runfile_execute(run, "ROLLBACK", NULL);
    if (run->database != NULL && !sqlite3_db_readonly(run->database, "main"))
        sqlite3_exec(run->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(run->database);
    if (run->lock_fd >= 0) close(run->lock_fd);
    g_free(run->path);
    g_free(run);
}

const char *ps_runfile_path(const PsRunFile *run)
{
    return run->path;
}

bool ps_runfile_is_new(const PsRunFile *run)
{
    g_autofree char *plan = ps_runfile_get_info((PsRunFile *)run, "plan");
    return plan == NULL;
}

// ---- statements

sqlite3_stmt *ps_runfile_prepare(PsRunFile *run, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(run->database, sql, -1, &statement, NULL) == SQLITE_OK)
        return statement;
    fail_sqlite(run, error);
    return NULL;
}

int ps_runfile_step(PsRunFile *run, sqlite3_stmt *statement, GError **error)
{
    int status = sqlite3_step(statement);
    if (status == SQLITE_ROW) return 1;
    if (status == SQLITE_DONE) return 0;
    fail_sqlite(run, error);
    return -1;
}

bool ps_runfile_execute(PsRunFile *run, const char *sql, GError **error)
{
    return sqlite3_exec(run->database, sql, NULL, NULL, NULL) == SQLITE_OK
           || fail_sqlite(run, error);
}

bool ps_runfile_begin(PsRunFile *run, GError **error)
{
    if (run->is_in_transaction) return true;
    return run->is_in_transaction = ps_runfile_execute(run, "BEGIN IMMEDIATE", error);
}

bool ps_runfile_commit(PsRunFile *run, GError **error)
{
    if (!run->is_in_transaction) return true;
    if (!ps_runfile_execute(run, "COMMIT", error)) return false;
    run->is_in_transaction = false;
    return true;
}

// What fails here is still in the log, and is tried again when the file is closed.
void ps_runfile_fold(PsRunFile *run)
{
    sqlite3_busy_timeout(run->database, 0); // readers are not waited for
    sqlite3_wal_checkpoint_v2(run->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(run->database, BUSY_MS);
}

bool ps_runfile_run_once(PsRunFile *run, sqlite3_stmt *statement, GError **error)
{
    bool is_done = sqlite3_step(statement) == SQLITE_DONE || fail_sqlite(run, error);
    sqlite3_reset(statement);
    return is_done;
}

// ---- facts and names

bool ps_runfile_set_info(PsRunFile *run, const char *name, const char *value, GError **error)
{
    if (!ps_runfile_begin(run, error)) return false;
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "INSERT OR REPLACE INTO info VALUES (?1, ?2)", error);
    if (statement == NULL) return false;
    ps_runfile_bind_text(statement, 1, name);
    ps_runfile_bind_text(statement, 2, value);
    bool is_done = ps_runfile_run_once(run, statement, error);
    sqlite3_finalize(statement);
    return is_done;
}

char *ps_runfile_get_info(PsRunFile *run, const char *name)
{
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "SELECT value FROM info WHERE name = ?1", NULL);
    if (statement == NULL) return NULL;
    ps_runfile_bind_text(statement, 1, name);
    char *value = NULL;
    if (sqlite3_step(statement) == SQLITE_ROW)
        value = g_strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return value;
}

static int find_name(PsRunFile *run, const char *table, const char *name, GError **error)
{
    g_autofree char *sql = g_strdup_printf("SELECT id FROM %s WHERE name = ?1", table);
    sqlite3_stmt *statement = ps_runfile_prepare(run, sql, error);
    if (statement == NULL) return -1;
    ps_runfile_bind_text(statement, 1, name);
    int id =
        ps_runfile_step(run, statement, error) == 1 ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    return id;
}

int ps_runfile_name_id(PsRunFile *run, const char *table, const char *name, GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("INSERT OR IGNORE INTO %s (name) VALUES (?1)", table);
    if (!ps_runfile_begin(run, error)) return -1;
    sqlite3_stmt *statement = ps_runfile_prepare(run, sql, error);
    if (statement == NULL) return -1;
    ps_runfile_bind_text(statement, 1, name);
    bool is_done = ps_runfile_run_once(run, statement, error);
    sqlite3_finalize(statement);
    return is_done ? find_name(run, table, name, error) : -1;
}

// ---- reading

uint8_t *ps_runfile_done(PsRunFile *run, uint64_t n_items, uint64_t *n_done, GError **error)
{
    g_autofree uint8_t *bits = g_malloc0(n_items / 8 + 1);
    sqlite3_stmt *statement = ps_runfile_prepare(run, "SELECT item_id FROM response", error);
    if (statement == NULL) return NULL;
    *n_done = 0;
    int status;
    while ((status = ps_runfile_step(run, statement, error)) == 1) {
        uint64_t item_id = (uint64_t)sqlite3_column_int64(statement, 0);
        if (item_id >= n_items) continue;
        bits[item_id / 8] |= (uint8_t)(1u << (item_id % 8));
        ++*n_done;
    }
    sqlite3_finalize(statement);
    return status == 0 ? g_steal_pointer(&bits) : NULL;
}

PsSample *ps_runfile_load_sample(PsRunFile *run, uint64_t sample_id, GError **error)
{
    sqlite3_stmt *statement =
        ps_runfile_prepare(run, "SELECT content FROM sample WHERE sample_id = ?1", error);
    if (statement == NULL) return NULL;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)sample_id);
    PsSample *sample = NULL;
    int status = ps_runfile_step(run, statement, error);
    if (status == 1)
        sample = ps_sample_from_json((const char *)sqlite3_column_text(statement, 0),
                                     (size_t)sqlite3_column_bytes(statement, 0), error);
    else if (status == 0)
        ps_fail(error, PS_ERROR_DATA, "%s: sample %" G_GUINT64_FORMAT " is missing", run->path,
                sample_id);
    sqlite3_finalize(statement);
    return sample;
}
