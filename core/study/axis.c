/* Axes of sweeps: text to values and back. The ends are exact, and what lies between comes from our
 * own kernels, so that a grid is the same on every machine. */
#include "study/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernels.h"

static rh_status refuse(const char *text, const char *expected, rh_error *error)
{
    return rh_fail(error, RH_USAGE, "%.200s: expected %s", text, expected);
}

/* The next field of "a:b:c", cut off; NULL: none is left. */
static char *next_field(char **rest)
{
    char *field = *rest;
    if (!field) return NULL;
    char *colon = strchr(field, ':');
    if (colon) *colon = '\0';
    *rest = colon ? colon + 1 : NULL;
    return field;
}

static rh_status parse_range(const char *text, char *fields, rh_axis *axis, rh_error *error)
{
    const char *expected = axis->random ? "NAME=FROM:TO or NAME=FROM:TO:log"
                                        : "NAME=FROM:TO:COUNT, NAME=FROM:TO:COUNT:log or "
                                          "NAME=WORD,WORD";
    int64_t count = 0;
    const char *from = next_field(&fields), *to = next_field(&fields);
    const char *number = axis->random ? NULL : next_field(&fields), *last = next_field(&fields);
    if (!from || !to || (!axis->random && !number) || fields) return refuse(text, expected, error);
    if (last && strcmp(last, "log") != 0) return refuse(text, expected, error);
    if (!rh_parse_double(from, &axis->from) || !rh_parse_double(to, &axis->to) ||
        !isfinite(axis->from) || !isfinite(axis->to)) {
        return refuse(text, "finite numbers on both sides of \":\"", error);
    }
    if (!(axis->from < axis->to)) return refuse(text, "FROM below TO", error);
    axis->logarithmic = last != NULL;
    if (axis->logarithmic && !(axis->from > 0.0))
        return refuse(text, "FROM above 0, since steps are equal in the logarithm", error);
    if (axis->random) return RH_OK;
    if (!rh_parse_i64(number, &count) || count < 2 || count > RH_AXIS_VALUES_MAX)
        return refuse(text, "a COUNT from 2 to 100000", error);
    axis->count = (size_t)count;
    return RH_OK;
}

static rh_status parse_words(const char *text, char *list, rh_axis *axis, rh_error *error)
{
    size_t length = strlen(list);
    axis->words = calloc(1, length + 2);
    if (!axis->words) return rh_fail(error, RH_NO_MEMORY, "no memory for a grid");
    memcpy(axis->words, list, length);
    char *word = axis->words;
    for (size_t i = 0; i <= length; i++) {
        if (axis->words[i] != ',' && axis->words[i] != '\0') continue;
        axis->words[i] = '\0';
        size_t size = (size_t)(axis->words + i - word);
        if (size == 0 || size >= RH_NAME_MAX)
            return refuse(text, "words of 1 to 63 bytes between commas", error);
        for (const char *other = axis->words; other < word; other += strlen(other) + 1)
            if (!strcmp(other, word)) return refuse(text, "each word once", error);
        word = axis->words + i + 1;
        axis->count++;
    }
    return RH_OK;
}

rh_status rh_axis_parse(const char *text, bool random, rh_axis *axis, rh_error *error)
{
    *axis = (rh_axis){.random = random};
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    if (length == 0 || length >= RH_NAME_MAX || strlen(text) > 60000)
        return refuse(text, "NAME=VALUES with a name of at most 63 bytes", error);
    memcpy(axis->name, text, length);
    char *values = strdup(equals + 1);
    if (!values) return rh_fail(error, RH_NO_MEMORY, "no memory for a grid");
    bool range = strchr(values, ':') != NULL;
    rh_status status = range ? parse_range(text, values, axis, error)
                             : parse_words(text, values, axis, error);
    free(values);
    if (status != RH_OK) rh_axis_free(axis);
    return status;
}

static double at(const rh_axis *axis, double share)
{
    if (!axis->logarithmic) return axis->from + (axis->to - axis->from) * share;
    return axis->from * rh_exp(rh_log(axis->to / axis->from) * share);
}

static void word_at(const rh_axis *axis, size_t index, char text[RH_NAME_MAX])
{
    const char *word = axis->words;
    for (; index > 0; index--) word += strlen(word) + 1;
    snprintf(text, RH_NAME_MAX, "%s", word);
}

void rh_axis_value(const rh_axis *axis, size_t index, char text[RH_NAME_MAX])
{
    if (axis->words) {
        word_at(axis, index, text);
        return;
    }
    double value = index == 0                 ? axis->from
                   : index + 1 == axis->count ? axis->to
                                              : at(axis, (double)index / (double)(axis->count - 1));
    rh_text_double(text, value);
}

void rh_axis_draw(const rh_axis *axis, double u, char text[RH_NAME_MAX])
{
    if (axis->words) {
        word_at(axis, (size_t)(u * (double)axis->count), text);
    } else {
        rh_text_double(text, at(axis, u));
    }
}

void rh_axis_free(rh_axis *axis)
{
    free(axis->words);
    axis->words = NULL;
}
