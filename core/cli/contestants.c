/* The names of contestants and the words of a ranking. What makes no sense is refused before
 * anything runs. */
#include "cli/contestants.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/path_options.h"

static const double lambda_default = 1e-3;
static const char *const yardsticks[RH_YARDSTICKS] = {"no-hedge", "every-step", "best-band"};

int rh_ranking_words_read(const rh_ranking_words *words, const rh_objective **objective,
                          double *lambda)
{
    rh_error error = {0};
    *lambda = lambda_default;
    int status = rh_path_positive_parse("--lambda", words->lambda, lambda);
    if (status == 0 && rh_objective_find(words->objective, objective, &error) != RH_OK)
        status = rh_cli_fail(&error);
    if (status == 0 && words->lambda && !(*objective)->uses_lambda)
        status = rh_cli_usage("--lambda: the objective %s has none", (*objective)->name);
    return status;
}

int rh_contestants_name(rh_contestants *all, const char *const *policies, size_t count, bool bare)
{
    const char *const always[RH_YARDSTICKS] = {"native:none", "native:delta_band:band=0",
                                               all->best.policy};
    size_t more = bare ? 0 : (size_t)RH_YARDSTICKS;
    if (count + more > RH_COMPARE_POLICIES_MAX) {
        return rh_cli_usage("at most %zu policies can be compared, found %zu",
                            RH_COMPARE_POLICIES_MAX - more, count);
    }
    for (size_t i = 0; i < count; i++) all->policies[i] = policies[i];
    for (size_t i = 0; i < more; i++) {
        all->policies[count + i] = always[i];
        all->labels[count + i] = yardsticks[i];
    }
    all->given = count;
    all->count = count + more;
    return 0;
}

int rh_contestants_find(const rh_contestants *all, const char *name, size_t *baseline)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *label = all->labels[i];
        bool it = !name || strcmp(name, all->policies[i]) == 0 || (label && !strcmp(name, label));
        if (!it) continue;
        *baseline = i;
        return 0;
    }
    return rh_cli_usage("--baseline: found %.64s, expected one of the policies%s", name,
                        all->count > all->given ? ", no-hedge, every-step or best-band" : "");
}
