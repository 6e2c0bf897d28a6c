/* The series that scripts record, as columns of the ledger: one for each name that the policy or a
 * scheduled swap declares, in the order in which they are first named. A column has the value that
 * the live script recorded last, and nothing while no live script has it. Never in the digest. */
#include <math.h>
#include <string.h>

#include "engine/run.h"

static int column_of(const rh_run *run, const char *name)
{
    for (int c = 0; c < run->series_count; c++)
        if (!strcmp(run->series[c].name, name)) return c;
    return -1;
}

void rh_series_add(rh_run *run, const rh_policy *policy)
{
    for (int k = 0; policy && k < policy->series_count; k++) {
        if (column_of(run, policy->series[k]) >= 0) continue;
        if (run->series_count == RH_SERIES_MAX) {
            rh_journal(run, "series", "%s is not in the ledger, which has %d series at most",
                       policy->series[k], RH_SERIES_MAX);
            continue;
        }
        rh_series *made = &run->series[run->series_count++];
        memcpy(made->name, policy->series[k], sizeof made->name);
    }
}

void rh_series_bind(rh_run *run)
{
    for (int c = 0; c < run->series_count; c++) run->series[c].value = NULL;
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        for (int k = 0; policy && k < policy->series_count; k++) {
            int c = column_of(run, policy->series[k]);
            if (c >= 0) {
                run->series[c].value = &policy->series_value[k];
            } else if (run->out.ledger_begun) {
                rh_journal(run, "series", "%s is not in the ledger: its columns were written "
                           "before this script came", policy->series[k]);
            }
        }
    }
}

int rh_series_missing(const rh_run *run, const rh_policy *policy, rh_buffer *names)
{
    int missing = 0;
    for (int k = 0; k < policy->series_count; k++) {
        if (column_of(run, policy->series[k]) >= 0) continue;
        rh_buffer_printf(names, "%s%s", missing++ > 0 ? ", " : "", policy->series[k]);
    }
    return missing;
}

rh_status rh_series_check(const rh_parts *parts, rh_error *error)
{
    const rh_policy *a = parts->part[RH_PART_TRIGGER].policy;
    const rh_policy *b = parts->part[RH_PART_SCALE].policy;
    for (int k = 0; a && b && k < a->series_count; k++) {
        for (int j = 0; j < b->series_count; j++) {
            if (strcmp(a->series[k], b->series[j]) != 0) continue;
            return rh_fail(error, RH_POLICY, "trigger and scale both record the series \"%s\"",
                           a->series[k]);
        }
    }
    return RH_OK;
}
