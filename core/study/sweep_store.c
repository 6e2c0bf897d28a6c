/* SQL of the sweep's file. Names of params become columns, quoted; everything else is bound. Makes
 * no decision about points. */
#include "study/sweep_store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SWEEP_KIND 0x72687377u /* "rhsw" */

/* Fixed columns of a point before the outcome: window, role, params, status, message. */
enum { FIXED = 5, VALUES_MAX = FIXED + RH_AXES_MAX + 64 };

#define X(name) +1
enum { NUMBERS = 0 RH_OUTCOME_MAP(X) };
#undef X

static void list_numbers(const rh_outcome *o, double *out)
{
    size_t n = 0;
#define X(name) out[n++] = o->name;
    RH_OUTCOME_MAP(X)
#undef X
    for (int k = 0; k < RH_COST_KINDS; k++) out[n++] = o->booked[k];
}

static void quote(rh_buffer *sql, const char *name)
{
    rh_buffer_text(sql, "\"param_");
    for (const char *c = name; *c; c++) rh_buffer_printf(sql, *c == '"' ? "\"\"" : "%c", *c);
    rh_buffer_text(sql, "\"");
}

static void number_columns(rh_buffer *sql, const char *after)
{
#define X(name) rh_buffer_printf(sql, ", " #name "%s", after);
    RH_OUTCOME_MAP(X)
#undef X
    for (int k = 0; k < RH_COST_KINDS; k++)
        rh_buffer_printf(sql, ", cost_%s%s", rh_cost_names[k], after);
}

static rh_status run_sql(rh_database *store, rh_buffer *sql, rh_error *error)
{
    rh_status status = sql->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a table")
                                   : rh_database_do(store, sql->bytes, NULL, 0, error);
    rh_buffer_free(sql);
    return status;
}

static rh_status make_tables(rh_database *store, const rh_axis *axes, size_t axis_count,
                             const rh_sweep_fact *facts, size_t fact_count, rh_error *error)
{
    rh_buffer sql = {0};
    rh_buffer_text(&sql, "CREATE TABLE point (window INTEGER NOT NULL, role TEXT NOT NULL, "
                         "params TEXT NOT NULL, status TEXT NOT NULL, message TEXT");
    for (size_t a = 0; a < axis_count; a++) {
        rh_buffer_text(&sql, ", ");
        quote(&sql, axes[a].name);
    }
    number_columns(&sql, " REAL");
    rh_buffer_text(&sql, ", digest TEXT, PRIMARY KEY (window, role, params))");
    RH_TRY(run_sql(store, &sql, error));
    RH_TRY(rh_database_do(store, "CREATE TABLE study (name TEXT PRIMARY KEY, value TEXT)", NULL, 0,
                          error));
    RH_TRY(rh_database_do(store, "CREATE TABLE window (window INTEGER PRIMARY KEY, fit_from_ns, "
                                 "judge_from_ns, judge_to_ns)", NULL, 0, error));
    for (size_t f = 0; f < fact_count; f++) {
        const rh_db_value row[2] = {rh_db_text(facts[f].name), rh_db_text(facts[f].value)};
        RH_TRY(rh_database_do(store, "INSERT INTO study VALUES (?1, ?2)", row, 2, error));
    }
    return RH_OK;
}

typedef struct comparing {
    const char *path;
    const rh_sweep_fact *fact;
    bool found;
} comparing;

static rh_status compare_fact(void *context, const rh_db_value *columns, int count,
                              rh_error *error)
{
    comparing *c = context;
    (void)count;
    c->found = true;
    if (!strcmp(columns[0].text, c->fact->value)) return RH_OK;
    return rh_fail(error, RH_INPUT,
                   "%s holds another sweep: %s was %.200s, now %.200s; name another file", c->path,
                   c->fact->name, columns[0].text, c->fact->value);
}

static rh_status check_facts(rh_database *store, const char *path, const rh_sweep_fact *facts,
                             size_t fact_count, rh_error *error)
{
    for (size_t f = 0; f < fact_count; f++) {
        const rh_db_value name = rh_db_text(facts[f].name);
        comparing c = {path, &facts[f], false};
        RH_TRY(rh_database_each(store, "SELECT value FROM study WHERE name = ?1", &name, 1,
                                compare_fact, &c, error));
        if (!c.found)
            return rh_fail(error, RH_INPUT, "%s: a sweep that says nothing of its %s", path,
                           facts[f].name);
    }
    return RH_OK;
}

rh_status rh_sweep_store_open(const char *path, const rh_axis *axes, size_t axis_count,
                              const rh_sweep_fact *facts, size_t fact_count,
                              rh_database **store, rh_error *error)
{
    bool made = false;
    RH_TRY(rh_database_open(path ? path : ":memory:", SWEEP_KIND, store, &made, error));
    rh_status status = rh_sweep_store_begin(*store, error);
    if (status == RH_OK && made)
        status = make_tables(*store, axes, axis_count, facts, fact_count, error);
    if (status == RH_OK && !made) status = check_facts(*store, path, facts, fact_count, error);
    if (status == RH_OK) status = rh_sweep_store_end(*store, error);
    if (status != RH_OK) {
        rh_database_close(*store);
        *store = NULL;
    }
    return status;
}

/* --- points -------------------------------------------------------------------------------- */

static const char *role_of(const rh_sweep_key *key)
{
    return key->judge ? "judge" : "fit";
}

typedef struct finding {
    rh_sweep_point *point;
    bool found;
} finding;

static rh_status take_point(void *context, const rh_db_value *columns, int count, rh_error *error)
{
    finding *f = context;
    rh_outcome *o = &f->point->outcome;
    int n = 3;
    if (count != 3 + NUMBERS + RH_COST_KINDS)
        return rh_fail(error, RH_CORRUPT, "a row of another form");
    f->found = true;
    f->point->refused = !strcmp(columns[0].text, "refused");
    o->policy_failed = !strcmp(columns[0].text, "killed");
    snprintf(f->point->message, sizeof f->point->message, "%s", columns[1].text);
    snprintf(o->digest, sizeof o->digest, "%s", columns[2].text);
#define X(name) o->name = columns[n++].real;
    RH_OUTCOME_MAP(X)
#undef X
    for (int k = 0; k < RH_COST_KINDS; k++) o->booked[k] = columns[n++].real;
    return RH_OK;
}

rh_status rh_sweep_store_find(rh_database *store, const rh_sweep_key *key, rh_sweep_point *point,
                              bool *found, rh_error *error)
{
    const rh_db_value at[3] = {rh_db_integer((int64_t)key->window), rh_db_text(role_of(key)),
                               rh_db_text(key->params)};
    rh_buffer sql = {0};
    finding f = {point, false};
    rh_buffer_text(&sql, "SELECT status, message, digest");
    number_columns(&sql, "");
    rh_buffer_text(&sql, " FROM point WHERE window = ?1 AND role = ?2 AND params = ?3");
    rh_status status =
        sql.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a query")
                   : rh_database_each(store, sql.bytes, at, 3, take_point, &f, error);
    rh_buffer_free(&sql);
    *found = f.found;
    return status;
}

rh_status rh_sweep_store_begin(rh_database *store, rh_error *error)
{
    return rh_database_do(store, "BEGIN IMMEDIATE", NULL, 0, error);
}

rh_status rh_sweep_store_end(rh_database *store, rh_error *error)
{
    return rh_database_do(store, "COMMIT", NULL, 0, error);
}

rh_status rh_sweep_store_put(rh_database *store, const rh_sweep_key *key,
                             const rh_sweep_point *point, size_t axis_count,
                             rh_error *error)
{
    rh_db_value row[VALUES_MAX];
    double numbers[NUMBERS + RH_COST_KINDS];
    int n = 0;
    const char *word = point->refused ? "refused" : point->outcome.policy_failed ? "killed" : "ok";
    row[n++] = rh_db_integer((int64_t)key->window);
    row[n++] = rh_db_text(role_of(key));
    row[n++] = rh_db_text(key->params);
    row[n++] = rh_db_text(word);
    row[n++] = rh_db_text(point->message);
    for (size_t a = 0; a < axis_count; a++) {
        double number;
        bool is_number = rh_parse_double(point->values[a], &number);
        row[n++] = is_number ? rh_db_real(number) : rh_db_text(point->values[a]);
    }
    list_numbers(&point->outcome, numbers);
    for (int k = 0; k < NUMBERS + RH_COST_KINDS; k++)
        row[n++] = rh_db_real(point->refused ? (double)NAN : numbers[k]);
    row[n++] = rh_db_text(point->outcome.digest);
    rh_buffer sql = {0};
    rh_buffer_text(&sql, "INSERT OR REPLACE INTO point VALUES (?1");
    for (int k = 2; k <= n; k++) rh_buffer_printf(&sql, ", ?%d", k);
    rh_buffer_text(&sql, ")");
    rh_status status = sql.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a row")
                                  : rh_database_do(store, sql.bytes, row, n, error);
    rh_buffer_free(&sql);
    return status;
}

rh_status rh_sweep_store_window(rh_database *store, size_t number, const rh_sweep_window *window,
                                rh_error *error)
{
    const rh_db_value row[4] = {rh_db_integer((int64_t)number), rh_db_integer(window->from_ns),
                                rh_db_integer(window->middle_ns), rh_db_integer(window->to_ns)};
    return rh_database_do(store, "INSERT OR REPLACE INTO window VALUES (?1, ?2, ?3, ?4)", row, 4,
                          error);
}
