/* rehedge price: prices and greeks of a CSV file of options, row by row, or of one option given by
 * its numbers. The reading is price_csv.c's, the numbers are core/pricing's. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/option_csv.h"
#include "cli/price_csv.h"

/* The first number given that the model does not read, if any; rates are never in the way. */
static int refuse_unread(const rh_price_model *model, const char *cp, const char *const *texts)
{
    if (cp && !model->reads_cp)
        return rh_cli_usage("price: the model %s has no use for --cp", model->name);
    for (int i = 0; i < RH_PRICE_NUMBERS; i++) {
        bool rate = i == RH_PRICE_r || i == RH_PRICE_q;
        if (texts[i] && !rate && !(model->reads >> i & 1))
            return rh_cli_usage("price: the model %s has no use for --%s", model->name,
                                rh_price_number_name((rh_price_number)i));
    }
    return 0;
}

static int read_one(const rh_price_model *model, const char *cp, const char *const *texts,
                    rh_price_option *option)
{
    rh_price_defaults(option);
    for (int i = 0; i < RH_PRICE_NUMBERS; i++) {
        const char *name = rh_price_number_name((rh_price_number)i);
        if (!(model->reads >> i & 1)) continue;
        if (!texts[i] && RH_PRICE_OPTIONAL >> i & 1) continue;
        if (!texts[i]) return rh_cli_usage("price: --%s is missing", name);
        if (!rh_option_number_parse(texts[i], &option->number[i]))
            return rh_cli_usage("--%s: \"%.40s\" is no number", name, texts[i]);
    }
    if (!model->reads_cp) return 0;
    if (!cp) return rh_cli_usage("price: --cp is missing");
    if (!rh_option_cp_parse(cp, &option->is_call))
        return rh_cli_usage("--cp: \"%.40s\", expected C or P", cp);
    return 0;
}

static bool any_given(const char *cp, const char *const *texts)
{
    bool any = cp != NULL;
    for (int i = 0; i < RH_PRICE_NUMBERS; i++) any = any || texts[i];
    return any;
}

static int price_one(const rh_price_model *model, const char *cp, const char *const *texts,
                     const rh_price_columns *columns)
{
    rh_price_option option;
    double values[RH_GREEKS];
    char text[RH_NUMBER_TEXT];
    int status = refuse_unread(model, cp, texts);
    if (status == 0) status = read_one(model, cp, texts, &option);
    if (status != 0) return status;
    unsigned flags = rh_price_values(model, &option, values);
    for (size_t i = 0; i < columns->count; i++) {
        rh_greek greek = columns->greek[i];
        if (!rh_price_has(model, greek)) continue;
        rh_text_double17(text, values[greek]);
        printf("%-12s %s\n", rh_greek_name(greek), text);
    }
    if (columns->status) printf("%-12s %s\n", "status", rh_price_status_name(flags));
    return 0;
}

static const char about[] =
    "Print id and the wanted greeks of every row of a CSV file with the columns id, model, cp (C "
    "or P), S, K, T (years; or days), r, q and sigma; or the greeks of one option.\n"
    "Models: european (or bsm), black76, inverse, american; digital pays 1; log pays ln(S/K), "
    "without cp; power pays S to the column power (2), without cp and K; lp-v2 (S, L) and lp-v3 "
    "(S, L, pa, pb) are liquidity L in a pool at price S.\n"
    "Greeks: price, delta, gamma, vega, theta, rho, phi, vanna, volga, charm, veta, speed, color, "
    "zomma, ultima, dual_delta, dual_gamma; inverse: usd_price, usd_delta, net_delta; american: "
    "the first six; liquidity: the first three. What a model has not is left empty; "
    "what has no answer is nan, and --status says why.";

static const char usage[] =
    "rehedge price [--csv FILE|-] [--model NAME] [--greeks LIST]\n"
    "rehedge price --cp C|P --S X --K X --T X --sigma X [options]\n"
    "rehedge price --model lp-v3 --S X --L X --pa X --pb X [options]";

int rh_cmd_price(int argc, char **argv)
{
    const char *path = NULL, *model_name = "european", *cp = NULL;
    const char *greeks = "price,delta,gamma,vega,theta,rho", *texts[RH_PRICE_NUMBERS] = {NULL};
    rh_price_columns columns = {.status = false};
    const rh_option options[] = {
        {.name = "--csv", .value = "FILE", .about = "options, gzip too; - is standard input",
         .text = &path},
        {.name = "--model", .value = "NAME", .text = &model_name,
         .about = "where there is no model column (european)"},
        {.name = "--greeks", .value = "LIST", .text = &greeks,
         .about = "all, or names (price,delta,gamma,vega,theta,rho)"},
        {.name = "--status", .about = "a last column: ok, limit, domain or nan",
         .flag = &columns.status},
        {.name = "--cp", .value = "C|P", .about = "one option: call or put", .text = &cp},
        {.name = "--S", .value = "X", .about = "spot; black76, inverse: forward",
         .text = &texts[RH_PRICE_S]},
        {.name = "--K", .value = "X", .about = "strike", .text = &texts[RH_PRICE_K]},
        {.name = "--T", .value = "X", .about = "years of 365 days", .text = &texts[RH_PRICE_T]},
        {.name = "--sigma", .value = "X", .about = "vol, 0.8 is 80%",
         .text = &texts[RH_PRICE_sigma]},
        {.name = "--r", .value = "X", .about = "rate, continuous (0)",
         .text = &texts[RH_PRICE_r]},
        {.name = "--q", .value = "X", .about = "yield, continuous (0)",
         .text = &texts[RH_PRICE_q]},
        {.name = "--power", .value = "X", .about = "of a power claim (2)",
         .text = &texts[RH_PRICE_power]},
        {.name = "--L", .value = "X", .about = "liquidity", .text = &texts[RH_PRICE_L]},
        {.name = "--pa", .value = "X", .about = "lower end of a range",
         .text = &texts[RH_PRICE_pa]},
        {.name = "--pb", .value = "X", .about = "upper end of a range",
         .text = &texts[RH_PRICE_pb]},
        {0},
    };
    int count = 0;
    int parsed = rh_cli_parse(argc, argv, options, usage, about,
                              "rehedge price --csv book.csv --model black76 --greeks all", NULL,
                              0, &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    rh_error error;
    const rh_price_model *model;
    if (rh_price_model_find(model_name, &model, &error) != RH_OK ||
        rh_price_columns_parse(greeks, &columns, &error) != RH_OK)
        return rh_cli_fail(&error);
    bool one = any_given(cp, texts);
    if (one && path)
        return rh_cli_usage("price: a CSV file or the numbers of one option, not both");
    if (one) return price_one(model, cp, texts, &columns);
    if (rh_price_csv(path ? path : "-", model, &columns, stdout, &error) != RH_OK)
        return rh_cli_fail(&error);
    return 0;
}
