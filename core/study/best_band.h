/* The constant no-trade band that would have been best over given paths, or on a given tape, found
 * by who knows them: a yardstick for policies that do not. */
#ifndef RH_STUDY_BEST_BAND_H
#define RH_STUDY_BEST_BAND_H

#include "study/ranking.h"

#define RH_BEST_BAND_PATHS_MAX 4096 /* the search looks at so many of the first paths */

typedef struct rh_best_band {
    double band;            /* half width, asset units; to the edge */
    char policy[RH_NAME_MAX]; /* "native:delta_band:band=0.0731" */
    size_t studies;         /* that it took */
} rh_best_band;

/* How bands are tried: what becomes of `count` policies, of which the first is number `study`. */
typedef struct rh_band_search {
    rh_status (*outcomes)(void *context, size_t study, const char *const *policies, size_t count,
                          rh_outcome *outcomes, rh_error *error);
    void *context;
    const rh_objective *objective;
    double lambda;
} rh_band_search;

/* Golden section on ln band between neighbours of the best of a grid. The objective need not have
 * one minimum: what is found is the best that was tried. RH_DOMAIN: there is no band to find. */
rh_status rh_best_band_search(const rh_band_search *search, rh_best_band *best, rh_error *error);
/* Over paths: `request` as for rh_ranking; its policies are not used. `progress` as there, with
 * `contestant` the number of the study. */
rh_status rh_best_band_find(const rh_ranking_request *request, rh_best_band *best,
                            rh_error *error);
#define RH_BEST_BAND_STUDIES 18 /* at most, for progress */

#endif
