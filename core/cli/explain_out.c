/* The explanation of a run as a table and as JSON. Lines are those of the study, in its order; this
 * file adds nothing to them but headings. */
#include "cli/explain_out.h"

#include <math.h>

#include "data/file.h"
#include "report/number.h"

static void put_death(FILE *out, const rh_outcome *outcome)
{
    if (outcome->policy_failed) fprintf(out, "%-14s the policy was killed in this run\n", "");
}

static void put_line(FILE *out, const char *name, double booked, double gain, double pnl,
                     double fills, int decimals)
{
    char text[3][RH_FIGURE_TEXT];
    rh_figure_text(text[0], booked, decimals);
    rh_figure_text(text[1], gain, decimals);
    rh_figure_text(text[2], pnl, decimals);
    fprintf(out, "%-14s %14s %14s %14s", name, isnan(booked) ? "-" : text[0],
            isnan(gain) ? "-" : text[1], isnan(pnl) ? "-" : text[2]);
    if (fills >= 0.0) fprintf(out, " %9.0f", fills);
    fputc('\n', out);
}

void rh_explain_print(const rh_explanation *e, FILE *out)
{
    double largest = fabs(e->run.pnl) + fabs(e->run.cost);
    int decimals = rh_figure_decimals(largest);
    fprintf(out, "\nwhat frictions cost: the same run, each switched off alone\n");
    fprintf(out, "%-14s %14s %14s %14s %9s\n", "without", "booked cost", "took in all",
            "P&L then", "fills");
    for (int i = 0; i < e->count; i++) {
        const rh_explain_line *line = &e->line[i];
        const char *word = rh_friction_rows[line->friction].word;
        put_line(out, word, line->booked, line->gain, line->without.pnl, line->without.fills,
                 decimals);
        put_death(out, &line->without);
    }
    put_line(out, "interaction", NAN, e->interaction, NAN, -1.0, decimals);
    put_line(out, "all", e->run.cost, e->ideal.pnl - e->run.pnl, e->ideal.pnl, e->ideal.fills,
             decimals);
    put_death(out, &e->ideal);
    put_line(out, "(as it was)", NAN, 0.0, e->run.pnl, e->run.fills, decimals);
}

rh_status rh_explain_print_json(const rh_explanation *explanation, const rh_buffer *summary,
                                rh_error *error)
{
    rh_buffer text = {0};
    rh_buffer_text(&text, "{\"run\": ");
    rh_buffer_append(&text, summary->bytes, summary->length);
    rh_buffer_text(&text, ", \"explain\": ");
    rh_explain_json(explanation, &text);
    rh_buffer_text(&text, "}");
    if (!text.failed) puts(text.bytes);
    rh_status status = text.failed ? rh_fail(error, RH_NO_MEMORY, "out of memory") : RH_OK;
    rh_buffer_free(&text);
    return status;
}

rh_status rh_explain_write(const rh_explanation *explanation, const rh_dir_out *dir,
                           rh_error *error)
{
    char path[RH_PATH_MAX + 16];
    rh_buffer text = {0};
    rh_file_out *file = NULL;
    snprintf(path, sizeof path, "%s/explain.json", dir->temporary);
    rh_explain_json(explanation, &text);
    rh_buffer_text(&text, "\n");
    rh_status status = text.failed ? rh_fail(error, RH_NO_MEMORY, "out of memory")
                                   : rh_file_out_open(path, &file, error);
    if (status == RH_OK) {
        rh_file_out_write(file, text.bytes, text.length);
        status = rh_file_out_commit(file, error);
    }
    rh_buffer_free(&text);
    return status;
}
