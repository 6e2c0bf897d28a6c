/* The SQLite file of a sweep: tables study(name, value), window and point, one row per result with
 * a column param_NAME per axis and one per number of an outcome. Finds and keeps; computes nothing.
 * Invariant: points kept in one call are all there or none. */
#ifndef RH_STUDY_SWEEP_STORE_H
#define RH_STUDY_SWEEP_STORE_H

#include "data/database.h"
#include "study/sweep.h"

typedef struct rh_sweep_fact { /* of what was swept; another one is another sweep */
    const char *name, *value;
} rh_sweep_fact;

typedef struct rh_sweep_key {
    size_t window;
    bool judge; /* of a walk-forward: on the window after the one it was fitted on */
    const char *params; /* as JSON text */
} rh_sweep_key;

/* Opens or makes the file. RH_INPUT when it holds a sweep of which a fact is another. */
rh_status rh_sweep_store_open(const char *path, const rh_axis *axes, size_t axis_count,
                              const rh_sweep_fact *facts, size_t fact_count,
                              rh_database **store, rh_error *error);
/* Fills outcome, refused and message of a point that is kept. */
rh_status rh_sweep_store_find(rh_database *store, const rh_sweep_key *key, rh_sweep_point *point,
                              bool *found, rh_error *error);
/* Within begin and end: one transaction. */
rh_status rh_sweep_store_begin(rh_database *store, rh_error *error);
rh_status rh_sweep_store_put(rh_database *store, const rh_sweep_key *key,
                             const rh_sweep_point *point, size_t axis_count,
                             rh_error *error);
rh_status rh_sweep_store_end(rh_database *store, rh_error *error);
rh_status rh_sweep_store_window(rh_database *store, size_t number, const rh_sweep_window *window,
                                rh_error *error);

#endif
