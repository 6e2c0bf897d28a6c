/* rehedge price: prices and greeks of a CSV file of options, row by row, or of one option given by
 * its numbers. The reading is price_csv.c's, the numbers are core/pricing's. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/price_csv.h"

enum { S, K, T, SIGMA, R, Q, NUMBERS };
static const char *const number_names[NUMBERS] = {"--S", "--K", "--T", "--sigma", "--r", "--q"};

static bool any_given(const char *cp, const char *const *texts)
{
    bool any = cp != NULL;
    for (int i = 0; i < NUMBERS; i++) any = any || texts[i];
    return any;
}

static int read_one(const char *cp, const char *const *texts, double *numbers)
{
    for (int i = 0; i < NUMBERS; i++) {
        bool rate = i == R || i == Q;
        if (!texts[i] && rate) continue;
        if (!texts[i]) return rh_cli_usage("price: %s is missing", number_names[i]);
        if (!rh_parse_double(texts[i], &numbers[i]) || (!rate && numbers[i] < 0.0))
            return rh_cli_usage("%s: \"%.40s\" is no number%s", number_names[i], texts[i],
                                rate ? "" : " from 0");
    }
    if (!cp) return rh_cli_usage("price: --cp is missing");
    if (strlen(cp) != 1 || !strchr("CcPp", cp[0]))
        return rh_cli_usage("--cp: \"%.40s\", expected C or P", cp);
    return 0;
}

static int price_one(rh_price_model model, const char *cp, const char *const *texts,
                     const rh_price_columns *columns)
{
    double n[NUMBERS] = {0.0}, values[RH_GREEKS];
    int status = read_one(cp, texts, n);
    if (status != 0) return status;
    bool is_call = cp[0] == 'C' || cp[0] == 'c';
    rh_price_option option = {model, is_call, n[S], n[K], n[T], n[R], n[Q], n[SIGMA]};
    rh_price_values(&option, values);
    for (size_t i = 0; i < columns->count; i++) {
        rh_greek greek = columns->greek[i];
        double value = values[greek];
        if (!rh_price_has(model, greek)) continue;
        printf("%-12s %.17g\n", rh_greek_name(greek), value == 0.0 ? 0.0 : value);
    }
    return 0;
}

static const char about[] =
    "Print id and the wanted greeks of every row of a CSV file with the columns id, model,\n"
    "cp (C or P), S, K, T (years; or days), r, q and sigma; or the greeks of one option.\n"
    "Greeks: price, delta, gamma, vega, theta, rho, phi, vanna, volga, charm, veta, speed,\n"
    "color, zomma, ultima, dual_delta, dual_gamma; inverse: usd_price, usd_delta, net_delta;\n"
    "american: the first six. What a model has not is left empty.";

int rh_cmd_price(int argc, char **argv)
{
    const char *path = NULL, *model_name = "european", *cp = NULL, *texts[NUMBERS] = {NULL};
    const char *greeks = "price,delta,gamma,vega,theta,rho";
    const rh_option options[] = {
        {.name = "--csv", .value = "FILE", .about = "options, gzip too; - is standard input",
         .text = &path},
        {.name = "--model", .value = "NAME", .text = &model_name,
         .about = "european, black76, inverse or american, without a model column (european)"},
        {.name = "--greeks", .value = "LIST", .text = &greeks,
         .about = "all, or names (price,delta,gamma,vega,theta,rho)"},
        {.name = "--cp", .value = "C|P", .about = "one option: call or put", .text = &cp},
        {.name = "--S", .value = "X", .about = "spot; black76, inverse: forward",
         .text = &texts[S]},
        {.name = "--K", .value = "X", .about = "strike", .text = &texts[K]},
        {.name = "--T", .value = "X", .about = "years of 365 days", .text = &texts[T]},
        {.name = "--sigma", .value = "X", .about = "vol, 0.8 is 80%", .text = &texts[SIGMA]},
        {.name = "--r", .value = "X", .about = "rate, continuous (0)", .text = &texts[R]},
        {.name = "--q", .value = "X", .about = "yield, continuous (0)", .text = &texts[Q]},
        {0},
    };
    int count = 0;
    int parsed = rh_cli_parse(argc, argv, options,
                              "rehedge price [--csv FILE|-] [--model NAME] [--greeks LIST]\n"
                              "       rehedge price --cp C|P --S X --K X --T X --sigma X [options]",
                              about, "rehedge price --csv book.csv --model black76 --greeks all",
                              NULL, 0, &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    rh_error error;
    rh_price_model model;
    rh_price_columns columns;
    if (rh_price_model_parse(model_name, &model, &error) != RH_OK ||
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
