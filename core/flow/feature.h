/* Streaming features: numbers computed from *known* records, declared by a policy, updated in C.
 * Each kind is a row of rh_feature_kinds with its own file. A feature owns fixed memory from
 * creation on; update and value allocate nothing and are deterministic. */
#ifndef RH_FLOW_FEATURE_H
#define RH_FLOW_FEATURE_H

#include <stdbool.h>

#include "base/error.h"
#include "data/tape.h"

#define RH_FEATURE_ARGS_MAX 8

typedef struct rh_feature_arg {
    char key[RH_NAME_MAX];
    bool is_text;               /* durations come as text: "1h" */
    double number;
    char text[RH_NAME_MAX];
} rh_feature_arg;

typedef struct rh_feature_spec {    /* rv = { "realized_vol", window = "1h" } */
    char name[RH_NAME_MAX];         /* "rv": what the policy calls it */
    char kind[RH_NAME_MAX];         /* "realized_vol" */
    rh_feature_arg args[RH_FEATURE_ARGS_MAX];
    int arg_count;
} rh_feature_spec;

typedef struct rh_feature rh_feature;
struct rh_feature {
    void (*update)(rh_feature *feature, const rh_record *record);   /* in known order */
    /* The value at now_ns; false when there is not enough history yet (then *value is 0). */
    bool (*value)(rh_feature *feature, int64_t now_ns, double *value);
    void (*free)(rh_feature *feature);
    char instrument[RH_NAME_MAX];   /* whose records it wants; "" = the asset's own spot feed */
};

typedef struct rh_feature_kind {
    const char *name, *about;       /* about: one line, with units of the value */
    const char *const *keys;        /* argument names besides "instrument", NULL-terminated */
    rh_status (*configure)(const rh_feature_spec *spec, rh_feature **feature, rh_error *error);
} rh_feature_kind;
extern const rh_feature_kind rh_feature_kinds[];    /* ended by a NULL name */

/* Find the kind (did-you-mean), refuse unknown args, configure. */
rh_status rh_feature_new(const rh_feature_spec *spec, rh_feature **feature, rh_error *error);
void rh_feature_free(rh_feature *feature);

#endif
