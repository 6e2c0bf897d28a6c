/* What "better" means: the named objectives by which policies are ranked, as rows of a table. A
 * value is in the numeraire and smaller is better, whatever the objective, so that a difference of
 * two values is what the worse choice leaves on the table: its regret. */
#ifndef RH_STUDY_OBJECTIVE_H
#define RH_STUDY_OBJECTIVE_H

#include "study/outcome.h"

typedef struct rh_objective {
    const char *name, *about;
    bool needs_paths; /* one run has no tail and no expectation */
    bool uses_lambda;
    double (*value)(const rh_outcome *outcome, double lambda);
} rh_objective;

extern const rh_objective rh_objectives[]; /* ended by a NULL name; the first is the default */
/* RH_USAGE with the nearest name. NULL asks for the default. */
rh_status rh_objective_find(const char *name, const rh_objective **objective, rh_error *error);

/* Marks in frontier[] the outcomes that no other beats in cost and in error at once. NaNs and
 * failed policies are never on it. */
rh_status rh_objective_frontier(const rh_outcome *outcomes, size_t count, bool *frontier,
                                rh_error *error);

#endif
