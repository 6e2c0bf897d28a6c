/* A ranking of policies as people read it, and as compare.json. Order is that of the ranking in the
 * table, of the command line in the JSON; text from scripts and scenarios is escaped. */
#ifndef RH_CLI_RANKING_OUT_H
#define RH_CLI_RANKING_OUT_H

#include <stdio.h>

#include "data/json.h"
#include "study/held_against.h"
#include "study/mc_summary.h"

typedef struct rh_booked { /* a P&L by a person's own account, and what the tape says of it */
    double pnl, residual;
} rh_booked;

typedef struct rh_ranking_head { /* what all contestants have in common */
    const rh_mc_scenario *scenario;
    const rh_objective *objective;
    double lambda, risk_aversion; /* NAN: none */
    size_t count, baseline;       /* contestants */
    uint64_t paths;               /* 0: one tape, */
    size_t rows, block;           /* of whose ledger; 0 rows in a block: no errors */
    const rh_booked *booked;      /* NULL: nobody said */
    const rh_optimum_facts *optimum; /* of paths; NULL: not asked for */
} rh_ranking_head;

rh_status rh_ranking_table(FILE *out, const rh_ranking_head *head, const rh_contestant *contestants,
                           bool colour, rh_error *error);
/* The members of compare.json into an open object; and the whole of it. */
void rh_ranking_put(const rh_ranking_head *head, const rh_contestant *contestants,
                    rh_json_writer *writer);
rh_status rh_ranking_json(const rh_ranking_head *head, const rh_contestant *contestants,
                          rh_buffer *json, rh_error *error);

#endif
