/* Times as market data files write them: epochs in s, ms, us or ns (with decimals), or ISO text.
 * The unit of an epoch shows in its size, as all four ranges of plausible years are disjoint; a
 * value outside all of them is refused as ambiguous and never guessed. No floating point. */
#include "feed/import.h"

#include <string.h>

#include "base/text.h"

const char *const rh_time_unit_words[] = {"", "s", "ms", "us", "ns", "iso", NULL};

static const int64_t unit_ns[] = {0, 1000000000, 1000000, 1000, 1, 0};

rh_status rh_import_clock_init(rh_import_clock *clock, const char *unit, rh_error *error)
{
    *clock = (rh_import_clock){RH_UNIT_UNKNOWN, false};
    if (!unit) return RH_OK;
    for (int i = RH_UNIT_S; rh_time_unit_words[i]; ++i) {
        if (strcmp(unit, rh_time_unit_words[i]) != 0) continue;
        *clock = (rh_import_clock){(rh_time_unit)i, true};
        return RH_OK;
    }
    return rh_fail(error, RH_USAGE, "time unit \"%s\": expected s, ms, us, ns or iso", unit);
}

/* 1973 to 2200 in each unit; nothing else is unmistakable. */
static rh_time_unit unit_of(int64_t whole)
{
    for (int unit = RH_UNIT_S; unit <= RH_UNIT_NS; ++unit)
        if (whole >= INT64_C(100000000000000000) / unit_ns[unit] &&
            whole <= RH_TIME_NS_MAX / unit_ns[unit])
            return (rh_time_unit)unit;
    return RH_UNIT_UNKNOWN;
}

/* digits[.digits]; the fraction stays text. */
static bool split_epoch(const char *text, int64_t *whole, const char **fraction)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 + (text[0] < '9' ? 1u : 0u)) return false;
    *whole = 0;
    for (size_t i = 0; i < digits; ++i) *whole = *whole * 10 + (text[i] - '0');
    *fraction = text + digits;
    if (!**fraction) return true;
    if (**fraction != '.') return false;
    ++*fraction;
    return (*fraction)[strspn(*fraction, "0123456789")] == '\0';
}

/* Decimals below a nanosecond are cut off. */
static bool epoch_ns(int64_t whole, const char *fraction, int64_t scale, int64_t *time_ns)
{
    if (whole > RH_TIME_NS_MAX / scale) return false;
    int64_t value = whole * scale;
    for (int64_t step = scale / 10; step > 0 && *fraction; step /= 10)
        value += (*fraction++ - '0') * step;
    if (value > RH_TIME_NS_MAX) return false;
    *time_ns = value;
    return true;
}

static bool looks_iso(const char *text)
{
    return strspn(text, "0123456789") == 4 && text[4] == '-';
}

static rh_status iso_time(const char *text, int64_t *time_ns, rh_error *error)
{
    if (rh_parse_time(text, time_ns)) return RH_OK;
    return rh_fail(error, RH_INPUT, "\"%.40s\" is no time (expected like 2021-05-17T00:00:00Z)",
                   text);
}

static rh_status check_unit(rh_import_clock *clock, rh_time_unit found, const char *text,
                            rh_error *error)
{
    if (clock->told || (found != RH_UNIT_UNKNOWN && found == clock->unit)) return RH_OK;
    if (found == RH_UNIT_UNKNOWN)
        return rh_fail(error, RH_INPUT,
                       "the unit of time %.40s is ambiguous; pass --time-unit s, ms, us or ns",
                       text);
    if (clock->unit == RH_UNIT_UNKNOWN) {
        clock->unit = found;
        return RH_OK;
    }
    return rh_fail(error, RH_INPUT, "time %.40s reads as %s, but this file began with %s", text,
                   rh_time_unit_words[found], rh_time_unit_words[clock->unit]);
}

rh_status rh_import_time(rh_import_clock *clock, const char *text, int64_t *time_ns,
                         rh_error *error)
{
    if (clock->told && clock->unit == RH_UNIT_ISO) return iso_time(text, time_ns, error);
    if (!clock->told && looks_iso(text)) {
        RH_TRY(check_unit(clock, RH_UNIT_ISO, text, error));
        return iso_time(text, time_ns, error);
    }
    int64_t whole;
    const char *fraction;
    if (!split_epoch(text, &whole, &fraction))
        return rh_fail(error, RH_INPUT, "\"%.40s\" is no time (expected %s)", text,
                       clock->unit == RH_UNIT_UNKNOWN ? "an epoch or like 2021-05-17T00:00:00Z"
                                                      : rh_time_unit_words[clock->unit]);
    RH_TRY(check_unit(clock, unit_of(whole), text, error));
    if (!epoch_ns(whole, fraction, unit_ns[clock->unit], time_ns))
        return rh_fail(error, RH_INPUT, "time %.40s %s is beyond the year 2200", text,
                       rh_time_unit_words[clock->unit]);
    return RH_OK;
}

bool rh_import_is_time(const char *text)
{
    int64_t whole;
    const char *fraction;
    return looks_iso(text) || split_epoch(text, &whole, &fraction);
}
