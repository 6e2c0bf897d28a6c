/* journal.jsonl, streamed line by line: what swapped, what a guard stopped, what settled, as marks.
 * Texts are kept raw and cut; whoever shows them escapes them.
 * Invariant: memory does not depend on the number of lines or on their length. */
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "data/file.h"
#include "data/json.h"
#include "data/source.h"
#include "report/history.h"

#define X(name, kind, words) kind,
const char *const rh_mark_keys[] = {RH_MARK_MAP(X)};
#undef X
#define X(name, kind, words) words,
const char *const rh_mark_words[] = {RH_MARK_MAP(X)};
#undef X

enum { LINE_MAX_BYTES = 1 << 20, BLOCK_BYTES = 64 << 10 };

/* At most RH_MARK_TEXT - 1 bytes, whole UTF-8 characters only. */
static void keep_text(char kept[RH_MARK_TEXT], const char *text)
{
    size_t length = strlen(text);
    if (length >= RH_MARK_TEXT) {
        length = RH_MARK_TEXT - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
    }
    memcpy(kept, text, length);
    kept[length] = '\0';
}

static void add(rh_marks *marks, const rh_ledger *ledger, int kind, int64_t time_ns,
                const char *text)
{
    uint64_t index = marks->counts[kind]++;
    if (index < RH_MARKS_LISTED) {
        marks->listed[kind][index].time_ns = time_ns;
        keep_text(marks->listed[kind][index].text, text);
    }
    int64_t from = ledger->bins.from_ns, span = ledger->bins.last_ns - from;
    if (span <= 0 || time_ns < from || time_ns > from + span) return;
    double slot = (double)(time_ns - from) / (double)span * RH_MARK_SLOTS + 0.5;
    marks->slots[kind][(int)slot] = true;
}

/* Nanoseconds as a number (exact to 256 ns, which no picture shows) or as text; ISO text. */
static int64_t time_of(rh_json root)
{
    rh_json at;
    double value = -1;
    const char *text = "";
    int64_t time_ns = -1;
    if (!rh_json_has(root, "time_ns")) return -1;
    if (rh_json_get(root, "time_ns", RH_OPTIONAL, &at, NULL) != RH_OK) return -1;
    if (rh_json_kind(at) == RH_JSON_NUMBER && rh_json_as_number(at, &value, NULL) == RH_OK &&
        value >= (double)RH_TIME_NS_MIN && value <= (double)RH_TIME_NS_MAX)
        return (int64_t)value;
    if (rh_json_kind(at) != RH_JSON_STRING || rh_json_as_text(at, &text, NULL) != RH_OK) return -1;
    if (!rh_parse_i64(text, &time_ns)) (void)rh_parse_time(text, &time_ns);
    return time_ns;
}

static rh_status add_line(rh_marks *marks, const rh_ledger *ledger, const char *name,
                          const rh_buffer *line, rh_error *error)
{
    rh_json_doc *doc = NULL;
    const char *kind = "", *text = "";
    rh_status status = rh_json_parse(name, line->bytes, line->length, &doc, error);
    if (status != RH_OK) return status;
    rh_json root = rh_json_root(doc);
    status = rh_json_text(root, "kind", RH_REQUIRED, &kind, error);
    int64_t time_ns = status == RH_OK ? time_of(root) : -1;
    if (status == RH_OK && (time_ns < RH_TIME_NS_MIN || time_ns > RH_TIME_NS_MAX))
        status = rh_json_fail(root, error, "time_ns is no time");
    if (status == RH_OK) status = rh_json_text(root, "text", RH_OPTIONAL, &text, error);
    int found = -1;
    for (int i = 0; status == RH_OK && i < RH_MARK_KINDS; i++)
        if (strcmp(kind, rh_mark_keys[i]) == 0) found = i;
    if (status == RH_OK && found >= 0) add(marks, ledger, found, time_ns, text);
    if (status == RH_OK && found < 0) marks->others++;
    rh_json_free(doc);
    return status;
}

typedef struct reader {
    rh_marks *marks;
    const rh_ledger *ledger;
    const char *path;
    rh_buffer line;
    bool overlong;
    long number;
} reader;

static rh_status end_line(reader *r, rh_error *error)
{
    rh_status status = RH_OK;
    r->number++;
    if (r->line.failed) return rh_fail(error, RH_NO_MEMORY, "no memory for the journal");
    if (r->overlong)
        r->marks->others++;
    else if (r->line.length > 0)
        status = add_line(r->marks, r->ledger, r->path, &r->line, error);
    if (status != RH_OK) return rh_fail_in(error, "line %ld", r->number);
    rh_buffer_clear(&r->line);
    r->overlong = false;
    return RH_OK;
}

static rh_status take(reader *r, const char *bytes, size_t length, rh_error *error)
{
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end ? (size_t)(end - bytes) : length;
        if (r->line.length + part > LINE_MAX_BYTES) r->overlong = true;
        if (!r->overlong) rh_buffer_append(&r->line, bytes, part);
        if (end) RH_TRY(end_line(r, error));
        bytes += part + (end ? 1 : 0);
        length -= part + (end ? 1 : 0);
    }
    return RH_OK;
}

static rh_status read_all(reader *r, rh_source *source, rh_error *error)
{
    char block[BLOCK_BYTES];
    size_t length = 0;
    do {
        RH_TRY(rh_source_read(source, block, sizeof block, &length, error));
        RH_TRY(take(r, block, length, error));
    } while (length > 0);
    return r->line.length > 0 || r->overlong ? end_line(r, error) : RH_OK;
}

rh_status rh_marks_read(rh_marks *marks, const char *path, const rh_ledger *ledger,
                        rh_error *error)
{
    *marks = (rh_marks){0};
    if (!rh_file_exists(path)) return RH_OK;
    rh_source *source = NULL;
    RH_TRY(rh_source_open(path, &source, error));
    reader r = {.marks = marks, .ledger = ledger, .path = path};
    rh_status status = read_all(&r, source, error);
    rh_buffer_free(&r.line);
    rh_source_close(source);
    return status;
}
