/* rehedge surface: a chain of quotes to volatility surfaces. The reading is chain_csv.c's, the
 * quotes are chain_fit.c's, the numbers core/pricing's; here are the words of the command line. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/surface_out.h"

typedef struct surface_words {
    const char *format, *columns, *only, *now, *prices, *quote, *weights, *model, *rate, *at,
        *spread;
    bool repair, all, json;
} surface_words;

/* The number of the word in the list; -1: none of them, and said so. */
static int choose(const char *option, const char *word, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0) return i;
    char list[160] = "";
    for (int i = 0; i < count; i++) {
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", i ? ", " : "", words[i]);
    }
    rh_cli_usage("%s: \"%.40s\" is none of %s", option, word, list);
    return -1;
}

/* "60000,2026-02-13T08:00:00Z" or "60000,0.25". */
static int read_query(const char *text, rh_surface_query *query)
{
    char strike[RH_NUMBER_TEXT];
    size_t left = strcspn(text, ",");
    *query = (rh_surface_query){.expiry_ns = -1};
    bool good = text[left] == ',' && left < sizeof strike;
    if (good) {
        snprintf(strike, sizeof strike, "%.*s", (int)left, text);
        text += left + 1;
        good = rh_parse_double(strike, &query->K) && query->K >= RH_PRICE_MIN;
        good = good && (rh_parse_double(text, &query->T) ? query->T > 0.0
                                                         : rh_parse_time(text, &query->expiry_ns));
    }
    if (good) return 0;
    return rh_cli_usage("--at: expected STRIKE,EXPIRY, as in 60000,2026-02-13T08:00:00Z or "
                        "60000,0.25 (years)");
}

static int read_options(const surface_words *words, rh_chain_options *chain,
                        rh_chain_fit_options *fit, rh_surface_query *query)
{
    static const char *const prices[] = {"black76", "inverse"}, *const models[] = {"svi", "ssvi"};
    static const char *const quotes[] = {"mid", "price", "iv"};
    static const char *const weights[] = {"spread", "vega", "equal"};
    int model = choose("--model", words->model, models, 2), chosen = 0;
    if (model < 0) return 2;
    fit->ssvi = model == 1;
    fit->repair = words->repair;
    fit->both_sides = words->all;
    chosen = choose("--weights", words->weights, weights, 3);
    if (chosen < 0) return 2;
    fit->weights = (rh_chain_weights)chosen;
    *chain = (rh_chain_options){words->format, words->columns, words->only, words->now,
                                RH_QUOTE_BEST, -1};
    if (words->quote) {
        chosen = choose("--quote", words->quote, quotes, 3);
        if (chosen < 0) return 2;
        chain->quote = (rh_chain_quote)chosen;
    }
    if (words->prices) {
        chosen = choose("--prices", words->prices, prices, 2);
        if (chosen < 0) return 2;
        chain->model = chosen == 0 ? RH_MODEL_BLACK76 : RH_MODEL_INVERSE;
    }
    if (!rh_parse_double(words->rate, &fit->rate) || fit->rate < -1.0 || fit->rate > 1.0)
        return rh_cli_usage("--rate: \"%.40s\" is no number from -1 to 1", words->rate);
    if (!rh_parse_double(words->spread, &fit->spread_max) || !(fit->spread_max > 0.0))
        return rh_cli_usage("--max-spread: \"%.40s\" is no number above 0", words->spread);
    fit->spread_max /= 100.0;
    return words->at ? read_query(words->at, query) : 0;
}

static bool has_surface(const rh_chain_fit *fit)
{
    for (size_t i = 0; i < fit->underlying_count; i++)
        if (fit->underlyings[i].surface.count > 0) return true;
    return false;
}

static rh_status report(const rh_surface_report *said, bool json, rh_error *error)
{
    rh_buffer text = {0};
    if (!json) {
        rh_surface_print(said, stdout);
        return RH_OK;
    }
    rh_surface_json(said, &text);
    bool failed = text.failed;
    if (!failed) {
        fwrite(text.bytes, 1, text.length, stdout);
        putchar('\n');
    }
    rh_buffer_free(&text);
    return failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the report") : RH_OK;
}

static rh_status surface(const char *path, const rh_chain_options *chain_options,
                         const rh_chain_fit_options *options, const rh_surface_query *query,
                         bool json, rh_error *error)
{
    rh_chain chain;
    rh_chain_fit fit;
    rh_arena arena = {0};
    int64_t started_ns = rh_cli_now_ns();
    RH_TRY(rh_chain_read(path, chain_options, &chain, error));
    int64_t read_ns = rh_cli_now_ns();
    rh_status status = rh_chain_fit_all(&chain, options, &arena, &fit, error);
    int64_t fit_ns = rh_cli_now_ns();
    rh_surface_report said = {&chain, &fit, options, query, 1e-9 * (double)(read_ns - started_ns),
                              1e-9 * (double)(fit_ns - read_ns)};
    if (status == RH_OK && !has_surface(&fit))
        status = rh_fail(error, RH_INPUT, "%s: no expiry has the %d quotes at 3 strikes that a "
                         "slice needs; %zu rows", path, RH_SVI_QUOTES_MIN, chain.row_count);
    if (status == RH_OK) status = report(&said, json, error);
    rh_arena_free(&arena);
    rh_chain_free(&chain);
    return status;
}

static const char about[] =
    "Fit a volatility surface to each underlying of a chain of option quotes: one SVI slice per "
    "expiry, or SSVI across them; print the slices, what became of every row, the errors in vol "
    "points, and the arbitrage of the surface.\n"
    "The CSV has the columns strike, cp (C, P), expiry and time (or T in years, or days), bid and "
    "ask (or price, or iv), and maybe forward and underlying; without a forward it is inferred by "
    "put-call parity. deribit-chain files are recognised by their header.";

int rh_cmd_surface(int argc, char **argv)
{
    surface_words words = {.weights = "spread", .model = "svi", .rate = "0", .spread = "25"};
    const char *path = NULL;
    const rh_option options[] = {
        {.name = "--model", .value = "svi|ssvi", .text = &words.model,
         .about = "a slice per expiry, or SSVI across expiries, free of arbitrage (svi)"},
        {.name = "--repair", .flag = &words.repair, .about = "refit until there is no arbitrage"},
        {.name = "--at", .value = "K,EXPIRY", .text = &words.at,
         .about = "also print vol and deltas there (a time, or years)"},
        {.name = "--json", .flag = &words.json, .about = "for machines"},
        {.name = "--only", .value = "NAME", .text = &words.only, .about = "one underlying"},
        {.name = "--format", .value = "NAME", .text = &words.format,
         .about = "plain or deribit-chain (by the header)"},
        {.name = "--columns", .value = "LIST", .text = &words.columns,
         .about = "other names of columns: strike=K,forward=F"},
        {.name = "--prices", .value = "MODEL", .text = &words.prices,
         .about = "black76 or inverse (plain: black76, deribit-chain: inverse)"},
        {.name = "--quote", .value = "WHICH", .text = &words.quote,
         .about = "fit to mid, price or iv (the first that the file has)"},
        {.name = "--weights", .value = "WHICH", .text = &words.weights,
         .about = "spread (vega where the quote is no mid), vega or equal (spread)"},
        {.name = "--max-spread", .value = "PERCENT", .text = &words.spread,
         .about = "refuse quotes whose bid and ask vols are further apart than this part of "
                  "their vol (25)"},
        {.name = "--all", .flag = &words.all, .about = "options in the money as well"},
        {.name = "--rate", .value = "X", .text = &words.rate,
         .about = "discounts black76 prices, continuous (0)"},
        {.name = "--now", .value = "TIME", .text = &words.now,
         .about = "what expiries count from (the time column)"},
        {0},
    };
    int count = 0;
    int parsed = rh_cli_parse(argc, argv, options, "rehedge surface FILE|- [options]", about,
                              "rehedge surface chain.csv --repair --at 60000,0.25", &path, 1,
                              &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    rh_chain_options chain = {0};
    rh_chain_fit_options fit = {0};
    rh_surface_query query = {0};
    rh_error error;
    if (count == 0)
        return rh_cli_usage("surface needs a CSV file, or -; see rehedge surface --help");
    int status = read_options(&words, &chain, &fit, &query);
    if (status != 0) return status;
    if (surface(path, &chain, &fit, words.at ? &query : NULL, words.json, &error) != RH_OK)
        return rh_cli_fail(&error);
    return 0;
}
