/* Writing a run: the digest's fixed-width records, fills.csv, ledger.csv and journal.jsonl. Every
 * text from scripts or data is escaped for where it goes. Must not change the run. */
#include "engine/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/archive.h"
#include "engine/run.h"

/* --- digest -------------------------------------------------------------------------------- */

typedef struct digest_record {
    uint32_t tag, index;
    int64_t time_ns;
    double value[6];
} digest_record;
static_assert(sizeof(digest_record) == 64, "digest records are fixed-width");

void rh_digest_event(rh_run *run, rh_digest_tag tag, uint32_t index, int64_t time_ns,
                     const double value[6])
{
    if (!run->digest) return;
    digest_record record = {.tag = tag, .index = index, .time_ns = time_ns};
    memcpy(record.value, value, sizeof record.value);
    rh_digest_bytes(run->digest, &record, sizeof record);
}

void rh_digest_happened(rh_run *run, const rh_record *record)
{
    if (run->digest) rh_digest_bytes(run->digest, record, sizeof *record);
}

void rh_digest_order(rh_run *run, const rh_order *order)
{
    double value[6] = {order->qty,          order->remaining,     order->limit,
                       order->mid_decision, (double)order->state, (double)order->instrument};
    rh_digest_event(run, RH_TAG_ORDER, order->id, run->now_ns, value);
}

/* --- files --------------------------------------------------------------------------------- */

static rh_status open_file(rh_run *run, const char *name, rh_file_out **out, rh_error *error)
{
    char path[RH_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", run->out.dir.temporary, name);
    return rh_file_out_open(path, out, error);
}

void rh_output_begin_ledger(rh_run *run)
{
    rh_file_out *f = run->out.ledger;
    run->out.ledger_begun = true;
    if (!f) return;
    rh_file_out_text(f, "time_ns,equity,pnl_total");
    for (int k = 0; k < RH_PNL_CAUSES; k++)
        rh_file_out_printf(f, ",pnl_%s", rh_pnl_names[k]);
    rh_file_out_text(f, ",cost_total");
    for (int k = 0; k < RH_ATTRIBUTIONS; k++) {
        rh_file_out_printf(f, ",attribution_%s", rh_attribution_names[k]);
    }
    for (int a = 0; a < run->universe->asset_count; a++) {
        const char *name = run->universe->assets[a].name;
        rh_file_out_printf(f, ",delta_%s,spot_%s", name, name);
    }
    for (int a = 0; a < run->universe->asset_count; a++) {
        const char *name = run->universe->assets[a].name;
        rh_file_out_printf(f, ",gamma_%s,vega_%s,theta_%s", name, name, name);
    }
    rh_file_out_text(f, ",band_lo,band_hi");
    for (int c = 0; c < run->series_count; c++)
        rh_file_out_printf(f, ",series_%s", run->series[c].name);
    rh_file_out_text(f, "\n");
}

rh_status rh_output_open(rh_run *run, rh_error *error)
{
    rh_output *out = &run->out;
    if (!run->request->out_dir) return RH_OK;
    RH_TRY(rh_dir_out_begin(&out->dir, run->request->out_dir, error));
    out->has_dir = true;
    RH_TRY(open_file(run, "fills.csv", &out->fills, error));
    RH_TRY(open_file(run, "ledger.csv", &out->ledger, error));
    RH_TRY(open_file(run, "journal.jsonl", &out->journal, error));
    rh_file_out_text(out->fills,
                     "time_ns,order,instrument,currency,qty,price,mid_decision,mid_arrival");
    for (int k = 0; k < RH_COST_KINDS; k++)
        rh_file_out_printf(out->fills, ",%s", rh_cost_names[k]);
    rh_file_out_text(out->fills, "\n");
    return RH_OK;
}

static rh_status commit(rh_file_out **file, rh_status so_far, rh_error *error)
{
    rh_file_out *f = *file;
    *file = NULL;
    if (!f) return so_far;
    if (so_far == RH_OK) return rh_file_out_commit(f, error);
    rh_file_out_abandon(f);
    return so_far;
}

static rh_status take_over(const rh_run *run, const char *name, const char *const ends[2],
                           rh_file_out **file, rh_error *error)
{
    char path[RH_PATH_MAX + 32];
    rh_file_out *copy = NULL;
    snprintf(path, sizeof path, "%s/%s", run->out.dir.temporary, name);
    rh_status status = rh_file_out_copy(*file, path, ends, &copy, error);
    rh_file_out_leave(*file); /* in any case: it is the other process' */
    *file = status == RH_OK ? copy : NULL;
    return status;
}

/* The ledger so far has `columns` series; this branch has further ones, empty until now. */
static rh_status take_ledger(rh_run *run, int columns, rh_error *error)
{
    rh_buffer names = {0}, cells = {0};
    for (int c = columns; c < run->series_count; c++) {
        rh_buffer_printf(&names, ",series_%s", run->series[c].name);
        rh_buffer_text(&cells, ",");
    }
    const char *const ends[2] = {names.bytes, cells.bytes};
    bool wider = run->series_count > columns && !names.failed && !cells.failed;
    rh_status status =
        take_over(run, "ledger.csv", wider ? ends : NULL, &run->out.ledger, error);
    if (status == RH_OK && (names.failed || cells.failed)) {
        status = rh_fail(error, RH_NO_MEMORY, "no memory for the columns of the ledger");
    }
    rh_buffer_free(&names);
    rh_buffer_free(&cells);
    return status;
}

rh_status rh_output_branch(rh_run *run, const char *path, int columns, rh_error *error)
{
    rh_output *out = &run->out;
    if (!out->has_dir) return rh_fail(error, RH_STATE, "the run before the fork has no directory");
    rh_status status = rh_dir_out_begin(&out->dir, path, error);
    out->has_dir = status == RH_OK; /* the first one is the other process' */
    rh_status fills =
        take_over(run, "fills.csv", NULL, &out->fills, status == RH_OK ? error : NULL);
    if (status == RH_OK) status = fills;
    rh_status ledger = take_ledger(run, columns, status == RH_OK ? error : NULL);
    if (status == RH_OK) status = ledger;
    rh_status journal =
        take_over(run, "journal.jsonl", NULL, &out->journal, status == RH_OK ? error : NULL);
    if (status == RH_OK) status = journal;
    return status == RH_OK ? rh_archive_inputs(run, error) : status;
}

static rh_status write_summary(rh_run *run, const rh_buffer *summary, rh_error *error)
{
    rh_file_out *file = NULL;
    RH_TRY(open_file(run, "summary.json", &file, error));
    rh_file_out_write(file, summary->bytes, summary->length);
    return rh_file_out_commit(file, error);
}

rh_status rh_output_finish(rh_run *run, const rh_buffer *summary, rh_error *error)
{
    rh_output *out = &run->out;
    if (!out->has_dir) return RH_OK;
    rh_status status = out->archived;
    if (status != RH_OK && error) *error = out->archive_error;
    status = commit(&out->fills, status, error);
    status = commit(&out->ledger, status, error);
    status = commit(&out->journal, status, error);
    return status == RH_OK ? write_summary(run, summary, error) : status;
}

void rh_output_abandon(rh_run *run)
{
    rh_output *out = &run->out;
    commit(&out->fills, RH_INTERRUPTED, NULL);
    commit(&out->ledger, RH_INTERRUPTED, NULL);
    commit(&out->journal, RH_INTERRUPTED, NULL);
    if (out->has_dir) rh_dir_out_abandon(&out->dir);
    out->has_dir = false;
    rh_buffer_free(&out->line);
}

void rh_output_keep_failed(rh_run *run)
{
    rh_output *out = &run->out;
    rh_error ignored;
    commit(&out->fills, RH_OK, &ignored);
    commit(&out->ledger, RH_OK, &ignored);
    commit(&out->journal, RH_OK, &ignored);
    if (out->has_dir) (void)rh_dir_out_fail(&out->dir, &ignored);
    out->has_dir = false;
}

static rh_json_writer begin_line(rh_run *run, const char *kind, const char *text)
{
    char time[RH_TIME_TEXT];
    rh_json_writer writer = {.out = &run->out.line};
    rh_text_time(time, run->now_ns);
    rh_buffer_clear(writer.out);
    rh_json_open(&writer, NULL, '{');
    rh_json_put_i64(&writer, "time_ns", run->now_ns);
    rh_json_put_text(&writer, "time", time);
    rh_json_put_i64(&writer, "seq", (int64_t)run->sequence);
    rh_json_put_text(&writer, "kind", kind);
    rh_json_put_text(&writer, "text", text);
    return writer;
}

static void end_line(rh_run *run, rh_json_writer *writer)
{
    rh_buffer *line = writer->out;
    rh_json_close(writer, '}');
    rh_buffer_text(line, "\n");
    if (!line->failed) rh_file_out_write(run->out.journal, line->bytes, line->length);
}

void rh_journal(rh_run *run, const char *kind, const char *format, ...)
{
    if (!run->out.journal) return;
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    rh_json_writer writer = begin_line(run, kind, text);
    end_line(run, &writer);
}

void rh_journal_hand(rh_run *run, const char *kind, const char *text, const char *assignment)
{
    if (!run->out.journal) return;
    rh_json_writer writer = begin_line(run, kind, text);
    rh_json_put_text(&writer, "by", "hand");
    if (assignment) rh_json_put_text(&writer, "set", assignment);
    end_line(run, &writer);
}

void rh_journal_swap(rh_run *run, const rh_swap_note *note)
{
    if (!run->out.journal) return;
    rh_json_writer writer = begin_line(run, note->kind, note->text);
    rh_json_put_text(&writer, "by", note->by_hand ? "hand" : "scenario");
    rh_json_put_text(&writer, "part", note->part);
    rh_json_put_i64(&writer, "parts", note->parts);
    rh_json_put_text(&writer, note->native ? "native" : "script", note->script);
    if (note->strict) rh_json_put_bool(&writer, "strict", true);
    rh_json_put_text(&writer, "old_sha256", note->old_sha256);
    rh_json_put_text(&writer, "sha256", note->sha256);
    if (note->assignment) rh_json_put_text(&writer, "set", note->assignment);
    if (note->params) {
        rh_json_open(&writer, "params", '{');
        rh_output_params(note->params, "", &writer);
        rh_json_close(&writer, '}');
        rh_json_put_text(&writer, "orders", note->cancel_orders ? "cancel" : "keep");
        rh_json_put_i64(&writer, "state_bytes", (int64_t)note->state_bytes);
        rh_json_put_i64(&writer, "gas", note->gas);
        rh_json_put_i64(&writer, "tried_on", note->views);
    }
    end_line(run, &writer);
}

/* A cell that a spreadsheet would run as a formula gets a quote in front. */
static void put_cell(rh_file_out *f, const char *text)
{
    if (*text && strchr("=+-@", *text)) rh_file_out_text(f, "'");
    rh_file_out_text(f, text);
}

void rh_output_fill(rh_run *run, const rh_order *order, const rh_fill_booking *fill)
{
    rh_file_out *f = run->out.fills;
    if (!f) return;
    const rh_instrument *i = &run->universe->instruments[fill->instrument];
    const double numbers[] = {fill->qty, fill->price, fill->mid_decision, fill->mid_arrival};
    rh_file_out_printf(f, "%" PRId64 ",%" PRIu32 ",", run->now_ns, order->id);
    put_cell(f, i->name);
    rh_file_out_text(f, ",");
    put_cell(f, run->universe->currencies[i->settle].name);
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++) {
        rh_file_out_text(f, ",");
        rh_file_out_double(f, numbers[n]);
    }
    for (int k = 0; k < RH_COST_KINDS; k++) {
        rh_file_out_text(f, ",");
        rh_file_out_double(f, fill->cost[k]);
    }
    rh_file_out_text(f, "\n");
}

/* Of everything held, at the mark vols, in the numeraire: what attribution starts from here. */
static void write_greeks(rh_file_out *f, const rh_books *books)
{
    for (int a = 0; a < books->universe->asset_count; a++) {
        double gamma = 0.0, vega = 0.0, theta = 0.0;
        for (int k = 0; k < books->active_count; k++) {
            int i = books->active[k];
            if (books->universe->instruments[i].asset != a) continue;
            double qty = rh_positions_qty(books->positions, i);
            gamma += qty * books->unit[i].gamma;
            vega += qty * books->unit[i].vega;
            theta += qty * books->unit[i].theta;
        }
        const double numbers[] = {gamma, vega, theta};
        for (int k = 0; k < 3; k++) {
            rh_file_out_text(f, ",");
            rh_file_out_double(f, numbers[k]);
        }
    }
}

static void write_ledger(rh_run *run, const double *value, int count)
{
    rh_file_out *f = run->out.ledger;
    rh_file_out_printf(f, "%" PRId64, run->now_ns);
    for (int n = 0; n < count; n++) {
        rh_file_out_text(f, ",");
        rh_file_out_double(f, value[n]);
    }
    double lo, hi;
    rh_run_band(run, &lo, &hi);
    write_greeks(f, &run->books);
    rh_file_out_text(f, ",");
    rh_file_out_double(f, lo);
    rh_file_out_text(f, ",");
    rh_file_out_double(f, hi);
    for (int c = 0; c < run->series_count; c++) { /* empty: nothing recorded */
        const double *recorded = run->series[c].value;
        rh_file_out_text(f, ",");
        if (recorded && !isnan(*recorded)) rh_file_out_double(f, *recorded);
    }
    rh_file_out_text(f, "\n");
}

void rh_output_ledger(rh_run *run)
{
    const rh_books *b = &run->books;
    double value[32 + 2 * RH_ASSETS_MAX];
    int n = 0;
    value[n++] = rh_books_equity(b);
    value[n++] = rh_books_pnl(b);
    for (int k = 0; k < RH_PNL_CAUSES; k++)
        value[n++] = rh_sum_value(&b->pnl[k]);
    value[n++] = rh_books_cost(b);
    for (int k = 0; k < RH_ATTRIBUTIONS; k++)
        value[n++] = rh_sum_value(&b->attribution[k]);
    for (int a = 0; a < run->universe->asset_count; a++) {
        value[n++] = rh_net_delta_of(&run->net[a], &run->filled, &run->is, run->now_ns, false);
        value[n++] = run->is.spot[a];
    }
    for (int at = 0; at < n; at += 6) {
        double six[6] = {0};
        for (int k = 0; k < 6 && at + k < n; k++)
            six[k] = value[at + k];
        rh_digest_event(run, RH_TAG_LEDGER, (uint32_t)(at / 6), run->now_ns, six);
    }
    if (run->out.ledger) write_ledger(run, value, n);
}
