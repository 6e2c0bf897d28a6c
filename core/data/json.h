/* JSON with // and block comments, read through cursors that know their path. Only this unit sees
 * cJSON. Every refusal names the file, the path ("/policy/params/band"), what was found, what was
 * expected and, for keys and choices, the nearest valid name; syntax errors name line and column.
 * A cursor is two pointers, passed by value, valid as long as its document. */
#ifndef RH_DATA_JSON_H
#define RH_DATA_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

typedef struct rh_json_doc rh_json_doc;
typedef struct rh_json { rh_json_doc *doc; const void *node; } rh_json;
typedef enum rh_json_type {
    RH_JSON_NULL, RH_JSON_BOOL, RH_JSON_NUMBER, RH_JSON_STRING, RH_JSON_ARRAY, RH_JSON_OBJECT
} rh_json_type;
typedef enum rh_json_need { RH_OPTIONAL, RH_REQUIRED } rh_json_need;

/* `name` is used in messages. Depth, size, duplicate keys in any object: refused here. */
rh_status rh_json_parse(const char *name, const char *text, size_t length, rh_json_doc **doc,
                        rh_error *error);
rh_status rh_json_read(const char *path, size_t max_bytes, rh_json_doc **doc, rh_error *error);
void rh_json_free(rh_json_doc *doc);
rh_json rh_json_root(rh_json_doc *doc);
const char *rh_json_doc_name(const rh_json_doc *doc);

/* Replace the value at a path of keys joined by '.' (made when absent, parents included) by `text`,
 * read as JSON when it is a JSON scalar and as a string otherwise. For --set and --seed. */
rh_status rh_json_set(rh_json_doc *doc, const char *path, const char *text, rh_error *error);
/* Replace every string "$name" by a copy of vars[name] and drop nothing. An undefined name is
 * refused with its path and the nearest one; "$$x" means the string "$x". */
rh_status rh_json_substitute(rh_json_doc *doc, rh_json vars, rh_error *error);
/* A number for a member that is absent: a default that another part of the document sets. */
rh_status rh_json_default(rh_json object, const char *key, int64_t value, rh_error *error);
/* Remove a top-level key if present; for compare, which drops `swaps`. */
void rh_json_remove(rh_json_doc *doc, const char *key);

/* rh_fail with file and path of the cursor in front. */
rh_status rh_json_fail(rh_json at, rh_error *error, const char *format, ...) RH_PRINTF(3, 4);

/* The same, saying what stands there: "found 5, expected EXPECTED". */
rh_status rh_json_expect(rh_json at, rh_error *error, const char *expected);

rh_json_type rh_json_kind(rh_json at);
bool rh_json_has(rh_json object, const char *key);
/* The cursor must be an object with keys among `allowed` (NULL-terminated) only. */
rh_status rh_json_keys(rh_json object, const char *const *allowed, rh_error *error);
/* Child by key; RH_NOT_FOUND (no message) when absent and optional. */
rh_status rh_json_get(rh_json object, const char *key, rh_json_need need, rh_json *child,
                      rh_error *error);
size_t rh_json_count(rh_json container);                     /* 0 for scalars */
rh_json rh_json_at(rh_json container, size_t index);         /* element, or member value */
const char *rh_json_key_at(rh_json object, size_t index);    /* member name */

/* Scalars of an object member. Absent and optional leaves *value as it was (the default). */
rh_status rh_json_number(rh_json object, const char *key, rh_json_need need, double min,
                         double max, double *value, rh_error *error);   /* inclusive bounds */
rh_status rh_json_integer(rh_json object, const char *key, rh_json_need need, int64_t min,
                          int64_t max, int64_t *value, rh_error *error);
rh_status rh_json_bool(rh_json object, const char *key, rh_json_need need, bool *value,
                       rh_error *error);
rh_status rh_json_text(rh_json object, const char *key, rh_json_need need, const char **value,
                       rh_error *error);                                 /* doc's memory */
rh_status rh_json_time(rh_json object, const char *key, rh_json_need need, int64_t *time_ns,
                       rh_error *error);                                 /* ISO text */
rh_status rh_json_duration(rh_json object, const char *key, rh_json_need need,
                           int64_t *duration_ns, rh_error *error);       /* "5s" */
/* One of a NULL-terminated list of words; *index its position. */
rh_status rh_json_choice(rh_json object, const char *key, rh_json_need need,
                         const char *const *words, int *index, rh_error *error);
/* The scalar at the cursor itself. */
rh_status rh_json_as_number(rh_json at, double *value, rh_error *error);
rh_status rh_json_as_text(rh_json at, const char **value, rh_error *error);
rh_status rh_json_as_bool(rh_json at, bool *value, rh_error *error);

/* Writer: appends to a buffer; commas and escapes are its business. Doubles by rh_text_double;
 * NaN and infinities become null. */
typedef struct rh_json_writer {
    rh_buffer *out;
    int depth;
    bool needs_comma, pretty;
} rh_json_writer;
void rh_json_open(rh_json_writer *writer, const char *key, char bracket);   /* '{' or '[' */
void rh_json_close(rh_json_writer *writer, char bracket);                   /* '}' or ']' */
void rh_json_put_text(rh_json_writer *writer, const char *key, const char *value);
void rh_json_put_double(rh_json_writer *writer, const char *key, double value);
void rh_json_put_i64(rh_json_writer *writer, const char *key, int64_t value);
void rh_json_put_bool(rh_json_writer *writer, const char *key, bool value);
/* Re-serialise the value at a cursor (numbers as read, keys in order). */
void rh_json_put_value(rh_json_writer *writer, const char *key, rh_json value);

#endif
