/* Rows of options to rows of greeks. Must not price anything itself. Invariant: a row that is
 * priced has every number it needs, finite, in its domain and written as a plain decimal. */
#include "cli/price_csv.h"

#include <string.h>

#include "base/text.h"
#include "cli/option_csv.h"
#include "data/csv.h"

enum { AT_S, AT_K, AT_T, AT_DAYS, AT_SIGMA, AT_R, AT_Q, NUMBERS, AT_ID = NUMBERS, AT_MODEL,
       AT_CP, INPUTS };
static const char *const input_names[INPUTS] = {"S", "K", "T",  "days",  "sigma",
                                                "r", "q", "id", "model", "cp"};

typedef struct price_table {
    const char *path;           /* as messages name it */
    rh_price_model model;
    const rh_price_columns *columns;
    int input[INPUTS];          /* -1: not there */
    size_t width;               /* fields of the header */
} price_table;

/* --- words ---------------------------------------------------------------------------------- */

static rh_status add_column(const char *name, rh_price_columns *columns, rh_error *error)
{
    const char *names[RH_GREEKS];
    int found = -1;
    for (int g = 0; g < RH_GREEKS; g++) {
        names[g] = rh_greek_name((rh_greek)g);
        if (strcmp(names[g], name) == 0) found = g;
    }
    if (found < 0) {
        const char *near = rh_nearest_name(name, names, RH_GREEKS);
        return rh_fail(error, RH_USAGE, "--greeks: \"%s\" is no greek%s%s%s", name,
                       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    for (size_t i = 0; i < columns->count; i++)
        if (columns->greek[i] == (rh_greek)found)
            return rh_fail(error, RH_USAGE, "--greeks: \"%s\" is there twice", name);
    columns->greek[columns->count++] = (rh_greek)found;
    return RH_OK;
}

rh_status rh_price_columns_parse(const char *text, rh_price_columns *columns, rh_error *error)
{
    char name[RH_NAME_MAX];
    columns->count = 0;
    if (strcmp(text, "all") == 0) {
        for (int g = 0; g < RH_GREEKS; g++) columns->greek[columns->count++] = (rh_greek)g;
        return RH_OK;
    }
    for (;;) {
        text += strspn(text, " ");
        size_t length = strcspn(text, ",");
        if (length >= sizeof name) return rh_fail(error, RH_USAGE, "--greeks: a name is too long");
        memcpy(name, text, length);
        name[length] = '\0';
        RH_TRY(add_column(name, columns, error));
        if (text[length] == '\0') return RH_OK;
        text += length + 1;
    }
}

rh_status rh_price_model_parse(const char *text, rh_price_model *model, rh_error *error)
{
    static const struct { const char *name; rh_price_model model; } models[] = {
        {"european", RH_PRICE_EUROPEAN}, {"bsm", RH_PRICE_EUROPEAN},
        {"black76", RH_PRICE_BLACK76},   {"inverse", RH_PRICE_INVERSE},
        {"american", RH_PRICE_AMERICAN},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        if (strcmp(text, models[i].name) != 0) continue;
        *model = models[i].model;
        return RH_OK;
    }
    return rh_fail(error, RH_USAGE, "model \"%.40s\": expected european (or bsm), black76, inverse "
                   "or american", text);
}

bool rh_price_has(rh_price_model model, rh_greek greek)
{
    switch (greek) {
    case RH_GREEK_price:
    case RH_GREEK_delta:
    case RH_GREEK_gamma:
    case RH_GREEK_vega:
    case RH_GREEK_theta: return true;
    case RH_GREEK_rho: return model != RH_PRICE_INVERSE;
    case RH_GREEK_phi: return model == RH_PRICE_EUROPEAN;
    case RH_GREEK_usd_price:
    case RH_GREEK_usd_delta:
    case RH_GREEK_net_delta: return model == RH_PRICE_INVERSE;
    default: return model != RH_PRICE_AMERICAN;
    }
}

void rh_price_values(const rh_price_option *o, double values[RH_GREEKS])
{
    static const rh_option_model models[] = {RH_MODEL_BSM, RH_MODEL_BLACK76, RH_MODEL_INVERSE};
    rh_greeks_full all = {0};
    if (o->model != RH_PRICE_AMERICAN) {
        (void)rh_option_greeks_full(models[o->model], o->is_call, o->S, o->K, o->T, o->r, o->q,
                                    o->sigma, &all);
    } else {
        rh_american a;
        (void)rh_american_greeks(o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma, &a);
        all = (rh_greeks_full){.price = a.price, .delta = a.delta, .gamma = a.gamma,
                               .vega = a.vega, .theta = a.theta, .rho = a.rho};
    }
    static_assert(sizeof all == RH_GREEKS * sizeof *values, "doubles in the order of rh_greek");
    memcpy(values, &all, sizeof all);
}

/* --- header --------------------------------------------------------------------------------- */

static rh_status find_input(price_table *table, const rh_csv_row *row, int at, rh_error *error)
{
    table->input[at] = -1;
    for (size_t i = 0; i < row->count; i++) {
        if (strcmp(row->fields[i], input_names[at]) != 0) continue;
        if (table->input[at] >= 0)
            return rh_fail(error, RH_INPUT, "%s:%ld: the column \"%s\" is there twice",
                           table->path, row->line, input_names[at]);
        table->input[at] = (int)i;
    }
    return RH_OK;
}

static rh_status read_header(price_table *table, rh_csv *csv, rh_error *error)
{
    static const int needed[] = {AT_S, AT_K, AT_T, AT_SIGMA, AT_CP};
    rh_csv_row row;
    rh_status status = rh_csv_next(csv, &row, error);
    if (status == RH_END)
        return rh_fail(error, RH_INPUT, "%s: empty, expected a header line", table->path);
    if (status != RH_OK) return status;
    table->width = row.count;
    for (int at = 0; at < INPUTS; at++) RH_TRY(find_input(table, &row, at, error));
    if (table->input[AT_T] >= 0) table->input[AT_DAYS] = -1;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool dated = needed[i] == AT_T && table->input[AT_DAYS] >= 0;
        if (table->input[needed[i]] >= 0 || dated) continue;
        return rh_fail(error, RH_INPUT,
                       "%s:%ld: no column \"%s\"; expected id, model, cp, S, K, T, r, q, sigma",
                       table->path, row.line, input_names[needed[i]]);
    }
    return RH_OK;
}

/* --- rows ----------------------------------------------------------------------------------- */

static rh_status refuse(const price_table *table, const rh_csv_row *row, int at,
                        const char *expected, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "%s:%ld: %s: found \"%.60s\", expected %s", table->path,
                   row->line, input_names[at], row->fields[table->input[at]], expected);
}

static rh_status read_numbers(const price_table *table, const rh_csv_row *row,
                              rh_price_option *option, rh_error *error)
{
    double number[NUMBERS] = {0.0};
    for (int at = 0; at < NUMBERS; at++) {
        bool rate = at == AT_R || at == AT_Q;
        if (table->input[at] < 0) continue;
        const char *text = row->fields[table->input[at]];
        if (rate && !text[0]) continue;
        if (!rh_parse_double(text, &number[at])) return refuse(table, row, at, "a number", error);
        if (!rate && number[at] < 0.0)
            return refuse(table, row, at, "a number not below 0", error);
    }
    if (table->input[AT_DAYS] >= 0) number[AT_T] = number[AT_DAYS] / 365.0;
    option->S = number[AT_S];
    option->K = number[AT_K];
    option->T = number[AT_T];
    option->r = number[AT_R];
    option->q = number[AT_Q];
    option->sigma = number[AT_SIGMA];
    return RH_OK;
}

static rh_status read_row(const price_table *table, const rh_csv_row *row,
                          rh_price_option *option, rh_error *error)
{
    if (row->count != table->width)
        return rh_fail(error, RH_INPUT, "%s:%ld: %zu fields, the header has %zu", table->path,
                       row->line, row->count, table->width);
    RH_TRY(read_numbers(table, row, option, error));
    if (!rh_option_cp_parse(row->fields[table->input[AT_CP]], &option->is_call))
        return refuse(table, row, AT_CP, "C or P", error);
    option->model = table->model;
    if (table->input[AT_MODEL] < 0) return RH_OK;
    rh_error why;
    const char *model = row->fields[table->input[AT_MODEL]];
    if (rh_price_model_parse(model, &option->model, &why) == RH_OK) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s:%ld: %s", table->path, row->line, why.message);
}

/* Quoted where it must be, control characters escaped. */
static void print_id(const price_table *table, const rh_csv_row *row, FILE *out)
{
    char safe[4 * RH_NAME_MAX];
    if (table->input[AT_ID] < 0) {
        fprintf(out, "%ld", row->line);
        return;
    }
    const char *id = row->fields[table->input[AT_ID]];
    rh_text_escape(safe, sizeof safe, id, strlen(id));
    bool quoted = strpbrk(safe, ",\"") != NULL;
    if (quoted) putc('"', out);
    for (const char *c = safe; *c; c++) {
        if (*c == '"') putc('"', out);
        putc(*c, out);
    }
    if (quoted) putc('"', out);
}

static void print_row(const price_table *table, const rh_price_option *option, FILE *out)
{
    char text[RH_NUMBER_TEXT];
    double values[RH_GREEKS];
    rh_price_values(option, values);
    for (size_t i = 0; i < table->columns->count; i++) {
        rh_greek greek = table->columns->greek[i];
        putc(',', out);
        if (!rh_price_has(option->model, greek)) continue;
        rh_text_double17(text, values[greek]);
        fputs(text, out);
    }
    putc('\n', out);
}

static void print_header(const price_table *table, FILE *out)
{
    fputs("id", out);
    for (size_t i = 0; i < table->columns->count; i++)
        fprintf(out, ",%s", rh_greek_name(table->columns->greek[i]));
    putc('\n', out);
}

/* The header comes with the first good row, so that a file refused at once leaves no output. */
static rh_status price_rows(price_table *table, rh_csv *csv, FILE *out, rh_error *error)
{
    RH_TRY(read_header(table, csv, error));
    for (bool first = true; !ferror(out); first = false) { /* nobody reads on: main says so */
        rh_csv_row row;
        rh_price_option option;
        rh_status status = rh_csv_next(csv, &row, error);
        if (status == RH_OK) status = read_row(table, &row, &option, error);
        if (first && (status == RH_OK || status == RH_END)) print_header(table, out);
        if (status != RH_OK) return status == RH_END ? RH_OK : status;
        print_id(table, &row, out);
        print_row(table, &option, out);
    }
    return RH_OK;
}

rh_status rh_price_csv(const char *path, rh_price_model model, const rh_price_columns *columns,
                       FILE *out, rh_error *error)
{
    bool standard = strcmp(path, "-") == 0;
    price_table table = {standard ? "(standard input)" : path, model, columns, {0}, 0};
    rh_csv *csv;
    RH_TRY(rh_csv_open(standard ? "/dev/stdin" : path, ',', &csv, error));
    rh_status status = price_rows(&table, csv, out, error);
    rh_csv_close(csv);
    return status;
}
