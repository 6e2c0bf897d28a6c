/* Round numbers for people: ticks of a value axis and of a UTC time axis, with their labels.
 * Time ticks lie on whole steps since 1970 up to days, on firsts of months beyond. */
#include "report/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/number.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* The least of 1, 2, 5 times a power of ten that is >= value > 0. */
static double round_up(double value)
{
    double step = 1;
    while (step < value) step *= 10;
    while (step / 10 >= value) step /= 10;
    if (step / 5 >= value) return step / 5;
    return step / 2 >= value ? step / 2 : step;
}

static int decimals_of(double step)
{
    int decimals = 0;
    for (double unit = 1; decimals < 12 && step < unit * 0.999999; unit /= 10) decimals++;
    return decimals;
}

static void label(char text[RH_TICK_TEXT], double value, double step, double largest)
{
    char number[RH_FIGURE_TEXT];
    double unit = largest >= 2e9 ? 1e9 : largest >= 2e6 ? 1e6 : 1;
    const char *suffix = unit >= 1e9 ? " bn" : unit > 1 ? " m" : "";
    if (largest >= 1e12 || largest < 1e-9) {
        snprintf(text, RH_TICK_TEXT, "%.4g", value);
        return;
    }
    rh_figure_text(number, value / unit, decimals_of(step / unit));
    snprintf(text, RH_TICK_TEXT, "%.40s%s", number, value == 0 ? "" : suffix);
}

void rh_axis_values(rh_axis *axis, double low, double high, int wanted)
{
    if (!isfinite(low) || !isfinite(high) || low > high) low = high = 0;
    if (high - low <= 1e-12 * (fabs(low) + fabs(high))) {
        double pad = high != 0 ? fabs(high) * 0.01 : 1;
        low -= pad;
        high += pad;
    }
    double step = round_up((high - low) / wanted);
    double first = floor(low / step + 1e-9), last = ceil(high / step - 1e-9);
    double margin = 0.08 * (high - low);    /* a whole empty step would waste the figure */
    axis->low = fmax(first * step, low - margin);
    axis->high = fmin(last * step, high + margin);
    axis->count = 0;
    double largest = fmax(fabs(axis->low), fabs(axis->high));
    for (double i = first; i <= last && axis->count < RH_TICKS_MAX; i++) {
        double value = i * step;
        if (value < axis->low || value > axis->high) continue;
        axis->at[axis->count] = value;
        label(axis->text[axis->count++], value, step, largest);
    }
}

/* --- time ---------------------------------------------------------------------------------- */

static const int64_t steps[] = {
    1, 10, 100, 1000, 10000, 100000, SECOND / 1000, SECOND / 500, SECOND / 200, SECOND / 100,
    SECOND / 50, SECOND / 20, SECOND / 10, SECOND / 5, SECOND / 2, SECOND, 2 * SECOND, 5 * SECOND,
    10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE,
    15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY,
    5 * DAY, 10 * DAY};
static const int month_steps[] = {1, 2, 3, 6, 12, 24, 60, 120, 240, 600};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int digits_at(const char *text, int at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) value = value * 10 + (text[at + i] - '0');
    return value;
}

/* Label and context of a tick given its ISO text; `previous` is the one before, "" at first. */
static void name_tick(rh_time_axis *axis, int64_t time_ns, int64_t step, const char *previous)
{
    char iso[RH_TIME_TEXT];
    rh_text_time(iso, time_ns);
    char *text = axis->text[axis->count], *context = axis->context[axis->count];
    const char *month = months[(digits_at(iso, 5, 2) + 11) % 12];
    int year = digits_at(iso, 0, 4), day = digits_at(iso, 8, 2);
    bool new_year = strncmp(iso, previous, 4) != 0, new_day = strncmp(iso, previous, 10) != 0;
    context[0] = '\0';
    if (step == 0 || step >= DAY) {
        if (step == 0)
            snprintf(text, RH_TICK_TEXT, "%s", month);
        else
            snprintf(text, RH_TICK_TEXT, "%d %s", day, month);
        if (new_year) snprintf(context, RH_TICK_TEXT, "%d", year);
    } else {
        int shown = step >= MINUTE ? 5 : 8;     /* 13:21 or 13:21:07 with its decimals */
        if (step < SECOND) shown = (int)strlen(iso) - 12;
        snprintf(text, RH_TICK_TEXT, "%.*s", shown, iso + 11);
        if (new_day && previous[0])
            snprintf(context, RH_TICK_TEXT, "%d %s", day, month);
        else if (new_day)
            snprintf(context, RH_TICK_TEXT, "%d %s %d", day, month, year);
    }
    axis->at[axis->count++] = time_ns;
}

static void month_ticks(rh_time_axis *axis, int64_t from_ns, int64_t to_ns, int wanted)
{
    char iso[RH_TIME_TEXT], previous[RH_TIME_TEXT] = "";
    int64_t count = (to_ns - from_ns) / (30 * DAY) + 1;
    size_t i = 0;
    while (i + 1 < sizeof month_steps / sizeof *month_steps && count / month_steps[i] >= wanted)
        i++;
    rh_text_time(iso, from_ns);
    int64_t month = digits_at(iso, 0, 4) * 12 + digits_at(iso, 5, 2) - 1, at;
    for (month -= month % month_steps[i]; axis->count < wanted; month += month_steps[i]) {
        snprintf(iso, sizeof iso, "%04d-%02d-01", (int)(month / 12), (int)(month % 12) + 1);
        if (!rh_parse_time(iso, &at) || at > to_ns) return;
        if (at < from_ns) continue;
        name_tick(axis, at, 0, previous);
        rh_text_time(previous, at);
    }
}

void rh_axis_times(rh_time_axis *axis, int64_t from_ns, int64_t to_ns, int wanted)
{
    axis->count = 0;
    if (wanted > RH_TICKS_MAX) wanted = RH_TICKS_MAX;
    size_t i = 0, kinds = sizeof steps / sizeof *steps;
    while (i < kinds && (to_ns - from_ns) / steps[i] >= wanted) i++;
    if (i == kinds) {
        month_ticks(axis, from_ns, to_ns, wanted);
        return;
    }
    char previous[RH_TIME_TEXT] = "";
    int64_t step = steps[i], at = from_ns / step * step;
    for (at += at < from_ns ? step : 0; at <= to_ns && axis->count < wanted; at += step) {
        name_tick(axis, at, step, previous);
        rh_text_time(previous, at);
    }
}
