/* What `rehedge surface` says. Must not fit anything. Invariant: text that came from the file is
 * escaped before it is printed; both forms say the same numbers. */
#include "cli/surface_out.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/json.h"

enum { LISTED_MAX = 12 };
static const double points = 100.0;     /* of vol in 1.00 */

static const char *const kind_names[] = {"butterfly", "wing", "calendar"};
static const char *const source_names[] = {"none", "given", "parity"};
static const char *const quote_names[] = {"mid", "price", "iv"};

/* "2026-02-13T08:00:00Z", or T in years where the file has T. */
static void label_of(char text[RH_TIME_TEXT], const rh_chain_expiry *expiry)
{
    if (expiry->expiry_ns >= 0) rh_text_time(text, expiry->expiry_ns);
    else snprintf(text, RH_TIME_TEXT, "%.6g", expiry->T);
}

static const rh_chain_expiry *expiry_of(const rh_underlying_fit *fit, size_t slice)
{
    return fit->of_slice[slice]->expiry;
}

/* The T of the query on this surface; not above 0: it has expired there. */
static double query_time(const rh_surface_query *query, const rh_underlying_fit *fit)
{
    if (query->expiry_ns < 0) return query->T;
    int64_t time_ns = expiry_of(fit, 0)->time_ns;
    return time_ns < 0 ? (double)NAN : (double)(query->expiry_ns - time_ns) / RH_YEAR_NS;
}

static void count_uses(const rh_underlying_fit *fit, size_t uses[RH_CHAIN_USES])
{
    memset(uses, 0, RH_CHAIN_USES * sizeof *uses);
    for (size_t i = 0; i < fit->expiry_count; i++)
        for (int use = 0; use < RH_CHAIN_USES; use++) uses[use] += fit->expiries[i].uses[use];
}

static void count_inside(const rh_underlying_fit *fit, size_t *inside, size_t *banded)
{
    *inside = *banded = 0;
    for (size_t i = 0; i < fit->expiry_count; i++) {
        *inside += fit->expiries[i].inside;
        *banded += fit->expiries[i].banded;
    }
}

/* --- for people ------------------------------------------------------------------------------- */

static void print_counts(const rh_underlying_fit *fit, FILE *out)
{
    size_t uses[RH_CHAIN_USES], rows = 0;
    char name[4 * RH_NAME_MAX];
    count_uses(fit, uses);
    for (int use = 0; use < RH_CHAIN_USES; use++) rows += uses[use];
    rh_text_escape(name, sizeof name, fit->name, strlen(fit->name));
    fprintf(out, "%s%s%zu rows:", name, name[0] ? ": " : "", rows);
    for (int use = 0; use < RH_CHAIN_USES; use++)
        if (uses[use] > 0 || use == RH_CHAIN_USED)
            fprintf(out, "%s %zu %s", use > 0 ? "," : "", uses[use],
                    rh_chain_use_name((rh_chain_use)use));
    putc('\n', out);
}

static void print_expiry(const rh_expiry_fit *expiry, const rh_slice *slice, FILE *out)
{
    char label[RH_TIME_TEXT];
    label_of(label, expiry->expiry);
    fprintf(out, "%-20s %8.5f %11.6g%s %4zu", label, expiry->expiry->T, expiry->forward,
            expiry->source == RH_FORWARD_PARITY ? "*" : " ", expiry->count);
    if (!slice) {
        fputs("  no slice\n", out);
        return;
    }
    const rh_svi *svi = &slice->svi;
    double vol = sqrt(rh_svi_at(svi, 0.0).w / slice->T);
    fprintf(out, " %9.6f %8.5f %7.4f %8.5f %8.5f %7.2f %6.2f %6.2f", svi->a, svi->b, svi->rho,
            svi->m, svi->sigma, points * vol, points * expiry->error.median,
            points * expiry->error.p95);
    if (expiry->banded > 0)
        fprintf(out, " %5.0f%%", 100.0 * (double)expiry->inside / (double)expiry->banded);
    putc('\n', out);
}

static void print_expiries(const rh_underlying_fit *fit, FILE *out)
{
    fprintf(out, "%-20s %8s %11s  %4s %9s %8s %7s %8s %8s %7s %6s %6s %6s\n", "expiry", "T",
            "forward", "used", "a", "b", "rho", "m", "sigma", "atm %", "median", "p95", "inside");
    bool inferred = false;
    for (size_t i = 0, slice = 0; i < fit->expiry_count; i++) {
        const rh_expiry_fit *expiry = &fit->expiries[i];
        print_expiry(expiry, expiry->fitted ? &fit->surface.slices[slice] : NULL, out);
        slice += expiry->fitted;
        inferred = inferred || expiry->source == RH_FORWARD_PARITY;
    }
    if (inferred) fputs("* by put-call parity\n", out);
}

static void print_arbitrage(const rh_underlying_fit *fit, FILE *out)
{
    size_t quoted = 0;
    for (size_t i = 0; i < fit->listed; i++) quoted += fit->arbitrage[i].quoted;
    if (fit->arbitrage_count == 0) fputs("arbitrage: none\n", out);
    else fprintf(out, "arbitrage: %zu intervals, %zu of them among the quotes\n",
                 fit->arbitrage_count, quoted);
    size_t shown = fit->listed < LISTED_MAX ? fit->listed : LISTED_MAX;
    for (size_t i = 0; i < shown; i++) {
        const rh_arbitrage *a = &fit->arbitrage[i];
        static const char *const what[] = {"g", "beyond 2", "w/w - 1"};
        char label[RH_TIME_TEXT];
        label_of(label, expiry_of(fit, a->slice));
        fprintf(out, "  %-9s %-20s k %8.4f to %8.4f, %s %.3g at %.4f%s\n", kind_names[a->kind],
                label, a->k_low, a->k_high, what[a->kind], a->worst, a->k_worst,
                a->quoted ? ", quoted" : "");
    }
    if (shown < fit->arbitrage_count)
        fprintf(out, "  and %zu more\n", fit->arbitrage_count - shown);
}

static void print_query(const rh_surface_report *report, const rh_underlying_fit *fit, FILE *out)
{
    double K = report->query->K, T = query_time(report->query, fit);
    rh_surface_point point = rh_surface_at(&fit->surface, K, T);
    fprintf(out, "at K %.10g, T %.6g: forward %.10g, k %.6f, vol %.4f%%, w %.8g, dvol/dk %.6g\n", K,
            T, point.forward, point.k, points * point.vol, point.w, point.dvol_dk);
    for (int rule = 0; rule < RH_STICKY_RULES; rule++) {
        rh_smile_delta call, put;
        rh_smile_dynamics dynamics = (rh_smile_dynamics)rule;
        call = rh_surface_delta(&fit->surface, dynamics, report->chain->model, true, point.forward,
                                K, T, report->options->rate, 0.0);
        put = rh_surface_delta(&fit->surface, dynamics, report->chain->model, false, point.forward,
                               K, T, report->options->rate, 0.0);
        fprintf(out, "  %-17s call delta %9.6f, put delta %9.6f", rh_smile_dynamics_name(dynamics),
                call.usd_delta, put.usd_delta);
        if (report->chain->model == RH_MODEL_INVERSE)
            fprintf(out, ", net %9.6f, %9.6f", call.net_delta, put.net_delta);
        putc('\n', out);
    }
}

static void print_underlying(const rh_surface_report *report, const rh_underlying_fit *fit,
                             FILE *out)
{
    print_counts(fit, out);
    print_expiries(fit, out);
    if (fit->surface.count == 0) return;
    size_t inside, banded;
    count_inside(fit, &inside, &banded);
    if (report->options->ssvi)
        fprintf(out, "SSVI: rho %.5f, eta %.5f, gamma %.5f\n", fit->ssvi.rho, fit->ssvi.eta,
                fit->ssvi.gamma);
    fprintf(out, "error in vol points: rms %.3f, median %.3f, p95 %.3f, max %.2f",
            points * fit->error.rms, points * fit->error.median, points * fit->error.p95,
            points * fit->error.max);
    if (banded > 0)
        fprintf(out, "; inside bid and ask %.1f%%", 100.0 * (double)inside / (double)banded);
    putc('\n', out);
    if (report->options->repair && fit->raw_count > 0) {
        fprintf(out, "repaired: %zu intervals before; error was rms %.3f, median %.3f, p95 %.3f",
                fit->raw_count, points * fit->raw_error.rms, points * fit->raw_error.median,
                points * fit->raw_error.p95);
        if (fit->replaced > 0) fprintf(out, "; %zu slices replaced", fit->replaced);
        putc('\n', out);
    }
    print_arbitrage(fit, out);
    if (report->query) print_query(report, fit, out);
}

void rh_surface_print(const rh_surface_report *report, FILE *out)
{
    for (size_t i = 0; i < report->fit->underlying_count; i++) {
        if (i > 0) putc('\n', out);
        print_underlying(report, &report->fit->underlyings[i], out);
    }
}

/* --- for machines ----------------------------------------------------------------------------- */

static void put_error(rh_json_writer *writer, const char *key, const rh_fit_error *error)
{
    rh_json_open(writer, key, '{');
    rh_json_put_i64(writer, "quotes", (int64_t)error->count);
    rh_json_put_double(writer, "rms", points * error->rms);
    rh_json_put_double(writer, "median", points * error->median);
    rh_json_put_double(writer, "p95", points * error->p95);
    rh_json_put_double(writer, "max", points * error->max);
    rh_json_close(writer, '}');
}

static void put_uses(rh_json_writer *writer, const size_t uses[RH_CHAIN_USES])
{
    rh_json_open(writer, "rows", '{');
    for (int use = 0; use < RH_CHAIN_USES; use++)
        rh_json_put_i64(writer, rh_chain_use_name((rh_chain_use)use), (int64_t)uses[use]);
    rh_json_close(writer, '}');
}

static void put_slice(rh_json_writer *writer, const rh_slice *slice)
{
    rh_svi_jw jw = rh_svi_to_jw(&slice->svi, slice->T);
    rh_json_open(writer, "svi", '{');
    rh_json_put_double(writer, "a", slice->svi.a);
    rh_json_put_double(writer, "b", slice->svi.b);
    rh_json_put_double(writer, "rho", slice->svi.rho);
    rh_json_put_double(writer, "m", slice->svi.m);
    rh_json_put_double(writer, "sigma", slice->svi.sigma);
    rh_json_close(writer, '}');
    rh_json_put_double(writer, "k_low", slice->k_low);
    rh_json_put_double(writer, "k_high", slice->k_high);
    rh_json_put_double(writer, "atm_vol", sqrt(jw.v));
    rh_json_put_double(writer, "atm_skew", jw.psi / sqrt(slice->T));
}

static void put_expiry(rh_json_writer *writer, const rh_expiry_fit *expiry, const rh_slice *slice)
{
    char label[RH_TIME_TEXT];
    label_of(label, expiry->expiry);
    rh_json_open(writer, NULL, '{');
    rh_json_put_text(writer, "expiry", label);
    rh_json_put_double(writer, "T", expiry->expiry->T);
    rh_json_put_double(writer, "forward", expiry->source ? expiry->forward : (double)NAN);
    rh_json_put_text(writer, "forward_from", source_names[expiry->source]);
    put_uses(writer, expiry->uses);
    rh_json_put_bool(writer, "fitted", expiry->fitted);
    if (slice) {
        put_slice(writer, slice);
        put_error(writer, "error_points", &expiry->error);
        rh_json_put_i64(writer, "with_bid_ask", (int64_t)expiry->banded);
        rh_json_put_i64(writer, "inside_bid_ask", (int64_t)expiry->inside);
    }
    rh_json_close(writer, '}');
}

static void put_arbitrage(rh_json_writer *writer, const rh_underlying_fit *fit)
{
    rh_json_put_i64(writer, "arbitrage_count", (int64_t)fit->arbitrage_count);
    rh_json_open(writer, "arbitrage", '[');
    for (size_t i = 0; i < fit->listed; i++) {
        const rh_arbitrage *a = &fit->arbitrage[i];
        char label[RH_TIME_TEXT];
        label_of(label, expiry_of(fit, a->slice));
        rh_json_open(writer, NULL, '{');
        rh_json_put_text(writer, "kind", kind_names[a->kind]);
        rh_json_put_text(writer, "expiry", label);
        rh_json_put_double(writer, "k_low", a->k_low);
        rh_json_put_double(writer, "k_high", a->k_high);
        rh_json_put_double(writer, "k_worst", a->k_worst);
        rh_json_put_double(writer, "worst", a->worst);
        rh_json_put_bool(writer, "quoted", a->quoted);
        rh_json_close(writer, '}');
    }
    rh_json_close(writer, ']');
}

static void put_query(rh_json_writer *writer, const rh_surface_report *report,
                      const rh_underlying_fit *fit)
{
    double K = report->query->K, T = query_time(report->query, fit);
    rh_surface_point point = rh_surface_at(&fit->surface, K, T);
    rh_json_open(writer, "at", '{');
    rh_json_put_double(writer, "K", K);
    rh_json_put_double(writer, "T", T);
    rh_json_put_double(writer, "forward", point.forward);
    rh_json_put_double(writer, "vol", point.vol);
    rh_json_put_double(writer, "w", point.w);
    rh_json_put_double(writer, "dvol_dk", point.dvol_dk);
    for (int rule = 0; rule < RH_STICKY_RULES; rule++) {
        rh_json_open(writer, rh_smile_dynamics_name((rh_smile_dynamics)rule), '{');
        for (int put = 0; put < 2; put++) {
            rh_smile_delta delta = rh_surface_delta(&fit->surface, (rh_smile_dynamics)rule,
                                                    report->chain->model, put == 0, point.forward,
                                                    K, T, report->options->rate, 0.0);
            rh_json_put_double(writer, put ? "put_delta" : "call_delta", delta.usd_delta);
            rh_json_put_double(writer, put ? "put_net_delta" : "call_net_delta", delta.net_delta);
        }
        rh_json_close(writer, '}');
    }
    rh_json_close(writer, '}');
}

static void put_fit(rh_json_writer *writer, const rh_surface_report *report,
                    const rh_underlying_fit *fit)
{
    size_t inside, banded;
    count_inside(fit, &inside, &banded);
    put_error(writer, "error_points", &fit->error);
    rh_json_put_i64(writer, "with_bid_ask", (int64_t)banded);
    rh_json_put_i64(writer, "inside_bid_ask", (int64_t)inside);
    if (report->options->ssvi) {
        rh_json_open(writer, "ssvi", '{');
        rh_json_put_double(writer, "rho", fit->ssvi.rho);
        rh_json_put_double(writer, "eta", fit->ssvi.eta);
        rh_json_put_double(writer, "gamma", fit->ssvi.gamma);
        rh_json_close(writer, '}');
    }
    if (report->options->repair) {
        rh_json_open(writer, "repair", '{');
        rh_json_put_i64(writer, "arbitrage_before", (int64_t)fit->raw_count);
        put_error(writer, "error_before_points", &fit->raw_error);
        rh_json_put_i64(writer, "replaced", (int64_t)fit->replaced);
        rh_json_close(writer, '}');
    }
    put_arbitrage(writer, fit);
    if (report->query) put_query(writer, report, fit);
}

static void put_underlying(rh_json_writer *writer, const rh_surface_report *report,
                           const rh_underlying_fit *fit)
{
    size_t uses[RH_CHAIN_USES];
    count_uses(fit, uses);
    rh_json_open(writer, NULL, '{');
    rh_json_put_text(writer, "underlying", fit->name);
    put_uses(writer, uses);
    rh_json_open(writer, "expiries", '[');
    for (size_t i = 0, slice = 0; i < fit->expiry_count; i++) {
        const rh_expiry_fit *expiry = &fit->expiries[i];
        put_expiry(writer, expiry, expiry->fitted ? &fit->surface.slices[slice] : NULL);
        slice += expiry->fitted;
    }
    rh_json_close(writer, ']');
    if (fit->surface.count > 0) put_fit(writer, report, fit);
    rh_json_close(writer, '}');
}

void rh_surface_json(const rh_surface_report *report, rh_buffer *out)
{
    rh_json_writer writer = {.out = out, .pretty = true};
    rh_json_open(&writer, NULL, '{');
    rh_json_put_text(&writer, "format", report->chain->format);
    rh_json_put_text(&writer, "prices",
                     report->chain->model == RH_MODEL_INVERSE ? "inverse" : "black76");
    rh_json_put_text(&writer, "quotes", quote_names[report->chain->quote]);
    rh_json_put_text(&writer, "model", report->options->ssvi ? "ssvi" : "svi");
    rh_json_put_double(&writer, "read_s", report->read_s);
    rh_json_put_double(&writer, "fit_s", report->fit_s);
    rh_json_open(&writer, "underlyings", '[');
    for (size_t i = 0; i < report->fit->underlying_count; i++)
        put_underlying(&writer, report, &report->fit->underlyings[i]);
    rh_json_close(&writer, ']');
    rh_json_close(&writer, '}');
}
