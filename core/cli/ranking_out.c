/* The printed ranking: each policy with its objective, what it leaves on the table against the best
 * (regret), and its P&L against the baseline's, both paired, with standard errors. Computes only
 * the ends of intervals. */
#include "cli/ranking_out.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/mc_table.h"
#include "report/markup.h"

enum { LABEL = 25, VALUE = 9, ERROR = 7 };

/* --- table --------------------------------------------------------------------------------- */

/* Padded; text is cut where it is too wide, a number (right) never is. */
static void put_text(rh_buffer *out, const char *text, size_t width, bool right)
{
    rh_buffer safe = {0};
    rh_plain_text(&safe, text, right ? 0 : width);
    const char *shown = safe.bytes && !safe.failed ? safe.bytes : "";
    size_t used = rh_plain_width(shown);
    for (size_t i = used; right && i < width; i++) rh_buffer_text(out, " ");
    rh_buffer_text(out, shown);
    for (size_t i = used; !right && i < width; i++) rh_buffer_text(out, " ");
    rh_buffer_free(&safe);
}

static void put_estimate(rh_buffer *out, rh_estimate estimate, bool with_error)
{
    char value[RH_FIGURE_TEXT], error[RH_FIGURE_TEXT];
    rh_estimate_text(estimate, 4, value, error);
    rh_buffer_text(out, " ");
    put_text(out, isnan(estimate.value) ? "-" : value, VALUE, true);
    if (!with_error) return;
    rh_buffer_text(out, error[0] ? " +- " : "    ");
    put_text(out, error, ERROR, false);
}

static void heading(rh_buffer *out)
{
    put_text(out, "", LABEL + 4, false);
    rh_buffer_text(out, " ");
    put_text(out, "objective", VALUE, true);
    rh_buffer_text(out, " ");
    put_text(out, "regret", VALUE, true);
    put_text(out, "", ERROR + 5, false);
    put_text(out, "cost", VALUE, true);
    rh_buffer_text(out, " ");
    put_text(out, "error", VALUE, true);
    rh_buffer_text(out, " ");
    put_text(out, "P&L less", VALUE, true);
    rh_buffer_text(out, "\n");
}

/* "1 * label": its place, and a star on the frontier. */
static void row(rh_buffer *out, const rh_contestant *c)
{
    rh_buffer_printf(out, "%2zu %s ", c->place + 1, c->frontier ? "*" : " ");
    put_text(out, c->label, LABEL - 1, false);
    if (c->status != RH_OK) {
        rh_buffer_text(out, c->status == RH_INTERRUPTED ? "  " : "  refused: ");
        put_text(out, c->error.message, 60, false);
        rh_buffer_text(out, "\n");
        return;
    }
    put_estimate(out, (rh_estimate){c->objective.value, c->objective.se}, false);
    put_estimate(out, c->regret, true);
    put_estimate(out, (rh_estimate){c->outcome.cost, c->outcome.cost_se}, false);
    put_estimate(out, (rh_estimate){c->outcome.error, c->outcome.error_se}, false);
    put_estimate(out, c->difference, true);
    if (c->outcome.policy_failed)
        rh_buffer_text(out, c->outcome.paths > 0 ? "  killed on some paths" : "  killed");
    while (!out->failed && out->length > 0 && out->bytes[out->length - 1] == ' ') out->length--;
    rh_buffer_text(out, "\n");
}

static void put_head(rh_buffer *out, const rh_ranking_head *head, bool colour)
{
    char count[RH_FIGURE_TEXT];
    rh_figure_text(count, head->paths ? (double)head->paths : (double)head->rows, 0);
    if (colour && head->paths) rh_buffer_text(out, "\033[1m");
    if (head->paths) rh_plain_text(out, head->scenario->name, 100);
    if (colour && head->paths) rh_buffer_text(out, "\033[0m");
    if (head->paths) {
        rh_buffer_printf(out, "\n%s paths, seed %" PRIu64 ", ", count, head->scenario->seed);
    } else {
        rh_buffer_printf(out, "ranking on this tape: %s rows, ", count);
    }
    rh_plain_text(out, head->scenario->numeraire, 12);
    rh_buffer_printf(out, "; %s", head->objective->about);
    if (head->objective->uses_lambda) rh_buffer_printf(out, ", lambda %g", head->lambda);
    rh_buffer_text(out, "\n\n");
}

static void put_notes(rh_buffer *out, const rh_ranking_head *head,
                      const rh_contestant *contestants)
{
    char rows[RH_FIGURE_TEXT];
    rh_figure_text(rows, (double)head->block, 0);
    rh_buffer_text(out, head->paths ? "\n  regret: the objective less the best one's; error: std "
                                      "of the P&L before costs\n"
                                    : "\n  regret: the objective less the best one's, in "
                                      "hindsight; error: root of the summed squared\n  changes of "
                                      "the P&L before costs, row by row of the ledger\n");
    rh_buffer_text(out, "  P&L less: that of ");
    rh_plain_text(out, contestants[head->baseline].label, RH_NAME_MAX);
    rh_buffer_text(out, head->paths ? ", path by path\n" : ", on the same tape\n");
    if (head->paths) rh_buffer_text(out, "  +-: one standard error; ");
    rh_buffer_text(out, head->paths ? "*: " : "  *: ");
    rh_buffer_text(out, "nobody has both less cost and less error");
    if (head->paths) {
        rh_buffer_text(out, "\n");
    } else if (head->block) {
        rh_buffer_printf(out, "\n  +-: one standard error, from blocks of %s rows of this one "
                              "history: what more or less\n  of the same market would change, not "
                              "what another market would\n", rows);
    } else {
        rh_buffer_printf(out, "; with fewer than %d rows there are no errors\n",
                         RH_HISTORY_BLOCKS_MIN * RH_HISTORY_BLOCKS_MIN);
    }
}

/* "  label   4.5242 +- 0.0028    0.0408 +- 0.0028" in the order of the ranking. */
static void put_optimum(rh_buffer *out, const rh_ranking_head *head,
                        const rh_contestant *contestants)
{
    const rh_optimum_facts *best = head->optimum;
    if (!best) return;
    rh_buffer_printf(out, "\n  the optimum of Hodges and Neuberger at risk aversion %g: price "
                          "%.4f; at the start it\n  holds from %.4f to %.4f of the asset\n",
                     best->risk_aversion, best->price, best->band_lo, best->band_hi);
    put_text(out, "", LABEL + 3, false);
    put_text(out, "price", VALUE + 2, true);
    put_text(out, "", ERROR + 5, false);
    rh_buffer_text(out, "above it\n");
    for (size_t place = 0; place < head->count; place++) {
        for (size_t i = 0; i < head->count; i++) {
            rh_estimate price = rh_reservation_price(&contestants[i]);
            if (contestants[i].place != place || isnan(price.value)) continue;
            rh_buffer_text(out, "     ");
            put_text(out, contestants[i].label, LABEL - 1, false);
            put_estimate(out, price, true);
            put_estimate(out, (rh_estimate){price.value - best->price, price.se}, true);
            while (!out->failed && out->bytes[out->length - 1] == ' ') out->length--;
            rh_buffer_text(out, "\n");
        }
    }
}

static void put_booked(rh_buffer *out, const rh_booked *booked)
{
    char pnl[RH_FIGURE_TEXT], there[RH_FIGURE_TEXT], residual[RH_FIGURE_TEXT];
    if (!booked) return;
    rh_figure_text(pnl, booked->pnl, 2);
    rh_figure_text(there, booked->pnl - booked->residual, 2);
    rh_figure_text(residual, booked->residual, 2);
    rh_buffer_printf(out, "  actual: booked %s, on this tape %s, residual %s\n", pnl, there,
                     residual);
}

/* What the constant band of the comparison was. */
static void put_best_band(rh_buffer *out, const rh_contestant *contestants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(contestants[i].label, "best-band") != 0) continue;
        rh_buffer_text(out, "  best-band: the constant band that is best in hindsight, ");
        rh_plain_text(out, contestants[i].policy, RH_NAME_MAX);
        rh_buffer_text(out, "\n");
    }
}

rh_status rh_ranking_table(FILE *out, const rh_ranking_head *head, const rh_contestant *contestants,
                           bool colour, rh_error *error)
{
    rh_buffer text = {0};
    put_head(&text, head, colour);
    heading(&text);
    for (size_t place = 0; place < head->count; place++) {
        for (size_t i = 0; i < head->count; i++) {
            if (contestants[i].place == place) row(&text, &contestants[i]);
        }
    }
    put_notes(&text, head, contestants);
    put_best_band(&text, contestants, head->count);
    put_booked(&text, head->booked);
    put_optimum(&text, head, contestants);
    rh_status status = RH_OK;
    if (text.failed) {
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a table");
    } else if (fwrite(text.bytes, 1, text.length, out) != text.length || fflush(out) != 0) {
        status = rh_fail(error, RH_IO, "the table could not be written");
    }
    rh_buffer_free(&text);
    return status;
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void put_pair(rh_json_writer *w, const char *key, double mean, double se)
{
    rh_json_open(w, key, '{');
    rh_json_put_double(w, "mean", mean);
    rh_json_put_double(w, "se", se);
    rh_json_close(w, '}');
}

static void put_difference(rh_json_writer *w, rh_estimate difference)
{
    double reach = RH_RANKING_Z * difference.se;
    rh_json_open(w, "difference", '{');
    rh_json_put_double(w, "mean", difference.value);
    rh_json_put_double(w, "se", difference.se);
    rh_json_put_double(w, "low", difference.value - reach);
    rh_json_put_double(w, "high", difference.value + reach);
    rh_json_close(w, '}');
}

static void put_numbers(rh_json_writer *w, const rh_contestant *c)
{
    const rh_outcome *o = &c->outcome;
    double reach = RH_RANKING_Z * c->regret.se;
    rh_json_put_i64(w, "place", (int64_t)c->place + 1);
    rh_json_put_double(w, "objective", c->objective.value);
    rh_json_put_double(w, "objective_se", c->objective.se);
    rh_json_put_double(w, "regret", c->regret.value);
    rh_json_put_double(w, "regret_se", c->regret.se);
    rh_json_put_double(w, "regret_low", c->regret.value - reach);
    rh_json_put_double(w, "regret_high", c->regret.value + reach);
    put_difference(w, c->difference);
    put_pair(w, "pnl", o->pnl, o->pnl_se);
    put_pair(w, "cost", o->cost, o->cost_se);
    put_pair(w, "error", o->error, o->error_se);
    rh_json_put_double(w, "es95", o->es95);
    rh_json_put_double(w, "es95_se", o->es95_se);
    rh_json_put_double(w, "certainty_equivalent", o->certainty_equivalent);
    rh_json_put_double(w, "certainty_equivalent_se", o->certainty_equivalent_se);
    rh_json_put_double(w, "probability_of_loss", o->probability_of_loss);
    rh_json_put_double(w, "trades", o->fills);
    rh_json_put_double(w, "turnover", o->turnover);
    rh_json_put_bool(w, "frontier", c->frontier);
    bool paths = !c->trace.adds_up;
    rh_json_put_i64(w, "killed", paths ? (int64_t)c->result.sums.killed : o->policy_failed);
    rh_json_put_text(w, "digest", o->digest);
}

static void put_price(rh_json_writer *w, const rh_optimum_facts *optimum, const rh_contestant *c)
{
    rh_estimate price = rh_reservation_price(c);
    rh_json_put_double(w, "price", price.value);
    rh_json_put_double(w, "price_se", price.se);
    rh_json_put_double(w, "above_optimum", price.value - optimum->price);
}

static void put_run(rh_json_writer *w, const rh_ranking_head *head, const rh_contestant *c)
{
    rh_json_open(w, NULL, '{');
    rh_json_put_text(w, "label", c->label);
    rh_json_put_text(w, "policy", c->policy);
    if (c->status == RH_OK) {
        put_numbers(w, c);
        if (head->optimum) put_price(w, head->optimum, c);
    } else {
        bool whole = c->status != RH_INTERRUPTED;
        rh_json_put_text(w, whole ? "refused" : "unfinished", c->error.message);
    }
    rh_json_close(w, '}');
}

void rh_ranking_put(const rh_ranking_head *head, const rh_contestant *contestants,
                    rh_json_writer *w)
{
    char seed[RH_NUMBER_TEXT];
    snprintf(seed, sizeof seed, "%" PRIu64, head->scenario->seed);
    rh_json_put_text(w, "kind", "compare");
    rh_json_put_text(w, "scenario", head->scenario->name);
    rh_json_put_text(w, "numeraire", head->scenario->numeraire);
    rh_json_put_text(w, "seed", seed);
    rh_json_put_text(w, "engine", RH_ENGINE_VERSION);
    if (head->paths) {
        rh_json_put_i64(w, "paths", (int64_t)head->paths);
    } else {
        rh_json_put_i64(w, "rows", (int64_t)head->rows);
        rh_json_put_i64(w, "block_rows", (int64_t)head->block);
    }
    rh_json_put_text(w, "objective", head->objective->name);
    if (head->objective->uses_lambda) rh_json_put_double(w, "lambda", head->lambda);
    if (!isnan(head->risk_aversion)) rh_json_put_double(w, "risk_aversion", head->risk_aversion);
    rh_json_put_text(w, "baseline", contestants[head->baseline].label);
    if (head->booked) {
        rh_json_open(w, "actual", '{');
        rh_json_put_double(w, "booked_pnl", head->booked->pnl);
        rh_json_put_double(w, "residual", head->booked->residual);
        rh_json_close(w, '}');
    }
    if (head->optimum) {
        rh_json_open(w, "optimum", '{');
        rh_json_put_double(w, "price", head->optimum->price);
        rh_json_put_double(w, "band_lo", head->optimum->band_lo);
        rh_json_put_double(w, "band_hi", head->optimum->band_hi);
        rh_json_close(w, '}');
    }
    rh_json_open(w, "runs", '[');
    for (size_t i = 0; i < head->count; i++) put_run(w, head, &contestants[i]);
    rh_json_close(w, ']');
}

rh_status rh_ranking_json(const rh_ranking_head *head, const rh_contestant *contestants,
                          rh_buffer *json, rh_error *error)
{
    rh_json_writer writer = {.out = json, .pretty = true};
    rh_json_open(&writer, NULL, '{');
    rh_ranking_put(head, contestants, &writer);
    rh_json_close(&writer, '}');
    return json->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a comparison") : RH_OK;
}
