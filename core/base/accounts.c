/* The names of the accounts, from the maps that define them. Nothing is computed here; the order is
 * that of the enums. */
#include "base/accounts.h"

#define X(name) #name,
const char *const rh_pnl_names[RH_PNL_CAUSES] = {RH_PNL_MAP(X)};
const char *const rh_cost_names[RH_COST_KINDS] = {RH_COST_MAP(X)};
const char *const rh_attribution_names[RH_ATTRIBUTIONS] = {RH_ATTRIBUTION_MAP(X)};
#undef X
