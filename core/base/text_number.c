/* Numbers to text and back: shortest round-trip decimals, strict whole-string parsers.
 * Must not leave errno changed and must not accept what the header does not name. The common
 * short decimals take an exact path of one correctly rounded operation; the rest goes through the
 * C library, whose conversions are exact in the "C" locale (the program never sets another). */
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert(FLT_EVAL_METHOD == 0, "double arithmetic must be double");

/* Powers of ten that are exact doubles. */
static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define POWER_MAX 22

/* A positive value as 0.d1d2d3... x 10^point, no trailing zeros. */
typedef struct decimal {
    char digits[20];
    int count, point;
} decimal;

static void strip_zeros(decimal *d)
{
    while (d->count > 1 && d->digits[d->count - 1] == '0') d->count--;
}

/* At most 15 digits: such a decimal is the only one of its length that reads back, so the first
 * scale at which the value is a whole number gives the shortest text. */
static bool short_decimal(decimal *d, double value)
{
    if (!(value < 1e15) || value < 1e-7) return false;
    for (int scale = 0; scale <= POWER_MAX; scale++) {
        double whole = floor(value * powers[scale] + 0.5);
        if (whole >= 1e15) return false;
        if (whole < 1.0 || whole / powers[scale] != value) continue;
        int length = snprintf(d->digits, sizeof d->digits, "%llu", (unsigned long long)whole);
        d->count = length;
        d->point = length - scale;
        strip_zeros(d);
        return true;
    }
    return false;
}

static double decimal_value(const decimal *d)
{
    char text[40];
    snprintf(text, sizeof text, "0.%.*se%d", d->count, d->digits, d->point);
    return strtod(text, NULL);
}

/* The nearest decimal of `count` digits. */
static void round_to(decimal *d, double value, int count)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    d->count = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.') d->digits[d->count++] = *at;
    d->point = (int)strtol(at + 1, NULL, 10) + 1;
    strip_zeros(d);
}

/* One unit more in the last of `count` digits. */
static void step_up(decimal *d, int count)
{
    while (d->count < count) d->digits[d->count++] = '0';
    int i = count - 1;
    while (i >= 0 && d->digits[i] == '9') d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
    } else {
        d->digits[0] = '1';
        d->point++;
    }
    strip_zeros(d);
}

static void shortest_decimal(decimal *d, double value)
{
    if (short_decimal(d, value)) return;
    /* Below the normal range a double holds fewer digits, so the search starts at one. */
    for (int count = value < DBL_MIN ? 1 : 15; count < 17; count++) {
        round_to(d, value, count);
        if (decimal_value(d) == value) return;
        /* Above a power of two neighbours lie twice as far as below: the nearest decimal may fail
         * from below where the next one above reads back. */
        step_up(d, count);
        if (decimal_value(d) == value) return;
    }
    round_to(d, value, 17);
}

static size_t put(char *text, size_t at, const char *from, int count)
{
    memcpy(text + at, from, (size_t)count);
    return at + (size_t)count;
}

static size_t put_zeros(char *text, size_t at, int count)
{
    memset(text + at, '0', (size_t)count);
    return at + (size_t)count;
}

/* Plain notation for 1e-5 < value < 1e16, otherwise one digit, fraction and exponent. */
static size_t layout(char *text, size_t at, const decimal *d)
{
    if (d->point <= -4 || d->point > 16) {
        at = put(text, at, d->digits, 1);
        if (d->count > 1) {
            text[at++] = '.';
            at = put(text, at, d->digits + 1, d->count - 1);
        }
        return at + (size_t)snprintf(text + at, RH_NUMBER_TEXT - at, "e%+03d", d->point - 1);
    }
    if (d->point <= 0) {
        at = put(text, at, "0.", 2);
        at = put_zeros(text, at, -d->point);
        return put(text, at, d->digits, d->count);
    }
    if (d->point >= d->count) {
        at = put(text, at, d->digits, d->count);
        return put_zeros(text, at, d->point - d->count);
    }
    at = put(text, at, d->digits, d->point);
    text[at++] = '.';
    return put(text, at, d->digits + d->point, d->count - d->point);
}

static size_t text_finite(char *text, double value)
{
    decimal d;
    size_t length = 0;
    int saved = errno;
    if (value < 0.0) text[length++] = '-';
    shortest_decimal(&d, fabs(value));
    errno = saved;
    return layout(text, length, &d);
}

size_t rh_text_double(char text[RH_NUMBER_TEXT], double value)
{
    size_t length;
    if (isnan(value))
        length = put(text, 0, "nan", 3);
    else if (isinf(value))
        length = value < 0.0 ? put(text, 0, "-inf", 4) : put(text, 0, "inf", 3);
    else if (value == 0.0)
        length = put(text, 0, "0", 1);
    else
        length = text_finite(text, value);
    text[length] = '\0';
    return length;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What the scan of a decimal found: 19 leading digits, how many followed, the power of ten. */
typedef struct scan {
    uint64_t mantissa;
    long exponent;
    int kept;
    bool exact, any;
} scan;

static void scan_digit(scan *s, char c, bool fraction)
{
    s->any = true;
    if (s->kept < 19) {
        s->mantissa = s->mantissa * 10 + (uint64_t)(c - '0');
        if (s->mantissa) s->kept++;
        if (fraction) s->exponent--;
    } else {
        if (c != '0') s->exact = false;
        if (!fraction) s->exponent++;
    }
}

/* The grammar of the header: sign, digits with at most one point, exponent, and then the end. */
static bool scan_decimal(const char *at, scan *s)
{
    bool fraction = false;
    for (;; at++) {
        if (is_digit(*at))
            scan_digit(s, *at, fraction);
        else if (*at == '.' && !fraction)
            fraction = true;
        else
            break;
    }
    if (!s->any) return false;
    if (*at == 'e' || *at == 'E') {
        at++;
        bool negative = *at == '-';
        if (*at == '-' || *at == '+') at++;
        if (!is_digit(*at)) return false;
        long exponent = 0;
        for (; is_digit(*at); at++)
            if (exponent < 1000000) exponent = exponent * 10 + (*at - '0');
        s->exponent += negative ? -exponent : exponent;
    }
    return *at == '\0';
}

bool rh_parse_double(const char *text, double *value)
{
    bool negative = text[0] == '-';
    scan s = {.exact = true};
    if (!scan_decimal(text + (negative || text[0] == '+'), &s)) return false;

    double magnitude = 0.0;
    bool small = s.exact && s.mantissa <= UINT64_C(1) << 53;
    if (s.mantissa == 0) {
        magnitude = 0.0;
    } else if (small && s.exponent >= -POWER_MAX && s.exponent <= POWER_MAX) {
        /* Both operands are exact, so one rounding remains: the right one. */
        magnitude = s.exponent < 0 ? (double)s.mantissa / powers[-s.exponent]
                                   : (double)s.mantissa * powers[s.exponent];
    } else {
        int saved = errno;
        magnitude = fabs(strtod(text, NULL));
        errno = saved;
        if (isinf(magnitude)) return false;
    }
    *value = negative ? -magnitude : magnitude;
    return true;
}

bool rh_parse_u64(const char *text, uint64_t *value)
{
    if (!is_digit(*text)) return false;
    uint64_t sum = 0;
    for (; is_digit(*text); text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (sum > (UINT64_MAX - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    if (*text != '\0') return false;
    *value = sum;
    return true;
}

bool rh_parse_i64(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    uint64_t magnitude;
    if (!rh_parse_u64(text + (negative || *text == '+'), &magnitude)) return false;
    if (magnitude > (uint64_t)INT64_MAX + negative) return false;
    /* -(m - 1) - 1 reaches INT64_MIN without leaving the type. */
    *value = negative && magnitude ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return true;
}
