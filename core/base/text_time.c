/* Times and durations to text and back, in int64 nanoseconds of UTC without leap seconds.
 * Must not use the C library's calendar (zone, locale). Invariant: text written here parses back
 * to the same value when it lies in the accepted range. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

#define NS_PER_S INT64_C(1000000000)
#define S_PER_DAY INT64_C(86400)
#define NS_PER_DAY (S_PER_DAY * NS_PER_S)

/* Days from 1970-01-01, proleptic Gregorian. March begins the counted year, so that the leap day
 * is its last and month lengths follow one linear formula (153 days in five months). */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t in_era = shifted - era * 146097;
    int64_t of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t of_year = in_era - (365 * of_era + of_era / 4 - of_era / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int)(of_era + era * 400 + (*month <= 2));
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Exactly `count` digits at *at, as a number in [low, high]. */
static bool take_number(const char **at, int count, int low, int high, int *number)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') return false;
        sum = sum * 10 + (c - '0');
    }
    if (sum < low || sum > high) return false;
    *at += count;
    *number = sum;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c) return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, int64_t *days)
{
    int year, month, day;
    if (!take_number(at, 4, 1, 9999, &year) || !take_char(at, '-')) return false;
    if (!take_number(at, 2, 1, 12, &month) || !take_char(at, '-')) return false;
    if (!take_number(at, 2, 1, days_in_month(year, month), &day)) return false;
    *days = days_of(year, month, day);
    return true;
}

/* One to nine decimals after the point. */
static bool take_fraction(const char **at, int64_t *ns)
{
    int64_t sum = 0, unit = NS_PER_S;
    while (**at >= '0' && **at <= '9' && unit > 1) {
        unit /= 10;
        sum += (*(*at)++ - '0') * unit;
    }
    if (unit == NS_PER_S) return false;
    *ns = sum;
    return true;
}

static bool take_clock(const char **at, int64_t *seconds, int64_t *ns)
{
    int hour, minute, second;
    if (!take_number(at, 2, 0, 23, &hour) || !take_char(at, ':')) return false;
    if (!take_number(at, 2, 0, 59, &minute) || !take_char(at, ':')) return false;
    if (!take_number(at, 2, 0, 59, &second)) return false;
    *seconds = hour * 3600 + minute * 60 + second;
    *ns = 0;
    return !take_char(at, '.') || take_fraction(at, ns);
}

static bool take_zone(const char **at, int64_t *seconds)
{
    int hour, minute;
    *seconds = 0;
    if (**at == '\0' || take_char(at, 'Z')) return true;
    bool west = **at == '-';
    if (!take_char(at, west ? '-' : '+')) return false;
    if (!take_number(at, 2, 0, 23, &hour) || !take_char(at, ':')) return false;
    if (!take_number(at, 2, 0, 59, &minute)) return false;
    *seconds = (west ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
}

bool rh_parse_time(const char *text, int64_t *time_ns)
{
    int64_t days, seconds = 0, ns = 0, zone = 0;
    if (!take_date(&text, &days)) return false;
    if (take_char(&text, 'T') || take_char(&text, ' ')) {
        if (!take_clock(&text, &seconds, &ns) || !take_zone(&text, &zone)) return false;
    }
    if (*text != '\0') return false;
    /* Years 1 to 9999 do not fit nanoseconds in int64, so the range is judged in seconds. */
    int64_t whole = days * S_PER_DAY + seconds - zone;
    if (whole < RH_TIME_NS_MIN / NS_PER_S || whole > RH_TIME_NS_MAX / NS_PER_S) return false;
    int64_t sum = whole * NS_PER_S + ns;
    if (sum < RH_TIME_NS_MIN || sum > RH_TIME_NS_MAX) return false;
    *time_ns = sum;
    return true;
}

typedef struct unit {
    const char *name;
    int64_t ns;
} unit;

static const unit units[] = {
    {"d", NS_PER_DAY}, {"h", 3600 * NS_PER_S}, {"m", 60 * NS_PER_S}, {"s", NS_PER_S},
    {"ms", 1000000},   {"us", 1000},           {"ns", 1},
};
#define UNIT_COUNT (sizeof units / sizeof units[0])

/* The unit whose whole name stands at *at. */
static const unit *take_unit(const char **at)
{
    size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyz");
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strlen(units[i].name) == length && memcmp(units[i].name, *at, length) == 0) {
            *at += length;
            return &units[i];
        }
    }
    return NULL;
}

/* 0.d1d2... of a unit as whole nanoseconds, worked from the last digit so that it stays exact;
 * a part of a nanosecond is refused. */
static bool fraction_of(const char *digits, size_t count, int64_t unit_ns, int64_t *ns)
{
    int64_t sum = 0;
    while (count > 0) {
        sum += (digits[--count] - '0') * unit_ns;
        if (sum % 10 != 0) return false;
        sum /= 10;
    }
    *ns = sum;
    return true;
}

/* One "12", "1.5" with its unit, added to *sum. */
static bool take_component(const char **at, const unit **last, bool *fractional, int64_t *sum)
{
    const char *whole = *at, *fraction = NULL;
    size_t whole_count = strspn(whole, "0123456789"), fraction_count = 0;
    if (whole_count == 0) return false;
    *at += whole_count;
    if (take_char(at, '.')) {
        fraction = *at;
        fraction_count = strspn(fraction, "0123456789");
        if (fraction_count == 0) return false;
        *at += fraction_count;
        *fractional = true;
    }
    const unit *found = take_unit(at);
    if (!found || (*last && found <= *last)) return false;
    *last = found;

    int64_t count = 0, part = 0;
    for (size_t i = 0; i < whole_count; i++) {
        int digit = whole[i] - '0';
        if (count > (INT64_MAX / found->ns - digit) / 10) return false;
        count = count * 10 + digit;
    }
    if (!fraction_of(fraction, fraction_count, found->ns, &part)) return false;
    if (count * found->ns > INT64_MAX - part) return false;
    part += count * found->ns;
    if (*sum > INT64_MAX - part) return false;
    *sum += part;
    return true;
}

bool rh_parse_duration(const char *text, int64_t *duration_ns)
{
    const unit *last = NULL;
    bool fractional = false;
    int64_t sum = 0;
    do {
        /* Only the last component may have decimals: "1.5h30m" says nothing clear. */
        if (fractional || !take_component(&text, &last, &fractional, &sum)) return false;
    } while (*text != '\0');
    *duration_ns = sum;
    return true;
}

size_t rh_text_time(char text[RH_TIME_TEXT], int64_t time_ns)
{
    int64_t days = time_ns / NS_PER_DAY, rest = time_ns % NS_PER_DAY;
    if (rest < 0) {
        rest += NS_PER_DAY;
        days--;
    }
    int year, month, day;
    date_of(days, &year, &month, &day);
    int second = (int)(rest / NS_PER_S), ns = (int)(rest % NS_PER_S);
    int length = snprintf(text, RH_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                          second / 3600, second / 60 % 60, second % 60);
    if (ns) {
        length += snprintf(text + length, RH_TIME_TEXT - (size_t)length, ".%09d", ns);
        while (text[length - 1] == '0') length--;
    }
    text[length++] = 'Z';
    text[length] = '\0';
    return (size_t)length;
}

size_t rh_text_duration(char text[RH_TIME_TEXT], int64_t duration_ns)
{
    size_t length = 0;
    /* Two's complement magnitude: right for INT64_MIN as well. */
    uint64_t rest = duration_ns < 0 ? 0 - (uint64_t)duration_ns : (uint64_t)duration_ns;
    if (duration_ns < 0) text[length++] = '-';
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        uint64_t count = rest / (uint64_t)units[i].ns;
        rest %= (uint64_t)units[i].ns;
        bool zero = duration_ns == 0 && units[i].ns == NS_PER_S;
        if (!count && !zero) continue;
        length += (size_t)snprintf(text + length, RH_TIME_TEXT - length, "%llu%s",
                                   (unsigned long long)count, units[i].name);
    }
    return length;
}
