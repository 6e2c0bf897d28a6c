/* What `rehedge price` can price: a table of models, each a row with its name, the numbers it needs
 * and the greeks it has. A new model is a row of the table and, if it needs one, a new number.
 * Invariant: nothing else in the command asks which model it has before it. */
#ifndef RH_CLI_PRICE_MODELS_H
#define RH_CLI_PRICE_MODELS_H

#include "base/error.h"
#include "rehedge/pricing.h"

/* The numbers: CSV columns and, with "--" in front, options of the command. */
#define RH_PRICE_NUMBER_MAP(X) X(S) X(K) X(T) X(sigma) X(r) X(q) X(power) X(L) X(pa) X(pb)

typedef enum rh_price_number {
#define X(name) RH_PRICE_##name,
    RH_PRICE_NUMBER_MAP(X)
#undef X
    RH_PRICE_NUMBERS
} rh_price_number;

/* Sets of numbers; those with a default when left out. */
#define RH_PRICE_BIT(name) (1u << RH_PRICE_##name)
#define RH_PRICE_OPTIONAL (RH_PRICE_BIT(r) | RH_PRICE_BIT(q) | RH_PRICE_BIT(power))

typedef struct rh_price_option {
    bool is_call;
    double number[RH_PRICE_NUMBERS];
} rh_price_option;

typedef struct rh_price_model {
    const char *name, *alias;   /* alias NULL: none */
    unsigned reads;             /* bits of rh_price_number; others are not looked at */
    bool reads_cp;
    unsigned greeks;            /* bits of rh_greek: what it has */
    unsigned (*price)(const rh_price_option *option, rh_greeks_full *out);  /* RH_GREEKS_ flags */
} rh_price_model;

/* By name or alias; RH_USAGE and a message that has every name otherwise. */
rh_status rh_price_model_find(const char *text, const rh_price_model **model, rh_error *error);
/* Number i of them, NULL after the last. */
const rh_price_model *rh_price_model_at(size_t i);

const char *rh_price_number_name(rh_price_number number);
/* Every number as it is where nothing is given: 0, and a power of 2. */
void rh_price_defaults(rh_price_option *option);

/* Whether the model has this greek: an inverse option has no rho, only it has a usd_delta. */
bool rh_price_has(const rh_price_model *model, rh_greek greek);

/* Every greek by its number, NaN what has no answer; returns the flags of pricing.h. */
unsigned rh_price_values(const rh_price_model *model, const rh_price_option *option,
                         double values[RH_GREEKS]);
/* "nan", "domain", "limit" or "ok": what the flags say. */
const char *rh_price_status_name(unsigned flags);

#endif
