/* Declared parameters of a policy: specifications, and values checked against them.
 * The same code serves Lua and native policies, so an error reads the same for both. */
#ifndef RH_POLICY_PARAMS_H
#define RH_POLICY_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "data/json.h"

#define RH_PARAM_WORDS_MAX 8
#define RH_PARAM_ABOUT_MAX 160

typedef enum rh_param_type {
    RH_PARAM_NUMBER, RH_PARAM_DURATION, RH_PARAM_TEXT, RH_PARAM_BOOL
} rh_param_type;

typedef struct rh_param_value {
    double number;          /* NUMBER; BOOL as 0 or 1 */
    int64_t duration_ns;    /* DURATION */
    char text[RH_NAME_MAX]; /* TEXT */
} rh_param_value;

typedef struct rh_param_spec {
    char name[RH_NAME_MAX];
    rh_param_type type;
    rh_param_value default_value;
    double min, max;        /* NUMBER, inclusive; DURATION in ns; -inf, inf when not given */
    bool is_instrument;     /* TEXT: the name of a hedge instrument, "" where nobody gave one */
    int word_count;         /* TEXT: allowed words, 0 = any */
    char words[RH_PARAM_WORDS_MAX][RH_NAME_MAX];
    char unit[RH_NAME_MAX];
    char about[RH_PARAM_ABOUT_MAX];
} rh_param_spec;

typedef struct rh_params {
    int count;              /* specs sorted as declared; Lua: by name */
    rh_param_spec spec[RH_PARAMS_MAX];
    rh_param_value value[RH_PARAMS_MAX];
} rh_params;

/* Set every value to its default, then override from `at` (an object; node NULL = none). Unknown
 * names (did-you-mean), wrong types, out of range: refused with the JSON path. A duration may be
 * given as text ("1h") only. */
rh_status rh_params_resolve(rh_params *params, rh_json at, rh_error *error);
/* RH_INPUT: "there is no param ...", with the nearest one. */
rh_status rh_params_unknown(const rh_params *params, const char *name, rh_error *error);
int rh_params_find(const rh_params *params, const char *name);      /* index or -1 */
/* Does a value obey its specification? The message says what was found and what was expected. */
rh_status rh_param_check(const rh_param_spec *spec, const rh_param_value *value, rh_error *error);
/* A value as people write it: 0.25, 1h, edge, true. */
void rh_param_value_text(const rh_param_spec *spec, const rh_param_value *value,
                         char text[RH_NAME_MAX]);
/* Feed names and values, fixed-width, to the run digest. */
void rh_params_digest(const rh_params *params, rh_digest *digest);

#endif
