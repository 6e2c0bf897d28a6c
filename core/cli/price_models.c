/* The table of models that `rehedge price` knows. Must not compute anything itself: each row hands
 * its numbers to core/pricing. Invariant: a row's function reads no number that `reads` lacks. */
#include "cli/price_models.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "rehedge/amm.h"
#include "rehedge/contracts.h"

/* What most rows read; a macro so that a formula's call reads as in the headers. */
#define NUMBERS const double S = o->number[RH_PRICE_S], K = o->number[RH_PRICE_K],                 \
                             T = o->number[RH_PRICE_T], sigma = o->number[RH_PRICE_sigma],         \
                             r = o->number[RH_PRICE_r], q = o->number[RH_PRICE_q]

static unsigned price_european(const rh_price_option *o, rh_greeks_full *out)
{
    NUMBERS;
    return rh_option_greeks_full(RH_MODEL_BSM, o->is_call, S, K, T, r, q, sigma, out);
}

static unsigned price_black76(const rh_price_option *o, rh_greeks_full *out)
{
    NUMBERS;
    return rh_option_greeks_full(RH_MODEL_BLACK76, o->is_call, S, K, T, r, q, sigma, out);
}

static unsigned price_inverse(const rh_price_option *o, rh_greeks_full *out)
{
    NUMBERS;
    return rh_option_greeks_full(RH_MODEL_INVERSE, o->is_call, S, K, T, r, q, sigma, out);
}

static unsigned price_american(const rh_price_option *o, rh_greeks_full *out)
{
    NUMBERS;
    rh_american a;
    bool answered = rh_american_greeks(o->is_call, S, K, T, r, q, sigma, &a);
    *out = (rh_greeks_full){.price = a.price, .delta = a.delta, .gamma = a.gamma,
                            .vega = a.vega, .theta = a.theta, .rho = a.rho};
    if (answered) return T == 0.0 || sigma == 0.0 ? RH_GREEKS_LIMIT : 0;
    bool nan = isnan(S) || isnan(K) || isnan(T) || isnan(r) || isnan(q) || isnan(sigma);
    return nan ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN;
}

static unsigned price_digital(const rh_price_option *o, rh_greeks_full *out)
{
    NUMBERS;
    return rh_digital_greeks(RH_MODEL_BSM, RH_DIGITAL_CASH, o->is_call, S, K, T, r, q, sigma, out);
}

static unsigned price_log(const rh_price_option *o, rh_greeks_full *out)
{
    NUMBERS;
    return rh_log_contract_greeks(S, K, T, r, q, sigma, out);
}

static unsigned price_power(const rh_price_option *o, rh_greeks_full *out)
{
    NUMBERS;
    (void)K;
    return rh_power_greeks(o->number[RH_PRICE_power], S, T, r, q, sigma, out);
}

static unsigned price_lp_v2(const rh_price_option *o, rh_greeks_full *out)
{
    rh_lp lp;
    unsigned flags = rh_lp_v2(o->number[RH_PRICE_L], o->number[RH_PRICE_S], &lp);
    *out = (rh_greeks_full){.price = lp.value, .delta = lp.delta, .gamma = lp.gamma};
    return flags;
}

static unsigned price_lp_v3(const rh_price_option *o, rh_greeks_full *out)
{
    rh_lp lp;
    unsigned flags = rh_lp_v3(o->number[RH_PRICE_L], o->number[RH_PRICE_pa],
                              o->number[RH_PRICE_pb], o->number[RH_PRICE_S], &lp);
    *out = (rh_greeks_full){.price = lp.value, .delta = lp.delta, .gamma = lp.gamma};
    return flags;
}

#define G(name) (1u << RH_GREEK_##name)
#define COIN (G(usd_price) | G(usd_delta) | G(net_delta))
#define ALL (((1u << RH_GREEKS) - 1) & ~COIN)
#define DUAL (G(dual_delta) | G(dual_gamma))
#define THREE (G(price) | G(delta) | G(gamma))
#define B(name) RH_PRICE_BIT(name)
#define CLAIM (B(S) | B(T) | B(sigma) | B(r) | B(q))
#define OPTION (CLAIM | B(K))

static const rh_price_model models[] = {
    {"european", "bsm", OPTION, true, ALL, price_european},
    {"black76", NULL, OPTION, true, ALL & ~G(phi), price_black76},
    {"inverse", NULL, OPTION, true, (ALL & ~(G(rho) | G(phi))) | COIN, price_inverse},
    {"american", NULL, OPTION, true, THREE | G(vega) | G(theta) | G(rho), price_american},
    {"digital", NULL, OPTION, true, ALL, price_digital},
    {"log", NULL, OPTION, false, ALL, price_log},
    {"power", NULL, CLAIM | B(power), false, ALL & ~DUAL, price_power},
    {"lp-v2", NULL, B(S) | B(L), false, THREE, price_lp_v2},
    {"lp-v3", NULL, B(S) | B(L) | B(pa) | B(pb), false, THREE, price_lp_v3},
};
enum { MODELS = sizeof models / sizeof *models };

const rh_price_model *rh_price_model_at(size_t i)
{
    return i < MODELS ? &models[i] : NULL;
}

rh_status rh_price_model_find(const char *text, const rh_price_model **model, rh_error *error)
{
    const char *names[MODELS];
    char list[256];
    size_t length = 0;
    for (size_t i = 0; i < MODELS; i++) {
        names[i] = models[i].name;
        *model = &models[i];
        if (strcmp(text, models[i].name) == 0) return RH_OK;
        if (models[i].alias && strcmp(text, models[i].alias) == 0) return RH_OK;
        const char *alias = models[i].alias ? models[i].alias : "";
        int added = snprintf(list + length, sizeof list - length, "%s%s%s%s%s",
                             i == 0 ? "" : i + 1 == MODELS ? " or " : ", ", models[i].name,
                             *alias ? " (or " : "", alias, *alias ? ")" : "");
        RH_ASSERT(added > 0 && (size_t)added < sizeof list - length);
        length += (size_t)added;
    }
    const char *near = rh_nearest_name(text, names, MODELS);
    return rh_fail(error, RH_USAGE, "model \"%.40s\": expected %s%s%s%s", text, list,
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

const char *rh_price_number_name(rh_price_number number)
{
    static const char *const names[] = {
#define X(name) #name,
        RH_PRICE_NUMBER_MAP(X)
#undef X
    };
    return number < RH_PRICE_NUMBERS ? names[number] : "";
}

void rh_price_defaults(rh_price_option *option)
{
    *option = (rh_price_option){.number[RH_PRICE_power] = 2.0};
}

bool rh_price_has(const rh_price_model *model, rh_greek greek)
{
    return model->greeks >> greek & 1;
}

unsigned rh_price_values(const rh_price_model *model, const rh_price_option *option,
                         double values[RH_GREEKS])
{
    rh_greeks_full all;
    unsigned flags = model->price(option, &all);
    static_assert(sizeof all == RH_GREEKS * sizeof *values, "doubles in the order of rh_greek");
    memcpy(values, &all, sizeof all);
    return flags;
}

const char *rh_price_status_name(unsigned flags)
{
    if (flags & RH_GREEKS_NAN) return "nan";
    if (flags & RH_GREEKS_DOMAIN) return "domain";
    return flags & RH_GREEKS_LIMIT ? "limit" : "ok";
}
