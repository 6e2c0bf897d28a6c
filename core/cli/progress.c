/* Progress on stderr: a bar on a terminal, a line now and then elsewhere, nothing when quiet.
 * Reads the monotonic wall clock, which no number of a run may depend on. One line is written with
 * one call, never wider than the terminal, and never more often than ten times a second. */
#include "cli/cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

static const int64_t bar_every_ns = 100000000;
static const int64_t line_every_ns = 10000000000;
enum { LABEL_MAX = 28, BAR_MAX = 32, LINE_MAX_BYTES = 256 };

int64_t rh_cli_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int terminal_columns(void)
{
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#endif
    return 80;
}

/* "987", "12.3 k", "4.56 M": three digits that count. */
static void compact(char text[16], double value)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1000;
        unit++;
    }
    int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(text, 16, "%.*f%s", decimals, value, units[unit]);
}

static void tail_text(char *tail, size_t capacity, const char *unit, double fraction,
                      uint64_t events, int64_t spent_ns)
{
    char count[16], rate[16];
    double spent_s = (double)spent_ns * 1e-9;
    compact(count, (double)events);
    compact(rate, spent_s > 0 ? (double)events / spent_s : 0);
    int length = snprintf(tail, capacity, "%3.0f%%  %s %s  %s/s", floor(fraction * 100), count,
                          unit, rate);
    if (length < 0 || (size_t)length >= capacity) return;
    if (fraction >= 1) {
        snprintf(tail + length, capacity - (size_t)length, "  %.2f s", spent_s);
    } else if (fraction > 0.01 && spent_s > 1) {
        snprintf(tail + length, capacity - (size_t)length, "  %.0f s left",
                 ceil(spent_s * (1 - fraction) / fraction));
    }
}

static void draw_bar(const rh_progress *progress, double fraction, uint64_t events,
                     int64_t spent_ns)
{
    char label[LABEL_MAX], tail[96], line[LINE_MAX_BYTES], bar[BAR_MAX + 1];
    rh_text_escape(label, sizeof label, progress->label, strlen(progress->label));
    tail_text(tail, sizeof tail, progress->unit, fraction, events, spent_ns);
    int columns = terminal_columns() - 1;
    int width = columns - (int)strlen(label) - (int)strlen(tail) - 6;
    if (width > BAR_MAX) width = BAR_MAX;
    if (width < 4) {
        snprintf(line, sizeof line, "%s  %s", label, tail);
    } else {
        int done = (int)(fraction * width);
        memset(bar, '.', (size_t)width);
        memset(bar, '#', (size_t)done);
        bar[width] = '\0';
        snprintf(line, sizeof line, "%s  [%s]  %s", label, bar, tail);
    }
    if (columns > 0 && (size_t)columns < strlen(line)) line[columns] = '\0';
    char whole[LINE_MAX_BYTES + 16];
    snprintf(whole, sizeof whole, "\r%s\033[K", line);
    fputs(whole, stderr);
    fflush(stderr);
}

static void print_line(const rh_progress *progress, double fraction, uint64_t events,
                       int64_t spent_ns)
{
    char label[RH_NAME_MAX], tail[96];
    rh_text_escape(label, sizeof label, progress->label, strlen(progress->label));
    tail_text(tail, sizeof tail, progress->unit, fraction, events, spent_ns);
    fprintf(stderr, "%s: %s\n", label, tail + strspn(tail, " "));
}

void rh_progress_begin(rh_progress *progress, const char *label, bool quiet)
{
    const char *term = getenv("TERM");
    bool dumb = !term || strcmp(term, "dumb") == 0;
    *progress = (rh_progress){.label = label, .unit = "events", .quiet = quiet};
    progress->terminal = !quiet && !dumb && isatty(STDERR_FILENO) == 1;
    progress->started_ns = progress->shown_ns = rh_cli_now_ns();
    progress->shown_permille = -1;
}

void rh_progress_update(rh_progress *progress, double fraction, uint64_t events)
{
    if (progress->quiet) return;
    int64_t now_ns = rh_cli_now_ns();
    if (now_ns - progress->shown_ns < (progress->terminal ? bar_every_ns : line_every_ns)) return;
    if (!(fraction >= 0)) fraction = 0;     /* NaN as well */
    if (fraction > 1) fraction = 1;
    progress->shown_ns = now_ns;
    progress->shown_permille = (int)(fraction * 1000);
    if (progress->terminal) {
        draw_bar(progress, fraction, events, now_ns - progress->started_ns);
    } else {
        print_line(progress, fraction, events, now_ns - progress->started_ns);
    }
}

void rh_progress_end(rh_progress *progress, uint64_t events)
{
    if (progress->quiet) return;
    int64_t spent_ns = rh_cli_now_ns() - progress->started_ns;
    if (progress->terminal) {
        draw_bar(progress, 1, events, spent_ns);
        fputc('\n', stderr);
    } else {
        print_line(progress, 1, events, spent_ns);
    }
}

void rh_progress_abandon(rh_progress *progress)
{
    if (progress->terminal && progress->shown_permille >= 0) fputs("\r\033[K", stderr);
}
