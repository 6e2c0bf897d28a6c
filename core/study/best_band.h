/* The constant no-trade band that would have been best over given paths, found by who knows them: a
 * yardstick for policies that do not. */
#ifndef RH_STUDY_BEST_BAND_H
#define RH_STUDY_BEST_BAND_H

#include "study/ranking.h"

#define RH_BEST_BAND_PATHS_MAX 4096 /* the search looks at so many of the first paths */

typedef struct rh_best_band {
    double band;            /* half width, asset units; to the edge */
    char policy[RH_NAME_MAX]; /* "native:delta_band:band=0.0731" */
    size_t studies;         /* that it took */
} rh_best_band;

/* Golden section on ln band between neighbours of the best of a grid. `request` as for rh_ranking;
 * its policies are not used. `progress` as there, with `contestant` the number of the study. The
 * objective need not have one minimum: what is found is the best that was tried. */
rh_status rh_best_band_find(const rh_ranking_request *request, rh_best_band *best,
                            rh_error *error);
#define RH_BEST_BAND_STUDIES 18 /* at most, for progress */

#endif
