/* Policies on one tape, ranked like those over many paths: the sample is the history of each run,
 * row by row of its ledger. What errors of one history say is how far its numbers would move if the
 * same stretches of market had come more or less often; they know nothing of another market. */
#ifndef RH_STUDY_TAPE_RANKING_H
#define RH_STUDY_TAPE_RANKING_H

#include "study/best_band.h"

/* The band that is best in hindsight on the tape of `of`, whose base, parallel-for and progress are
 * used (`index` being the number of the run). What a run fails of is the search's failure. */
rh_status rh_tape_band_find(const rh_compare_request *of, const rh_objective *objective,
                            double lambda, rh_best_band *best, rh_error *error);

/* Contestants of runs that were made with keep_history, ranked; `runs` must live as long. Zero on
 * arrival. A run that failed is a contestant without numbers. */
rh_status rh_tape_rank(const rh_compare_run *runs, size_t count, const rh_objective *objective,
                       double lambda, size_t baseline, rh_contestant *contestants,
                       rh_error *error);

#endif
