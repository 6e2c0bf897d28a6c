/* Text to numbers: strict whole-string parsers.
 * Must not leave errno changed and must not accept what the header does not name. Short decimals
 * take one correctly rounded operation, those of up to 19 digits one whole division; the rest goes
 * through the C library, whose conversions are exact in the "C" locale (the program never sets
 * another). Invariant: every path gives the double nearest to the decimal, ties to even. */
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static_assert(FLT_EVAL_METHOD == 0, "double arithmetic must be double");

/* Powers of ten that are exact doubles. */
static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define POWER_MAX 22

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

#ifdef __SIZEOF_INT128__
#define DIVIDED_MAX 27
/* Powers of five; the last is below 2^63. */
static const uint64_t fives[DIVIDED_MAX + 1] = {
    1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u, 1953125u, 9765625u, 48828125u,
    244140625u, 1220703125u, UINT64_C(6103515625), UINT64_C(30517578125), UINT64_C(152587890625),
    UINT64_C(762939453125), UINT64_C(3814697265625), UINT64_C(19073486328125),
    UINT64_C(95367431640625), UINT64_C(476837158203125), UINT64_C(2384185791015625),
    UINT64_C(11920928955078125), UINT64_C(59604644775390625), UINT64_C(298023223876953125),
    UINT64_C(1490116119384765625), UINT64_C(7450580596923828125),
};

__extension__ typedef unsigned __int128 uint128;

/* mantissa / 10^digits, 0 < digits <= 27: the quotient of two whole numbers has 63 bits or more,
 * and its remainder says on which side of a tie it lies. The result is normal (1e-27 at least). */
static double divide_by_power(uint64_t mantissa, int digits)
{
    int up = __builtin_clzll(mantissa), by = __builtin_clzll(fives[digits]);
    uint128 top = (uint128)(mantissa << up) << 63;
    uint64_t divisor = fives[digits] << by, quotient = (uint64_t)(top / divisor);
    bool rest = top - (uint128)quotient * divisor != 0;
    int drop = 11 - __builtin_clzll(quotient);
    uint64_t half = UINT64_C(1) << (drop - 1), cut = quotient & (2 * half - 1);
    uint64_t kept = quotient >> drop;
    if (cut > half || (cut == half && (rest || (kept & 1)))) kept++;
    uint64_t bits = (uint64_t)(1023 + drop - 63 - up + by - digits) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return (double)kept * scale;
}
#else
static double divide_by_power(uint64_t mantissa, int digits)
{
    return (double)mantissa / powers[digits];
}
#define DIVIDED_MAX 0 /* never called */
#endif

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

/* Four at a time: one multiplication waits for the other. */
static const char *take_digits(const char *at, uint64_t *number)
{
    for (; is_digit(at[0]) && is_digit(at[1]) && is_digit(at[2]) && is_digit(at[3]); at += 4) {
        int four = at[0] * 1000 + at[1] * 100 + at[2] * 10 + at[3] - '0' * 1111;
        *number = *number * 10000 + (uint64_t)four;
    }
    for (; is_digit(*at); at++) *number = *number * 10 + (uint64_t)(*at - '0');
    return at;
}

/* The same for the common form, without exponent and at most 19 digits; false: another form. */
static bool scan_short(const char *text, scan *s)
{
    uint64_t mantissa = 0;
    const char *at = take_digits(text, &mantissa);
    long digits = at - text, fraction = 0;
    if (*at == '.') {
        const char *point = at + 1;
        at = take_digits(point, &mantissa);
        fraction = at - point;
        digits += fraction;
    }
    if (*at != '\0' || digits == 0 || digits > 19) return false;
    s->mantissa = mantissa;
    s->exponent = -fraction;
    return true;
}

bool rh_parse_double(const char *text, double *value)
{
    bool negative = text[0] == '-';
    scan s = {.exact = true};
    const char *unsigned_text = text + (negative || text[0] == '+');
    if (!scan_short(unsigned_text, &s) && !scan_decimal(unsigned_text, &s)) return false;

    double magnitude = 0.0;
    bool small = s.exact && s.mantissa <= UINT64_C(1) << 53;
    if (s.mantissa == 0) {
        magnitude = 0.0;
    } else if (small && s.exponent >= -POWER_MAX && s.exponent <= POWER_MAX) {
        /* Both operands are exact, so one rounding remains: the right one. */
        magnitude = s.exponent < 0 ? (double)s.mantissa / powers[-s.exponent]
                                   : (double)s.mantissa * powers[s.exponent];
    } else if (s.exact && s.exponent < 0 && s.exponent >= -DIVIDED_MAX) {
        magnitude = divide_by_power(s.mantissa, (int)-s.exponent);
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
