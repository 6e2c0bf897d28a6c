/* Typed reading of JSON members: every refusal says the place, what was found, what was expected.
 * Must not change the tree. A cursor without a node is an absent object: it has no members. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/json_tree.h"

#define DESCRIBE_BYTES 96
#define SHOWN_TEXT_BYTES 60
#define LIST_BYTES 512
/* From here on doubles have gaps: the number that was written may not be the one that is read. */
#define EXACT_INTEGER_LIMIT 9007199254740992.0

const char *rh_json_describe(const cJSON *node, char *out, size_t capacity)
{
    char text[SHOWN_TEXT_BYTES];
    if (cJSON_IsString(node)) {
        rh_text_escape(text, sizeof text, node->valuestring, strlen(node->valuestring));
        snprintf(out, capacity, "the string \"%s\"", text);
    } else if (cJSON_IsNumber(node)) {
        char number[RH_NUMBER_TEXT];
        rh_text_double(number, node->valuedouble);
        snprintf(out, capacity, "the number %s", number);
    } else {
        snprintf(out, capacity, "%s",
                 node == NULL            ? "nothing"
                 : cJSON_IsArray(node)   ? "an array"
                 : cJSON_IsObject(node)  ? "an object"
                 : cJSON_IsTrue(node)    ? "true"
                 : cJSON_IsFalse(node)   ? "false"
                                         : "null");
    }
    return out;
}

rh_status rh_json_expect(rh_json at, rh_error *error, const char *expected)
{
    char found[DESCRIBE_BYTES];
    return rh_json_fail(at, error, "found %s, expected %s",
                        rh_json_describe(at.node, found, sizeof found), expected);
}

static rh_json find(rh_json object, const char *key)
{
    const cJSON *node = rh_json_node(object);
    if (!cJSON_IsObject(node)) return (rh_json){object.doc, NULL};
    return (rh_json){object.doc, cJSON_GetObjectItemCaseSensitive(node, key)};
}

bool rh_json_has(rh_json object, const char *key)
{
    return find(object, key).node != NULL;
}

/* --- keys ---------------------------------------------------------------------------------- */

static size_t count_words(const char *const *words)
{
    size_t count = 0;
    while (words[count] != NULL) count++;
    return count;
}

/* "; did you mean \"x\"?" when a word is near, the whole list otherwise. */
static const char *suggest(const char *name, const char *const *words, char out[LIST_BYTES])
{
    size_t count = count_words(words), used = 0;
    const char *nearest = rh_nearest_name(name, words, count);
    out[0] = '\0';
    if (nearest != NULL) {
        snprintf(out, LIST_BYTES, "; did you mean \"%s\"?", nearest);
        return out;
    }
    for (size_t i = 0; i < count && used < LIST_BYTES; i++) {
        int length = snprintf(out + used, LIST_BYTES - used, "%s%s", i == 0 ? "; known: " : ", ",
                              words[i]);
        if (length < 0) break;
        used += (size_t)length;
    }
    return out;
}

static bool is_among(const char *word, const char *const *words, int *index)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

rh_status rh_json_keys(rh_json object, const char *const *allowed, rh_error *error)
{
    const cJSON *node = rh_json_node(object);
    char text[LIST_BYTES];
    int index;
    if (node == NULL) return RH_OK;
    if (!cJSON_IsObject(node)) return rh_json_expect(object, error, "an object");
    for (const cJSON *member = node->child; member != NULL; member = member->next) {
        if (is_among(member->string, allowed, &index)) continue;
        return rh_json_fail((rh_json){object.doc, member}, error, "unknown key%s",
                            suggest(member->string, allowed, text));
    }
    return RH_OK;
}

rh_status rh_json_get(rh_json object, const char *key, rh_json_need need, rh_json *child,
                      rh_error *error)
{
    const cJSON *node = rh_json_node(object);
    if (node != NULL && !cJSON_IsObject(node)) return rh_json_expect(object, error, "an object");
    *child = find(object, key);
    if (child->node != NULL) return RH_OK;
    if (need == RH_OPTIONAL) return RH_NOT_FOUND;
    return rh_json_fail(object, error, "the key \"%s\" is missing", key);
}

/* --- scalars ------------------------------------------------------------------------------- */

rh_status rh_json_as_number(rh_json at, double *value, rh_error *error)
{
    const cJSON *node = rh_json_node(at);
    if (!cJSON_IsNumber(node)) return rh_json_expect(at, error, "a number");
    *value = node->valuedouble;
    return RH_OK;
}

rh_status rh_json_as_text(rh_json at, const char **value, rh_error *error)
{
    const cJSON *node = rh_json_node(at);
    if (!cJSON_IsString(node)) return rh_json_expect(at, error, "a string");
    *value = node->valuestring;
    return RH_OK;
}

rh_status rh_json_as_bool(rh_json at, bool *value, rh_error *error)
{
    const cJSON *node = rh_json_node(at);
    if (!cJSON_IsBool(node)) return rh_json_expect(at, error, "true or false");
    *value = cJSON_IsTrue(node) != 0;
    return RH_OK;
}

/* "a number", "a number of at least 0", "a number from 0 to 1". */
static const char *expected_range(const char *what, double min, double max, char out[LIST_BYTES])
{
    char low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT];
    rh_text_double(low, min);
    rh_text_double(high, max);
    bool has_low = isfinite(min), has_high = isfinite(max);
    if (has_low && has_high) {
        snprintf(out, LIST_BYTES, "%s from %s to %s", what, low, high);
    } else if (has_low) {
        snprintf(out, LIST_BYTES, "%s of at least %s", what, low);
    } else if (has_high) {
        snprintf(out, LIST_BYTES, "%s of at most %s", what, high);
    } else {
        snprintf(out, LIST_BYTES, "%s", what);
    }
    return out;
}

rh_status rh_json_number(rh_json object, const char *key, rh_json_need need, double min,
                         double max, double *value, rh_error *error)
{
    rh_json at;
    char expected[LIST_BYTES];
    rh_status status = rh_json_get(object, key, need, &at, error);
    if (status != RH_OK) return status == RH_NOT_FOUND ? RH_OK : status;
    const cJSON *node = rh_json_node(at);
    if (!cJSON_IsNumber(node) || !(node->valuedouble >= min && node->valuedouble <= max)) {
        return rh_json_expect(at, error, expected_range("a number", min, max, expected));
    }
    *value = node->valuedouble;
    return RH_OK;
}

static rh_status fail_integer(rh_json at, int64_t min, int64_t max, rh_error *error)
{
    char expected[LIST_BYTES], found[DESCRIBE_BYTES];
    const cJSON *node = rh_json_node(at);
    if (cJSON_IsNumber(node) && fabs(node->valuedouble) >= EXACT_INTEGER_LIMIT) {
        return rh_json_fail(at, error,
                            "found %s, expected an integer nearer to 0 than 2^53, beyond which "
                            "JSON numbers are not exact",
                            rh_json_describe(node, found, sizeof found));
    }
    double low = min == INT64_MIN ? -(double)INFINITY : (double)min;
    double high = max == INT64_MAX ? (double)INFINITY : (double)max;
    return rh_json_expect(at, error, expected_range("an integer", low, high, expected));
}

rh_status rh_json_integer(rh_json object, const char *key, rh_json_need need, int64_t min,
                          int64_t max, int64_t *value, rh_error *error)
{
    rh_json at;
    rh_status status = rh_json_get(object, key, need, &at, error);
    if (status != RH_OK) return status == RH_NOT_FOUND ? RH_OK : status;
    const cJSON *node = rh_json_node(at);
    if (!cJSON_IsNumber(node) || fabs(node->valuedouble) >= EXACT_INTEGER_LIMIT ||
        floor(node->valuedouble) < node->valuedouble) {
        return fail_integer(at, min, max, error);
    }
    int64_t whole = (int64_t)node->valuedouble;
    if (whole < min || whole > max) return fail_integer(at, min, max, error);
    *value = whole;
    return RH_OK;
}

rh_status rh_json_bool(rh_json object, const char *key, rh_json_need need, bool *value,
                       rh_error *error)
{
    rh_json at;
    rh_status status = rh_json_get(object, key, need, &at, error);
    if (status != RH_OK) return status == RH_NOT_FOUND ? RH_OK : status;
    return rh_json_as_bool(at, value, error);
}

rh_status rh_json_text(rh_json object, const char *key, rh_json_need need, const char **value,
                       rh_error *error)
{
    rh_json at;
    rh_status status = rh_json_get(object, key, need, &at, error);
    if (status != RH_OK) return status == RH_NOT_FOUND ? RH_OK : status;
    return rh_json_as_text(at, value, error);
}

static rh_status parsed_text(rh_json object, const char *key, rh_json_need need,
                             bool (*parse)(const char *, int64_t *), const char *expected,
                             int64_t *value, rh_error *error)
{
    rh_json at;
    rh_status status = rh_json_get(object, key, need, &at, error);
    if (status != RH_OK) return status == RH_NOT_FOUND ? RH_OK : status;
    const cJSON *node = rh_json_node(at);
    if (!cJSON_IsString(node) || !parse(node->valuestring, value)) {
        return rh_json_expect(at, error, expected);
    }
    return RH_OK;
}

rh_status rh_json_time(rh_json object, const char *key, rh_json_need need, int64_t *time_ns,
                       rh_error *error)
{
    return parsed_text(object, key, need, rh_parse_time,
                       "a time such as \"2021-05-17T00:00:00Z\" (1970 to 2200)", time_ns, error);
}

rh_status rh_json_duration(rh_json object, const char *key, rh_json_need need,
                           int64_t *duration_ns, rh_error *error)
{
    return parsed_text(object, key, need, rh_parse_duration,
                       "a duration such as \"500ms\", \"5s\", \"1m\", \"1h\" or \"1d\"",
                       duration_ns, error);
}

static const char *expected_words(const char *found, const char *const *words,
                                  char out[LIST_BYTES])
{
    const char *nearest = rh_nearest_name(found, words, count_words(words));
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; words[i] != NULL && used < LIST_BYTES; i++) {
        int length = snprintf(out + used, LIST_BYTES - used, "%s\"%s\"", i == 0 ? "" : ", ",
                              words[i]);
        if (length < 0) break;
        used += (size_t)length;
    }
    if (nearest != NULL && used < LIST_BYTES) {
        snprintf(out + used, LIST_BYTES - used, "; did you mean \"%s\"?", nearest);
    }
    return out;
}

rh_status rh_json_choice(rh_json object, const char *key, rh_json_need need,
                         const char *const *words, int *index, rh_error *error)
{
    rh_json at;
    char list[LIST_BYTES], found[DESCRIBE_BYTES];
    rh_status status = rh_json_get(object, key, need, &at, error);
    if (status != RH_OK) return status == RH_NOT_FOUND ? RH_OK : status;
    const cJSON *node = rh_json_node(at);
    const char *word = cJSON_IsString(node) ? node->valuestring : "";
    if (is_among(word, words, index)) return RH_OK;
    return rh_json_fail(at, error, "found %s, expected one of %s",
                        rh_json_describe(node, found, sizeof found),
                        expected_words(word, words, list));
}
