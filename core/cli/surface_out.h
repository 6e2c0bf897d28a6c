/* Fitted surfaces in words for people and in JSON for machines. Text from the file is escaped;
 * errors are in vol points (0.01 of vol), everything else in the units of surface.h. */
#ifndef RH_CLI_SURFACE_OUT_H
#define RH_CLI_SURFACE_OUT_H

#include <stdio.h>

#include "base/buffer.h"
#include "cli/chain_fit.h"

/* One option to be looked up on each surface. */
typedef struct rh_surface_query {
    double K, T;
    int64_t expiry_ns;          /* -1: T is meant; else T counts from the time of the surface */
} rh_surface_query;

typedef struct rh_surface_report {
    const rh_chain *chain;
    const rh_chain_fit *fit;
    const rh_chain_fit_options *options;
    const rh_surface_query *query;      /* NULL: none */
    double read_s, fit_s;
} rh_surface_report;

void rh_surface_print(const rh_surface_report *report, FILE *out);
void rh_surface_json(const rh_surface_report *report, rh_buffer *out);

#endif
