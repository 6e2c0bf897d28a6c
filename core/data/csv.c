/* CSV rows through libcsv, which is fed one physical line at a time and so gives at most one
 * row back per call. Must not know what columns mean. A whole line of plain cells, without quotes,
 * blanks or odd line ends, is cut where it lies and never sees libcsv: the same fields, sooner.
 * Invariant: memory is bounded by the row limit, and `line` counts what was fed so far,
 * whatever quotes and line ends the file mixes. */
#include "data/csv.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/source.h"

#define INPUT_BYTES ((size_t)64 << 10)

typedef enum refusal { REFUSED_NOT, REFUSED_FIELD, REFUSED_FIELDS, REFUSED_ROW } refusal;

struct rh_csv {
    rh_source *source;
    struct csv_parser parser;
    unsigned char delimiter;
    bool ended;       /* the source has no further bytes */
    bool finished;    /* csv_fini was called */
    bool broken;      /* a row was refused: there is no safe place to read on */
    bool in_row;      /* a row has begun and not ended: inside a quoted field, or a split line */
    bool row_ready;   /* set by libcsv's row callback */
    bool cut;         /* the present row lies in `input` */
    bool after_cr;    /* a line feed that comes next belongs to the same line end */
    refusal refusal;  /* set by libcsv's field callback */
    long line;        /* of the byte at `begin`, from 1 */
    long row_line;    /* where the present row began */
    size_t row_bytes; /* as fed, quotes and blanks included */
    size_t begin, end;
    size_t count, used; /* fields so far, bytes of `text` */
    size_t starts[RH_CSV_FIELDS_MAX];
    char *fields[RH_CSV_FIELDS_MAX];
    unsigned char plain[256]; /* class of each byte, of a line of plain cells */
    char text[RH_CSV_ROW_BYTES_MAX];
    char input[INPUT_BYTES];
};

static void on_field(void *bytes, size_t length, void *context)
{
    rh_csv *csv = context;
    if (csv->refusal != REFUSED_NOT) return;
    if (csv->count >= RH_CSV_FIELDS_MAX) {
        csv->refusal = REFUSED_FIELDS;
    } else if (length >= RH_CSV_FIELD_BYTES_MAX) {
        csv->refusal = REFUSED_FIELD;
    } else if (length + 1 > sizeof csv->text - csv->used) {
        csv->refusal = REFUSED_ROW;
    } else {
        csv->starts[csv->count++] = csv->used;
        if (length > 0) memcpy(csv->text + csv->used, bytes, length);
        csv->text[csv->used + length] = '\0';
        csv->used += length + 1;
    }
}

static void on_row(int terminator, void *context)
{
    rh_csv *csv = context;
    (void)terminator;
    csv->row_ready = true;
}

enum { CLASS_TEXT, CLASS_DELIMITER, CLASS_END, CLASS_ODD };

static void classify(rh_csv *csv)
{
    static const char odd[] = {'"', ' ', '\t', '\r', '\0'};
    for (size_t i = 0; i < sizeof odd; i++) csv->plain[(unsigned char)odd[i]] = CLASS_ODD;
    csv->plain['\n'] = CLASS_END;
    if (csv->plain[csv->delimiter] == CLASS_TEXT) csv->plain[csv->delimiter] = CLASS_DELIMITER;
}

static rh_status refill(rh_csv *csv, rh_error *error)
{
    size_t got;
    csv->begin = csv->end = 0;
    RH_TRY(rh_source_read(csv->source, csv->input, INPUT_BYTES, &got, error));
    csv->end = got;
    csv->ended = got == 0;
    return RH_OK;
}

/* A byte order mark is three bytes that a short first read may split. */
static rh_status skip_mark(rh_csv *csv, rh_error *error)
{
    while (!csv->ended && csv->end < 3) {
        size_t got;
        RH_TRY(rh_source_read(csv->source, csv->input + csv->end, INPUT_BYTES - csv->end, &got,
                              error));
        csv->end += got;
        csv->ended = got == 0;
    }
    if (csv->end >= 3 && memcmp(csv->input, "\xef\xbb\xbf", 3) == 0) csv->begin = 3;
    return RH_OK;
}

static rh_status begin(rh_csv *csv, const char *path, bool standard, rh_error *error)
{
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory to read it", path);
    }
    csv_set_delim(&csv->parser, csv->delimiter);
    /* libcsv grows a field by this much at a time; its 128 bytes are quadratic in a long field. */
    csv_set_blk_size(&csv->parser, RH_CSV_FIELD_BYTES_MAX);
    if (standard) RH_TRY(rh_source_open_fd(STDIN_FILENO, path, &csv->source, error));
    else RH_TRY(rh_source_open(path, &csv->source, error));
    classify(csv);
    return skip_mark(csv, error);
}

static rh_status open_csv(const char *path, bool standard, char delimiter, rh_csv **csv,
                          rh_error *error)
{
    if (delimiter == '\0' || delimiter == '"' || delimiter == '\n' || delimiter == '\r') {
        return rh_fail(error, RH_INPUT, "a CSV delimiter is one character, no quote or line end");
    }
    rh_csv *made = calloc(1, sizeof *made);
    if (made == NULL) return rh_fail(error, RH_NO_MEMORY, "%s: no memory to read it", path);
    made->delimiter = (unsigned char)delimiter;
    made->line = 1;
    rh_status status = begin(made, path, standard, error);
    if (status == RH_OK) {
        *csv = made;
    } else {
        rh_csv_close(made);
    }
    return status;
}

rh_status rh_csv_open(const char *path, char delimiter, rh_csv **csv, rh_error *error)
{
    return open_csv(path, false, delimiter, csv, error);
}

rh_status rh_csv_open_input(const char *path, char delimiter, rh_csv **csv, rh_error *error)
{
    bool standard = strcmp(path, "-") == 0;
    return open_csv(standard ? "(standard input)" : path, standard, delimiter, csv, error);
}

const char *rh_csv_path(const rh_csv *csv)
{
    return rh_source_path(csv->source);
}

static rh_status refuse(const rh_csv *csv, long line, rh_error *error, const char *text)
{
    return rh_fail(error, RH_INPUT, "%s:%ld: %s", rh_source_path(csv->source), line, text);
}

static rh_status check(const rh_csv *csv, rh_error *error)
{
    const char *path = rh_source_path(csv->source);
    switch (csv->refusal) {
    case REFUSED_FIELD:
        return rh_fail(error, RH_INPUT, "%s:%ld: a field of %u bytes or more (a quote not closed?)",
                       path, csv->row_line, (unsigned)RH_CSV_FIELD_BYTES_MAX);
    case REFUSED_FIELDS:
        return rh_fail(error, RH_INPUT, "%s:%ld: more than %d fields in a row", path,
                       csv->row_line, RH_CSV_FIELDS_MAX);
    case REFUSED_ROW:
        return rh_fail(error, RH_INPUT, "%s:%ld: a row of more than %u bytes (a quote not closed?)",
                       path, csv->row_line, (unsigned)RH_CSV_ROW_BYTES_MAX);
    case REFUSED_NOT: break;
    }
    return RH_OK;
}

static rh_status check_parser(rh_csv *csv, bool failed, rh_error *error)
{
    RH_TRY(check(csv, error));
    if (!failed) return RH_OK;
    if (csv_error(&csv->parser) == CSV_ENOMEM) {
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory for a row", rh_source_path(csv->source));
    }
    return refuse(csv, csv->line, error, "a quote inside a field (quotes enclose whole fields, "
                                         "and are doubled inside)");
}

/* How many bytes from `begin` belong to the present line, its end included. */
static rh_status measure_line(const rh_csv *csv, size_t *length, bool *line_ends, rh_error *error)
{
    const char *bytes = csv->input + csv->begin;
    size_t ready = csv->end - csv->begin, i = 0;
    *line_ends = false;
    while (i < ready && !*line_ends) {
        if (bytes[i] == '\0') {
            return refuse(csv, csv->line, error, "a NUL byte (UTF-16 or binary, not CSV text)");
        }
        *line_ends = bytes[i] == '\n' || bytes[i] == '\r';
        i++;
    }
    *length = i;
    return RH_OK;
}

static bool is_blank(const rh_csv *csv, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if ((unsigned char)c == csv->delimiter) return false;
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return false;
    }
    return true;
}

static void begin_row(rh_csv *csv)
{
    csv->row_line = csv->line;
    csv->row_bytes = 0;
    csv->count = csv->used = 0;
}

/* The line feed of a CR LF that was cut by the end of a line or of a read. */
static void skip_line_feed(rh_csv *csv)
{
    if (csv->after_cr && csv->begin < csv->end && csv->input[csv->begin] == '\n') {
        /* Inside quotes it is content, and libcsv must see it; elsewhere it ignores it. */
        csv_parse(&csv->parser, "\n", 1, on_field, on_row, csv);
        csv->begin++;
    }
    if (csv->begin < csv->end) csv->after_cr = false;
}

static rh_status feed_line(rh_csv *csv, rh_error *error)
{
    size_t length = 0;
    bool line_ends = false;
    RH_TRY(measure_line(csv, &length, &line_ends, error));
    const char *bytes = csv->input + csv->begin;
    if (!csv->in_row) begin_row(csv);
    csv->row_bytes += length;
    if (csv->row_bytes > RH_CSV_ROW_BYTES_MAX) csv->refusal = REFUSED_ROW;
    RH_TRY(check(csv, error));
    bool failed = csv_parse(&csv->parser, bytes, length, on_field, on_row, csv) != length;
    RH_TRY(check_parser(csv, failed, error));
    bool continues = csv->in_row || !is_blank(csv, bytes, length);
    csv->in_row = continues && !csv->row_ready;
    csv->begin += length;
    csv->after_cr = line_ends && bytes[length - 1] == '\r';
    if (line_ends) csv->line++;
    return RH_OK;
}

static rh_status finish(rh_csv *csv, rh_error *error)
{
    csv->finished = true;
    if (!csv->in_row) begin_row(csv);
    bool failed = csv_fini(&csv->parser, on_field, on_row, csv) != 0;
    RH_TRY(check(csv, error));
    if (!failed) return RH_OK;
    return refuse(csv, csv->row_line, error, "a quote opened in this row is never closed");
}

/* The next line as a row, if all of it is here, no cell of it is odd, and no limit is near. */
static bool cut_plain_row(rh_csv *csv)
{
    char *at = csv->input + csv->begin, *end = csv->input + csv->end, *start = at;
    size_t count = 0;
    if (csv->in_row) return false;
    for (; at < end; at++) {
        unsigned char class = csv->plain[(unsigned char)*at];
        if (class == CLASS_TEXT) continue;
        bool too_large = count == RH_CSV_FIELDS_MAX || at - start >= RH_CSV_FIELD_BYTES_MAX;
        if (class == CLASS_ODD || too_large) return false;
        csv->fields[count++] = start;
        start = at + 1;
        if (class == CLASS_END) break;
    }
    bool blank = count == 1 && csv->fields[0] == at;
    if (at == end || blank || at - csv->fields[0] >= RH_CSV_ROW_BYTES_MAX) return false;
    for (size_t i = 1; i < count; i++) csv->fields[i][-1] = '\0';
    *at = '\0';
    csv->count = count;
    csv->row_line = csv->line++;
    csv->begin = (size_t)(at + 1 - csv->input);
    csv->cut = csv->row_ready = true;
    return true;
}

static rh_status read_row(rh_csv *csv, rh_error *error)
{
    csv->row_ready = csv->cut = false;
    while (!csv->row_ready && !csv->finished) {
        if (csv->begin == csv->end && !csv->ended) RH_TRY(refill(csv, error));
        skip_line_feed(csv);
        if (cut_plain_row(csv)) {
            break;
        } else if (csv->begin < csv->end) {
            RH_TRY(feed_line(csv, error));
        } else if (csv->ended) {
            RH_TRY(finish(csv, error));
        }
    }
    return csv->row_ready ? RH_OK : RH_END;
}

rh_status rh_csv_next(rh_csv *csv, rh_csv_row *row, rh_error *error)
{
    if (csv->broken) return refuse(csv, csv->line, error, "refused before this row");
    rh_status status = read_row(csv, error);
    csv->broken = status != RH_OK && status != RH_END;
    if (status != RH_OK) return status;
    for (size_t i = 0; i < csv->count && !csv->cut; i++)
        csv->fields[i] = csv->text + csv->starts[i];
    row->fields = csv->fields;
    row->count = csv->count;
    row->line = csv->row_line;
    return RH_OK;
}

void rh_csv_close(rh_csv *csv)
{
    if (csv == NULL) return;
    csv_free(&csv->parser);
    rh_source_close(csv->source);
    free(csv);
}
