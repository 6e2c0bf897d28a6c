/* The blocks of the books and of summary.json, in order: one list for whoever computes, writes or
 * reads them. Meanings are those of docs/scenario.md. */
#ifndef RH_BASE_ACCOUNTS_H
#define RH_BASE_ACCOUNTS_H

/* X(name): the key below its block, which is also what people read. */
#define RH_PNL_MAP(X) X(options) X(hedges) X(carry) X(entry)
#define RH_COST_MAP(X) X(spread) X(depth) X(impact) X(fee) X(latency) X(gas) X(adversary)
#define RH_ATTRIBUTION_MAP(X)                                                                      \
    X(delta) X(gamma) X(theta) X(vega) X(carry) X(entry) X(higher) X(cost) X(residual)

#define X(name) RH_PNL_##name,
typedef enum rh_pnl_cause { RH_PNL_MAP(X) RH_PNL_CAUSES } rh_pnl_cause;
#undef X
#define X(name) RH_COST_##name,
typedef enum rh_cost_kind { RH_COST_MAP(X) RH_COST_KINDS } rh_cost_kind;
#undef X
#define X(name) RH_ATTRIBUTION_##name,
typedef enum rh_attribution_term { RH_ATTRIBUTION_MAP(X) RH_ATTRIBUTIONS } rh_attribution_term;
#undef X

extern const char *const rh_pnl_names[RH_PNL_CAUSES];
extern const char *const rh_cost_names[RH_COST_KINDS];
extern const char *const rh_attribution_names[RH_ATTRIBUTIONS];

#endif
