/* What a sweep varies: one param of the policy, or one variable of the scenario, over values that a
 * person wrote as "band=0.01:0.5:20", "band=0.01:0.5:20:log", "to=edge,centre", or, for a random
 * search, "band=0.01:0.5" and "band=0.01:0.5:log". Parsing and values only. */
#ifndef RH_STUDY_AXIS_H
#define RH_STUDY_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

#define RH_AXES_MAX 8
#define RH_AXIS_VALUES_MAX 100000

typedef struct rh_axis {
    char name[RH_NAME_MAX]; /* of the param; "vars.NAME": a variable of the scenario */
    bool logarithmic, random;
    double from, to; /* inclusive */
    size_t count;    /* values; 0 of a random range */
    char *words;     /* of a list: `count` texts one after the other, each with its NUL; or NULL */
} rh_axis;

/* The axis owns its words; rh_axis_free. Refusals (RH_USAGE) say what was found and expected. */
rh_status rh_axis_parse(const char *text, bool random, rh_axis *axis, rh_error *error);
/* The value numbered `index`, as exact text that a scenario reads back to the same double. */
void rh_axis_value(const rh_axis *axis, size_t index, char text[RH_NAME_MAX]);
/* The value at u in (0, 1): between the ends, even in the logarithm where asked for; of a list,
 * one of its words. */
void rh_axis_draw(const rh_axis *axis, double u, char text[RH_NAME_MAX]);
void rh_axis_free(rh_axis *axis);

#endif
