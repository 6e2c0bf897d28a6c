/* Who is compared: the policies that were asked for, and three that are always there. The words and
 * options that comparisons on a tape and over paths have in common. Runs nothing. */
#ifndef RH_CLI_CONTESTANTS_H
#define RH_CLI_CONTESTANTS_H

#include "study/best_band.h"

/* Yardsticks: the first two are what any policy must be better than, the last is what is to be had
 * with a constant band by who knows the market. */
enum { RH_NO_HEDGE, RH_EVERY_STEP, RH_BEST_BAND, RH_YARDSTICKS };

typedef struct rh_contestants {
    const char *policies[RH_COMPARE_POLICIES_MAX], *labels[RH_COMPARE_POLICIES_MAX];
    size_t given, count;    /* the yardsticks come after the given ones; the best band is last */
    rh_best_band best;      /* its policy is the last contestant's, once it was found */
} rh_contestants;

/* What a person said of the ranking; NULL: nothing. */
typedef struct rh_ranking_words {
    const char *objective, *lambda, *baseline;
} rh_ranking_words;

/* `words` of the defaults: cost_variance, 0.001. 0, or an exit status after a message. */
int rh_ranking_words_read(const rh_ranking_words *words, const rh_objective **objective,
                          double *lambda);
/* `bare`: without yardsticks. 0, or an exit status after a message. */
int rh_contestants_name(rh_contestants *all, const char *const *policies, size_t count, bool bare);
/* A policy as given, or its label; the first when `name` is NULL. As above. */
int rh_contestants_find(const rh_contestants *all, const char *name, size_t *baseline);

#endif
