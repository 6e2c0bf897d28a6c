/* A thin layer over libsqlite3: opening with the checks that files from people need, statements
 * with bound values, rows. Invariant: a statement is finalised whatever becomes of it. */
#include "data/database.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 128
#define BUSY_MS 1000

struct rh_database {
    sqlite3 *handle;
    char *path;
};

static rh_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return RH_CORRUPT;
    case SQLITE_NOMEM: return RH_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return RH_STATE;
    default: return RH_IO;
    }
}

static rh_status fail(const rh_database *database, rh_error *error)
{
    int code = sqlite3_extended_errcode(database->handle);
    bool busy = (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
    return rh_fail(error, status_of(code), "%s: %s", database->path,
                   busy ? "another program is writing it" : sqlite3_errmsg(database->handle));
}

static rh_status bind(rh_database *database, sqlite3_stmt *statement, const rh_db_value *values,
                      int count, rh_error *error)
{
    for (int i = 0; i < count; i++) {
        const rh_db_value *v = &values[i];
        int code = SQLITE_OK;
        if (v->type == RH_DB_INTEGER) code = sqlite3_bind_int64(statement, i + 1, v->integer);
        if (v->type == RH_DB_REAL && !isnan(v->real))
            code = sqlite3_bind_double(statement, i + 1, v->real);
        if (v->type == RH_DB_TEXT)
            code = sqlite3_bind_text(statement, i + 1, v->text, -1, SQLITE_TRANSIENT);
        if (code != SQLITE_OK) return fail(database, error);
    }
    return RH_OK;
}

static rh_db_value column(sqlite3_stmt *statement, int i)
{
    rh_db_value value = {.type = RH_DB_NULL, .real = (double)NAN, .text = ""};
    switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
        value.type = RH_DB_INTEGER;
        value.integer = sqlite3_column_int64(statement, i);
        value.real = (double)value.integer;
        break;
    case SQLITE_FLOAT:
        value.type = RH_DB_REAL;
        value.real = sqlite3_column_double(statement, i);
        break;
    case SQLITE_TEXT:
        value.type = RH_DB_TEXT;
        value.text = (const char *)sqlite3_column_text(statement, i);
        break;
    default: break;
    }
    return value;
}

static rh_status walk(rh_database *database, sqlite3_stmt *statement, rh_db_visit *visit,
                      void *context, rh_error *error)
{
    rh_db_value columns[COLUMNS_MAX];
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        int count = sqlite3_column_count(statement);
        if (count > COLUMNS_MAX) return rh_fail(error, RH_LIMIT, "more than 128 columns");
        for (int i = 0; i < count; i++) columns[i] = column(statement, i);
        if (visit) RH_TRY(visit(context, columns, count, error));
    }
    return code == SQLITE_DONE ? RH_OK : fail(database, error);
}

rh_status rh_database_each(rh_database *database, const char *sql, const rh_db_value *values,
                           int count, rh_db_visit *visit, void *context, rh_error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL) != SQLITE_OK) {
        return fail(database, error);
    }
    rh_status status = bind(database, statement, values, count, error);
    if (status == RH_OK) status = walk(database, statement, visit, context, error);
    sqlite3_finalize(statement);
    return status;
}

rh_status rh_database_do(rh_database *database, const char *sql, const rh_db_value *values,
                         int count, rh_error *error)
{
    return rh_database_each(database, sql, values, count, NULL, NULL, error);
}

static rh_status take_integer(void *context, const rh_db_value *columns, int count, rh_error *error)
{
    (void)error;
    if (count > 0) *(int64_t *)context = columns[0].integer;
    return RH_OK;
}

/* Ours, or empty and from now on ours. */
static rh_status check_kind(rh_database *database, uint32_t kind, bool *made, rh_error *error)
{
    int64_t found = 0, tables = 0;
    char mark[64];
    RH_TRY(rh_database_each(database, "PRAGMA application_id", NULL, 0, take_integer, &found,
                            error));
    RH_TRY(rh_database_each(database, "SELECT count(*) FROM sqlite_master", NULL, 0, take_integer,
                            &tables, error));
    *made = tables == 0 && found == 0;
    if (!*made && found != (int64_t)kind) {
        return rh_fail(error, RH_INPUT, "%s: a database, but not one of this kind of study",
                       database->path);
    }
    snprintf(mark, sizeof mark, "PRAGMA application_id = %u", (unsigned)kind);
    return *made ? rh_database_do(database, mark, NULL, 0, error) : RH_OK;
}

rh_status rh_database_open(const char *path, uint32_t kind, rh_database **out, bool *made,
                           rh_error *error)
{
    *out = NULL;
    rh_database *database = calloc(1, sizeof *database);
    if (database) database->path = strdup(path);
    if (!database || !database->path) {
        free(database);
        return rh_fail(error, RH_NO_MEMORY, "no memory for a database");
    }
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_NOFOLLOW;
    rh_status status = RH_OK;
    if (sqlite3_open_v2(path, &database->handle, flags, NULL) != SQLITE_OK) {
        status = database->handle ? fail(database, error)
                                  : rh_fail(error, RH_NO_MEMORY, "no memory for a database");
    }
    if (status == RH_OK) {
        sqlite3_busy_timeout(database->handle, BUSY_MS);
        sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_db_config(database->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
        status = check_kind(database, kind, made, error);
    }
    if (status != RH_OK) {
        rh_database_close(database);
        return status;
    }
    *out = database;
    return RH_OK;
}

void rh_database_close(rh_database *database)
{
    if (!database) return;
    sqlite3_close(database->handle);
    free(database->path);
    free(database);
}
