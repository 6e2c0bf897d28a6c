/* Composes the status line of a replay, widest form first, cut to the width. Must not draw, nor
 * depend on a locale. Invariant: a character beyond ASCII counts as two columns, so that the
 * line is never wider than asked, whatever font and terminal make of it. */
#include "cli/status_line.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { NARROW = 84 };   /* below it labels and the year go */

static void number(char text[RH_NUMBER_TEXT], double value, const char *format)
{
    if (!isfinite(value)) {
        memcpy(text, "-", 2);
    } else if (snprintf(text, RH_NUMBER_TEXT, format, value) > 20) {
        snprintf(text, RH_NUMBER_TEXT, "%.6g", value);
    }
}

static void time_part(char *text, size_t capacity, int64_t time_ns, bool narrow)
{
    char whole[RH_TIME_TEXT];
    rh_text_time(whole, time_ns / 1000000000 * 1000000000);
    whole[strcspn(whole, "Z")] = '\0';
    char *t = strchr(whole, 'T');
    if (t) *t = ' ';
    snprintf(text, capacity, "%s", narrow && strlen(whole) > 5 ? whole + 5 : whole);
}

/* As many whole characters as fit. */
static void cut(char *line, int columns)
{
    int used = 0;
    char *at = line;
    while (*at) {
        int width = (unsigned char)*at < 0x80 ? 1 : 2;
        if (used + width > columns) break;
        used += width;
        do at++;
        while (((unsigned char)*at & 0xc0) == 0x80);
    }
    *at = '\0';
}

static void policy_part(char *text, size_t capacity, const rh_live_status *live)
{
    char raw[sizeof live->policy + sizeof live->version + sizeof live->kill_reason];
    if (live->killed) {
        snprintf(raw, sizeof raw, "policy killed: %.240s", live->kill_reason);
    } else if (!live->policy[0]) {
        snprintf(raw, sizeof raw, "no policy");
    } else {
        snprintf(raw, sizeof raw, "%s %s", live->policy, live->version);
    }
    rh_text_escape(text, capacity, raw, strlen(raw));
}

void rh_status_line(const rh_replay_look *look, int columns, char line[RH_STATUS_LINE_MAX])
{
    const rh_live_status *live = &look->live;
    bool narrow = columns < NARROW;
    char when[RH_TIME_TEXT], speed[RH_NUMBER_TEXT + 1] = "max", spot[RH_NUMBER_TEXT];
    char delta[RH_NUMBER_TEXT], pnl[RH_NUMBER_TEXT], policy[640], swap[2 * sizeof live->last_swap];
    time_part(when, sizeof when, look->now_ns, narrow);
    if (isfinite(look->speed)) snprintf(speed, sizeof speed, "x%g", look->speed);
    number(spot, live->spot, fabs(live->spot) >= 100 ? "%.2f" : "%.6g");
    number(delta, live->delta, "%+.4g");
    number(pnl, live->pnl, narrow ? "%+.0f" : "%+.2f");
    policy_part(policy, sizeof policy, live);
    rh_text_escape(swap, sizeof swap, live->last_swap, strlen(live->last_swap));
    const char *pace = look->over ? "over" : look->paused ? "paused" : speed;
    const char *refused = live->last_refused && swap[0] ? "refused: " : "";
    if (narrow) {
        snprintf(line, RH_STATUS_LINE_MAX, "%s %s  %s  d %s  %s  %s%s%s%s", when, pace, spot, delta,
                 pnl, policy, swap[0] ? "  " : "", refused, swap);
    } else {
        snprintf(line, RH_STATUS_LINE_MAX, " %s  %s  spot %s  delta %s  P&L %s %s  %s%s%s%s", when,
                 pace, spot, delta, pnl, live->numeraire, policy, swap[0] ? "  | " : "", refused,
                 swap);
    }
    cut(line, columns);
}
