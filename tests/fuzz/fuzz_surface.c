/* Chain CSV as `rehedge surface` reads it: every file ends in a report or in a refusal that names
 * it, every row is counted once, a repaired surface is clean. The first byte chooses the options,
 * the second a header that is put in front, so that rows are reached at once. */
#include <string.h>

#include "base/arena.h"
#include "cli/surface_out.h"
#include "fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(const rh_chain *chain, const rh_chain_fit *fit, bool clean)
{
    size_t rows = 0;
    for (size_t i = 0; i < fit->underlying_count; i++) {
        const rh_underlying_fit *underlying = &fit->underlyings[i];
        for (size_t j = 0; j < underlying->expiry_count; j++)
            for (int use = 0; use < RH_CHAIN_USES; use++)
                rows += underlying->expiries[j].uses[use];
        RH_ASSERT(underlying->surface.count == 0 ||
                  rh_surface_check(&underlying->surface) == RH_OK);
        RH_ASSERT(!clean || underlying->arbitrage_count == 0);
    }
    RH_ASSERT(rows == chain->row_count);
}

static void fit_and_print(const rh_chain *chain, uint8_t choice)
{
    static FILE *sink;
    rh_arena arena = {0};
    rh_chain_fit fit;
    rh_error error = {0};
    rh_buffer text = {0};
    rh_chain_fit_options options = {.weights = (rh_chain_weights)(choice % 3), .spread_max = 0.25,
                                    .ssvi = choice & 8, .repair = choice & 16,
                                    .both_sides = choice & 32};
    rh_surface_query query = {100.0, 0.5, -1};
    if (!sink) sink = fopen("/dev/null", "w");
    RH_ASSERT(sink != NULL);
    rh_status status = rh_chain_fit_all(chain, &options, &arena, &fit, &error);
    RH_ASSERT(status == RH_OK || status == RH_DOMAIN);
    if (status == RH_OK) {
        check(chain, &fit, options.ssvi || options.repair);
        rh_surface_report report = {chain, &fit, &options, &query, 0.0, 0.0};
        rh_surface_print(&report, sink);
        rh_surface_json(&report, &text);
    }
    rh_buffer_free(&text);
    rh_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const headers[] = {
        "", "T,strike,iv,forward\n", "T,strike,cp,bid,ask,forward\n",
        "underlying,time,expiry,strike,cp,bid,ask\n"};
    static char text[1 << 20];
    if (length < 2) return 0;
    const char *header = headers[bytes[1] % 4];
    size_t lead = strlen(header);
    if (length - 2 > sizeof text - lead) return 0;
    memcpy(text, header, lead);
    memcpy(text + lead, bytes + 2, length - 2);
    const char *path = fuzz_file(text, lead + length - 2);
    rh_chain_options options = {.quote = RH_QUOTE_BEST, .model = bytes[0] & 64 ? 2 : -1};
    rh_chain chain;
    rh_error error = {0};
    rh_status status = rh_chain_read(path, &options, &chain, &error);
    RH_ASSERT(status == RH_OK || status == RH_INPUT || status == RH_CORRUPT || status == RH_LIMIT);
    RH_ASSERT(status == RH_OK || strstr(error.message, path) != NULL);
    if (status == RH_OK) fit_and_print(&chain, bytes[0]);
    rh_chain_free(&chain);
    return 0;
}
