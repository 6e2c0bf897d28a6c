/* Picks made while a run is under way: copies of a source with other params. Must not load or run
 * anything. Invariant: a pick owns its sources and the document of its params. */
#include <stdlib.h>
#include <string.h>

#include "engine/scenario.h"

void rh_pick_free(rh_policy_pick *pick)
{
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy_source_free(&pick->choice[p].source);
        rh_json_free(pick->doc[p]);
    }
    *pick = (rh_policy_pick){0};
}

const char *rh_choice_label(const rh_policy_choice *choice)
{
    return choice->native ? choice->native->name : choice->source.label;
}

static rh_status copy_source(const rh_policy_source *from, rh_policy_source *to, rh_error *error)
{
    *to = *from;
    to->modules = NULL;
    to->module_count = 0;
    to->bytes = malloc(from->length + 1);
    if (!to->bytes) return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    memcpy(to->bytes, from->bytes, from->length);
    to->bytes[from->length] = '\0';
    for (size_t m = 0; m < from->module_count; m++) {
        const rh_policy_module *module = &from->modules[m];
        RH_TRY(rh_policy_source_add_module(to, module->path, module->bytes, module->length, error));
    }
    if (from->module_count > 0) rh_policy_source_seal(to);
    return RH_OK;
}

rh_status rh_pick_copy(const rh_policy_choice *from, const char *params, rh_policy_pick *pick,
                       rh_part part, rh_error *error)
{
    rh_policy_choice *choice = &pick->choice[part];
    *choice = (rh_policy_choice){.native = from->native, .has_script = from->has_script};
    memcpy(choice->path, from->path, sizeof choice->path);
    if (from->has_script) RH_TRY(copy_source(&from->source, &choice->source, error));
    RH_TRY(rh_json_parse("params", params, strlen(params), &pick->doc[part], error));
    choice->at = choice->params = rh_json_root(pick->doc[part]);
    return RH_OK;
}
