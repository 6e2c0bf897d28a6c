/* Options from CSV: the header is read once, then row by row in constant memory. Must not price
 * anything itself. Invariant: a row that is handed out has every number that it needs; what such a
 * number means, nan and infinities too, is the library's business. */
#include "cli/option_csv.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Numbers first, in the order of read_numbers. */
enum { AT_S, AT_K, AT_T, AT_R, AT_Q, AT_PRICE, AT_DAYS, AT_ID, AT_MODEL, AT_CP };
static const char *const names[RH_OPTION_CSV_COLUMNS] = {"S",     "K",    "T",  "r",     "q",
                                                         "price", "days", "id", "model", "cp"};

bool rh_option_model_parse(const char *text, rh_option_model *model)
{
    static const struct { const char *name; rh_option_model model; } models[] = {
        {"bsm", RH_MODEL_BSM},
        {"european", RH_MODEL_BSM},
        {"black76", RH_MODEL_BLACK76},
        {"inverse", RH_MODEL_INVERSE},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        if (strcmp(text, models[i].name) != 0) continue;
        *model = models[i].model;
        return true;
    }
    return false;
}

bool rh_option_cp_parse(const char *text, bool *is_call)
{
    static const char *const words[] = {"C", "c", "call", "P", "p", "put"};
    for (int i = 0; i < 6; i++) {
        *is_call = i < 3;
        if (strcmp(text, words[i]) == 0) return true;
    }
    return false;
}

bool rh_option_number_parse(const char *text, double *number)
{
    static const struct { const char *word; double number; } words[] = {
        {"nan", (double)NAN}, {"inf", HUGE_VAL}, {"infinity", HUGE_VAL}};
    const char *bare = text + (*text == '-' || *text == '+');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(bare, words[i].word) != 0) continue;
        *number = *text == '-' ? -words[i].number : words[i].number;
        return true;
    }
    return rh_parse_double(text, number);
}

void rh_option_id_print(FILE *out, const char *id, long line)
{
    if (!id) {
        fprintf(out, "%ld", line);
        return;
    }
    size_t length = strlen(id);
    bool blank = length > 0 && (strchr(" \t", id[0]) || strchr(" \t", id[length - 1]));
    if (!blank && !strpbrk(id, ",\"\r\n")) {
        fputs(id, out);
        return;
    }
    putc('"', out);
    for (const char *c = id; *c; c++) {
        if (*c == '"') putc('"', out);
        putc(*c, out);
    }
    putc('"', out);
}

/* --- header --------------------------------------------------------------------------------- */

static rh_status place(rh_option_csv *table, int at, size_t field, long line, rh_error *error)
{
    if (table->column[at] >= 0) {
        return rh_fail(error, RH_INPUT, "%s:%ld: the column \"%s\" is there twice", table->path,
                       line, names[at]);
    }
    table->column[at] = (int)field;
    return RH_OK;
}

static int find(const rh_csv_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i], name) == 0) return (int)i;
    return -1;
}

static rh_status read_header(rh_option_csv *table, rh_error *error)
{
    rh_csv_row row;
    rh_status status = rh_csv_next(table->csv, &row, error);
    if (status == RH_END)
        return rh_fail(error, RH_INPUT, "%s: empty, expected a header line", table->path);
    if (status != RH_OK) return status;
    table->count = row.count;
    for (int at = 0; at < RH_OPTION_CSV_COLUMNS; at++) {
        table->column[at] = -1;
        for (size_t i = 0; i < row.count; i++)
            if (strcmp(row.fields[i], names[at]) == 0)
                RH_TRY(place(table, at, i, row.line, error));
    }
    if (table->column[AT_PRICE] < 0) table->column[AT_PRICE] = find(&row, "price_dbl");
    if (table->column[AT_T] >= 0) table->column[AT_DAYS] = -1;
    static const int needed[] = {AT_S, AT_K, AT_T, AT_PRICE, AT_CP};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool dated = needed[i] == AT_T && table->column[AT_DAYS] >= 0;
        if (table->column[needed[i]] >= 0 || dated) continue;
        return rh_fail(error, RH_INPUT,
                       "%s:%ld: no column \"%s\"; expected id, model, cp, S, K, T, r, q, price",
                       table->path, row.line, names[needed[i]]);
    }
    return RH_OK;
}

rh_status rh_option_csv_open(rh_option_csv *table, const char *path, rh_option_model model,
                             rh_error *error)
{
    *table = (rh_option_csv){.model = model};
    RH_TRY(rh_csv_open_input(path, ',', &table->csv, error));
    table->path = rh_csv_path(table->csv);
    rh_status status = read_header(table, error);
    if (status != RH_OK) rh_option_csv_close(table);
    return status;
}

void rh_option_csv_close(rh_option_csv *table)
{
    if (table->csv) rh_csv_close(table->csv);
    table->csv = NULL;
}

/* --- rows ----------------------------------------------------------------------------------- */

static rh_status refuse(const rh_option_csv *table, const rh_csv_row *row, int at,
                        const char *expected, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "%s:%ld: %s: found \"%.60s\", expected %s", table->path,
                   row->line, names[at], row->fields[table->column[at]], expected);
}

static rh_status read_numbers(const rh_option_csv *table, const rh_csv_row *row,
                              rh_option_row *option, rh_error *error)
{
    double days;
    double *const numbers[RH_OPTION_CSV_NUMBERS] = {
        &option->S, &option->K, &option->T, &option->r, &option->q, &option->price, &days};
    for (int at = 0; at < RH_OPTION_CSV_NUMBERS; at++) {
        *numbers[at] = 0.0;
        if (table->column[at] < 0) continue;
        const char *text = row->fields[table->column[at]];
        bool may_miss = text[0] == '\0' && (at == AT_R || at == AT_Q);
        if (!may_miss && !rh_option_number_parse(text, numbers[at]))
            return refuse(table, row, at, "a number", error);
    }
    if (table->column[AT_DAYS] >= 0) option->T = days / 365.0;
    return RH_OK;
}

static rh_status read_words(const rh_option_csv *table, const rh_csv_row *row,
                            rh_option_row *option, rh_error *error)
{
    if (!rh_option_cp_parse(row->fields[table->column[AT_CP]], &option->is_call))
        return refuse(table, row, AT_CP, "C or P", error);
    option->id = table->column[AT_ID] < 0 ? NULL : row->fields[table->column[AT_ID]];
    option->model = table->model;
    if (table->column[AT_MODEL] >= 0 &&
        !rh_option_model_parse(row->fields[table->column[AT_MODEL]], &option->model))
        return refuse(table, row, AT_MODEL, "bsm, black76 or inverse", error);
    return RH_OK;
}

rh_status rh_option_csv_next(rh_option_csv *table, rh_option_row *option, rh_error *error)
{
    rh_csv_row row;
    RH_TRY(rh_csv_next(table->csv, &row, error));
    if (row.count != table->count) {
        return rh_fail(error, RH_INPUT, "%s:%ld: %zu fields, the header has %zu", table->path,
                       row.line, row.count, table->count);
    }
    option->line = row.line;
    RH_TRY(read_words(table, &row, option, error));
    return read_numbers(table, &row, option, error);
}

/* --- implied vols --------------------------------------------------------------------------- */

rh_status rh_option_csv_vols(const char *path, rh_option_model model, FILE *out, rh_error *error)
{
    rh_option_csv table;
    rh_option_row row;
    rh_status status = rh_option_csv_open(&table, path, model, error);
    if (status != RH_OK) return status;
    bool begun = false; /* a file without one good row prints nothing */
    while ((status = rh_option_csv_next(&table, &row, error)) == RH_OK) {
        if (!begun) fputs("id,implied_vol,status\n", out);
        begun = true;
        double sigma;
        rh_vol_status found = rh_implied_vol(row.model, row.is_call, row.S, row.K, row.T, row.r,
                                             row.q, row.price, &sigma);
        rh_option_id_print(out, row.id, row.line);
        char text[RH_NUMBER_TEXT] = "nan";
        if (found == RH_VOL_OK) rh_text_double17(text, sigma);
        fprintf(out, ",%s,%s\n", text, rh_vol_status_name(found));
        if (ferror(out)) break; /* nobody reads on; main says so */
    }
    if (status == RH_END && !begun) fputs("id,implied_vol,status\n", out);
    rh_option_csv_close(&table);
    return status == RH_END ? RH_OK : status;
}
