/* Rows of options to rows of greeks. Must not price anything itself. Invariant: a row that is
 * priced has every number it needs; what such a number means, nan, an infinity or a negative vol,
 * is the library's business. */
#include "cli/price_csv.h"

#include <string.h>

#include "base/text.h"
#include "cli/option_csv.h"
#include "data/csv.h"

/* The inputs: the numbers of the models first, at their own places. */
enum { AT_DAYS = RH_PRICE_NUMBERS, NUMBERS, AT_ID = NUMBERS, AT_MODEL, AT_CP, INPUTS };

typedef struct price_table {
    const char *path;           /* as messages name it */
    const rh_price_model *model;
    const rh_price_columns *columns;
    int input[INPUTS];          /* -1: not there */
    size_t width;               /* fields of the header */
} price_table;

static const char *input_name(int at)
{
    static const char *const others[] = {"days", "id", "model", "cp"};
    return at < RH_PRICE_NUMBERS ? rh_price_number_name((rh_price_number)at)
                                 : others[at - RH_PRICE_NUMBERS];
}

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

/* --- header --------------------------------------------------------------------------------- */

static rh_status find_input(price_table *table, const rh_csv_row *row, int at, rh_error *error)
{
    table->input[at] = -1;
    for (size_t i = 0; i < row->count; i++) {
        if (strcmp(row->fields[i], input_name(at)) != 0) continue;
        if (table->input[at] >= 0)
            return rh_fail(error, RH_INPUT, "%s:%ld: the column \"%s\" is there twice",
                           table->path, row->line, input_name(at));
        table->input[at] = (int)i;
    }
    return RH_OK;
}

/* Whether every column is there that the model cannot do without. */
static rh_status check_columns(const price_table *table, const rh_price_model *model, long line,
                               rh_error *error)
{
    int missing = model->reads_cp && table->input[AT_CP] < 0 ? AT_CP : -1;
    for (int at = RH_PRICE_NUMBERS - 1; at >= 0; at--) {
        bool dated = at == RH_PRICE_T && table->input[AT_DAYS] >= 0;
        bool needed = (model->reads & ~RH_PRICE_OPTIONAL) >> at & 1;
        if (needed && table->input[at] < 0 && !dated) missing = at;
    }
    if (missing < 0) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s:%ld: no column \"%s\", which the model %s needs",
                   table->path, line, input_name(missing), model->name);
}

static rh_status read_header(price_table *table, rh_csv *csv, rh_error *error)
{
    rh_csv_row row;
    rh_status status = rh_csv_next(csv, &row, error);
    if (status == RH_END)
        return rh_fail(error, RH_INPUT, "%s: empty, expected a header line", table->path);
    if (status != RH_OK) return status;
    table->width = row.count;
    for (int at = 0; at < INPUTS; at++) RH_TRY(find_input(table, &row, at, error));
    if (table->input[RH_PRICE_T] >= 0) table->input[AT_DAYS] = -1;
    if (table->input[AT_MODEL] >= 0) return RH_OK; /* each row says what it needs */
    return check_columns(table, table->model, row.line, error);
}

/* --- rows ----------------------------------------------------------------------------------- */

static rh_status refuse(const price_table *table, const rh_csv_row *row, int at,
                        const char *expected, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "%s:%ld: %s: found \"%.60s\", expected %s", table->path,
                   row->line, input_name(at), row->fields[table->input[at]], expected);
}

/* The numbers that the model reads; the others are not looked at. */
static rh_status read_numbers(const price_table *table, const rh_csv_row *row,
                              const rh_price_model *model, rh_price_option *option,
                              rh_error *error)
{
    rh_price_defaults(option);
    for (int at = 0; at < NUMBERS; at++) {
        int place = at == AT_DAYS ? RH_PRICE_T : at;
        if (table->input[at] < 0 || !(model->reads >> place & 1)) continue;
        const char *text = row->fields[table->input[at]];
        if (RH_PRICE_OPTIONAL >> place & 1 && !text[0]) continue;
        double number;
        if (!rh_option_number_parse(text, &number))
            return refuse(table, row, at, "a number", error);
        option->number[place] = at == AT_DAYS ? number / 365.0 : number;
    }
    return RH_OK;
}

static rh_status read_model(const price_table *table, const rh_csv_row *row,
                            const rh_price_model **model, rh_error *error)
{
    *model = table->model;
    if (table->input[AT_MODEL] < 0) return RH_OK;
    rh_error why;
    if (rh_price_model_find(row->fields[table->input[AT_MODEL]], model, &why) != RH_OK)
        return rh_fail(error, RH_INPUT, "%s:%ld: %s", table->path, row->line, why.message);
    return check_columns(table, *model, row->line, error);
}

static rh_status read_row(const price_table *table, const rh_csv_row *row,
                          const rh_price_model **model, rh_price_option *option, rh_error *error)
{
    if (row->count != table->width)
        return rh_fail(error, RH_INPUT, "%s:%ld: %zu fields, the header has %zu", table->path,
                       row->line, row->count, table->width);
    RH_TRY(read_model(table, row, model, error));
    RH_TRY(read_numbers(table, row, *model, option, error));
    if (!(*model)->reads_cp) return RH_OK;
    if (!rh_option_cp_parse(row->fields[table->input[AT_CP]], &option->is_call))
        return refuse(table, row, AT_CP, "C or P", error);
    return RH_OK;
}

static void print_row(const price_table *table, const rh_price_model *model,
                      const rh_price_option *option, FILE *out)
{
    char text[RH_NUMBER_TEXT];
    double values[RH_GREEKS];
    unsigned flags = rh_price_values(model, option, values);
    for (size_t i = 0; i < table->columns->count; i++) {
        rh_greek greek = table->columns->greek[i];
        putc(',', out);
        if (!rh_price_has(model, greek)) continue;
        rh_text_double17(text, values[greek]);
        fputs(text, out);
    }
    if (table->columns->status) fprintf(out, ",%s", rh_price_status_name(flags));
    putc('\n', out);
}

static void print_header(const price_table *table, FILE *out)
{
    fputs("id", out);
    for (size_t i = 0; i < table->columns->count; i++)
        fprintf(out, ",%s", rh_greek_name(table->columns->greek[i]));
    if (table->columns->status) fputs(",status", out);
    putc('\n', out);
}

/* The header comes with the first good row, so that a file refused at once leaves no output. */
static rh_status price_rows(price_table *table, rh_csv *csv, FILE *out, rh_error *error)
{
    RH_TRY(read_header(table, csv, error));
    for (bool first = true; !ferror(out); first = false) { /* nobody reads on: main says so */
        rh_csv_row row;
        rh_price_option option;
        const rh_price_model *model;
        rh_status status = rh_csv_next(csv, &row, error);
        if (status == RH_OK) status = read_row(table, &row, &model, &option, error);
        if (first && (status == RH_OK || status == RH_END)) print_header(table, out);
        if (status != RH_OK) return status == RH_END ? RH_OK : status;
        rh_option_id_print(out, table->input[AT_ID] < 0 ? NULL : row.fields[table->input[AT_ID]],
                           row.line);
        print_row(table, model, &option, out);
    }
    return RH_OK;
}

rh_status rh_price_csv(const char *path, const rh_price_model *model,
                       const rh_price_columns *columns, FILE *out, rh_error *error)
{
    rh_csv *csv;
    RH_TRY(rh_csv_open_input(path, ',', &csv, error));
    price_table table = {rh_csv_path(csv), model, columns, {0}, 0};
    rh_status status = price_rows(&table, csv, out, error);
    rh_csv_close(csv);
    return status;
}
