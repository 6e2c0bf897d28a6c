/* The words of the policy interface, generated from the same X-macros as its enums, and the one
 * way to free a policy. Must not know any implementation. */
#include "policy/policy.h"

#include <stddef.h>

const char *const rh_band_unit_words[] = {"asset", "quote", "percent", NULL};

const char *const rh_wake_on_words[] = {
#define X(name, word) word,
    RH_WAKE_ON_MAP(X)
#undef X
    NULL};

const char *const rh_notice_words[] = {
#define X(name, word) word,
    RH_NOTICE_MAP(X)
#undef X
    NULL};

const char *const rh_kill_words[] = {
#define X(name, word) word,
    RH_KILL_MAP(X)
#undef X
    NULL};

void rh_policy_free(rh_policy *policy)
{
    if (policy != NULL) policy->methods->free(policy);
}
