/* One policy over many values of its params: a grid or a random search, on a tape or on simulated
 * paths; walk-forward on a tape, where each window's best is judged on the next. Every result goes
 * into one SQLite file, from which a sweep that was killed resumes, and which people query.
 * Results do not depend on the number of threads, nor on how often it was resumed. */
#ifndef RH_STUDY_SWEEP_H
#define RH_STUDY_SWEEP_H

#include "study/axis.h"
#include "study/objective.h"
#include "study/parallel_for.h"

#define RH_SWEEP_POINTS_MAX 100000
#define RH_SWEEP_WINDOWS_MAX 1000

typedef struct rh_sweep_request {
    rh_run_request base;
    const rh_axis *axes;
    size_t axis_count;      /* 1 to RH_AXES_MAX */
    size_t random_points;   /* 0: the grid of all axes */
    const rh_objective *objective;
    double lambda;
    uint64_t paths;         /* 0: on the tape */
    double risk_aversion;   /* of certainty equivalents over paths */
    int64_t fit_ns, judge_ns; /* lengths of the windows of a walk-forward; 0: none */
    const char *database;   /* NULL: in memory */
    size_t together;        /* points in one call of `parallel`, and one transaction; at least 1 */
    rh_parallel_for parallel;
    void *parallel_context;
    void (*progress)(void *context, size_t done, size_t all); /* may be NULL */
    void *progress_context;
} rh_sweep_request;

typedef struct rh_sweep_point {
    char (*values)[RH_NAME_MAX]; /* one per axis */
    rh_outcome outcome;
    double objective;            /* smaller is better; NaN: failed, or not defined */
    bool frontier;               /* of cost and error within its window */
    bool refused;                /* the run failed; `message` says why */
    char message[256];
} rh_sweep_point;

typedef struct rh_sweep_window {
    int64_t from_ns, middle_ns, to_ns; /* fit from .. middle, judge middle .. to; 0: no windows */
    rh_sweep_point *points;  /* of the fit: as many as the sweep has */
    size_t best;             /* by the objective; points when none is any good */
    rh_sweep_point judged;   /* the best one, on the next window */
    bool is_judged;
} rh_sweep_window;

typedef struct rh_sweep_result {
    size_t points, windows;
    rh_sweep_window *window;
    size_t computed, resumed; /* points run now, and points that the database had */
    rh_buffer inputs;         /* {"scenario", "policy", ...}: what was swept, a JSON object */
} rh_sweep_result;

/* A point that fails is a result; the first one failing is a refusal of the whole, since nonsense
 * (no such param, a value out of range) shows there. RH_INPUT: the database holds another sweep, it
 * says in what. Interrupted: what is done is in the database. */
rh_status rh_sweep(const rh_sweep_request *request, rh_sweep_result *result, rh_error *error);
void rh_sweep_free(rh_sweep_result *result);

#endif
