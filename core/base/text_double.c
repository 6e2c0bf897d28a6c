/* Doubles to their shortest round-trip text, or to 17 digits.
 * Must not use the locale and must not leave errno changed. The value and half the gap to each
 * neighbour are scaled by one power of ten into fixed point with 64 bits of fraction; wherever the
 * error of that could change a digit the exact, slow way through the C library decides.
 * Invariant: no shorter decimal reads back to the value, and none of this length lies nearer. */
#include "base/text.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0.d1d2d3... x 10^point, no trailing zeros. */
typedef struct decimal {
    char digits[24];
    int count, point;
} decimal;

/* A number times 2^64, or 128 leading bits of one. */
typedef struct wide {
    uint64_t high, low;
} wide;

/* 10^(27 i - 324) to 128 bits, rounded to nearest, the leading bit set. Any power of ten is one of
 * these times 10^j, j < 27, whose odd part fits 64 bits exactly. tests/base/derive_powers.py */
#define POWER_STEP 27
#define POWER_LEAST (-324)
static const wide powers[] = {
    {0xcf42894a5dce35ea, 0x52064cac828675b9},
    {0xa76c582338ed2621, 0xaf2af2b80af6f24e},
    {0x873e4f75e2224e68, 0x5a7744a6e804a292},
    {0xda7f5bf590966848, 0xaf39a475506a899f},
    {0xb080392cc4349dec, 0xbd8d794d96aacfb4},
    {0x8e938662882af53e, 0x547eb47b7282ee9c},
    {0xe65829b3046b0afa, 0x0cb4a5a3112a5113},
    {0xba121a4650e4ddeb, 0x92f34d62616ce413},
    {0x964e858c91ba2655, 0x3a6a07f8d510f870},
    {0xf2d56790ab41c2a2, 0xfae27299423fb9c3},
    {0xc428d05aa4751e4c, 0xaa97e14c3c26b887},
    {0x9e74d1b791e07e48, 0x775ea264cf55347e},
    {0x8000000000000000, 0x0000000000000000},
    {0xcecb8f27f4200f3a, 0x0000000000000000},
    {0xa70c3c40a64e6c51, 0x999090b65f67d924},
    {0x86f0ac99b4e8dafd, 0x69a028bb3ded71a4},
    {0xda01ee641a708de9, 0xe80e6f4820cc9496},
    {0xb01ae745b101e9e4, 0x5ec05dcff72e7f90},
    {0x8e41ade9fbebc27d, 0x14588f13be847307},
    {0xe5d3ef282a242e81, 0x8f1668c8a86da5fb},
    {0xb9a74a0637ce2ee1, 0x6d953e2bd7173693},
    {0x95f83d0a1fb69cd9, 0x4abdaf101564f98e},
    {0xf24a01a73cf2dccf, 0xbc633b39673c8cec},
    {0xc3b8358109e84f07, 0x0a862f80ec4700c8},
    {0x9e19db92b4e31ba9, 0x6c07a2c26a8346d1},
};

static wide add(wide a, wide b)
{
    uint64_t low = a.low + b.low;
    return (wide){a.high + b.high + (low < a.low), low};
}

static wide subtract(wide a, wide b)
{
    return (wide){a.high - b.high - (a.low < b.low), a.low - b.low};
}

static bool less(wide a, wide b)
{
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* a >> bits, 0 < bits < 64. */
static wide shift_right(wide a, int bits)
{
    return (wide){a.high >> bits, a.high << (64 - bits) | a.low >> bits};
}

static wide multiply(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (uint32_t)middle;
    return (wide){a1 * b1 + (middle >> 32) + (other >> 32), other << 32 | (uint32_t)low};
}

/* The upper 128 of the 192 bits of a x b. */
static wide multiply_high(wide a, uint64_t b)
{
    return add(multiply(a.high, b), (wide){0, multiply(a.low, b).high});
}

/* `a`, whose high part is not 0, shifted until its leading bit is set; *by is the shift. */
static wide normalize(wide a, int *by)
{
    *by = 0;
    for (int bits = 32; bits > 0; bits /= 2) {
        if (a.high >> (64 - bits)) continue;
        a = (wide){a.high << bits | a.low >> (64 - bits), a.low << bits};
        *by += bits;
    }
    return a;
}

/* floor(n log10 2) and floor(n log2 10), exact for every n that occurs here. */
static int log10_of_power_of_two(int n)
{
    return (int)(((int64_t)n * 315653 + ((int64_t)4096 << 20)) >> 20) - 4096;
}

static int log2_of_power_of_ten(int n)
{
    return (int)(((int64_t)n * 1741647 + ((int64_t)4096 << 19)) >> 19) - 4096;
}

/* 10^n = p 2^*exponent, p of 128 bits; relative error below 2^-125. */
static wide power_of_ten(int n, int *exponent)
{
    int index = (n - POWER_LEAST) / POWER_STEP, rest = (n - POWER_LEAST) % POWER_STEP, by;
    uint64_t small = 1;
    for (int i = 0; i < rest; i++) small *= 5;
    *exponent = log2_of_power_of_ten(n) - 127;
    if (rest == 0) return powers[index];
    /* 10^rest = 5^rest 2^rest; full width on both sides, or the dropped bits would matter. */
    small = normalize((wide){small, 0}, &by).high;
    return normalize(multiply_high(powers[index], small), &by);
}

/* The scaled value and how far down and up a decimal may lie from it. */
typedef struct scaled {
    wide value, down, up;
    int power; /* value = |argument| 10^power, between 10^16 and 2 10^17 */
} scaled;

static scaled scale(double value)
{
    int by, exponent;
    /* value = c 2^q, c whole; below the normal range c lacks the leading bit. */
    uint64_t bits, leading = UINT64_C(1) << 52;
    memcpy(&bits, &value, sizeof bits);
    int field = (int)(bits >> 52);
    uint64_t c = (bits & (leading - 1)) | (field ? leading : 0);
    int q = (field ? field : 1) - 1075;
    wide top = normalize((wide){c, 0}, &by);
    scaled s = {.power = 16 - log10_of_power_of_two(q - by + 63)};
    wide p = power_of_ten(s.power, &exponent);
    /* c 2^by p is 192 bits of which multiply_high keeps 128, so 2^(q - by + exponent + 64) of
     * them is the value; 64 more make it fixed point. */
    s.value = shift_right(multiply_high(p, top.high), -(q - by + exponent) - 128);
    s.up = s.down = shift_right(p, -(q - 1 + exponent) - 64);
    /* Below a power of two the neighbour is half as far. */
    if (c == leading && q > -1074) s.down = shift_right(s.up, 1);
    return s;
}

/* Everything above is right to 2^-60; comparisons closer than this decide nothing. */
static const wide doubt = {0, UINT64_C(1) << 8};

typedef enum verdict { NO, YES, UNSURE } verdict;

static verdict is_within(wide distance, wide limit)
{
    if (less(add(distance, doubt), limit)) return YES;
    return less(add(limit, doubt), distance) ? NO : UNSURE;
}

/* The multiples of 10^t next to the value, and which of them read back. */
typedef struct step {
    uint64_t below; /* in units of 10^t */
    wide down, up;
    verdict down_reads, up_reads;
} step;

static step step_at(const scaled *s, uint64_t below, uint64_t unit)
{
    step found = {.below = below};
    found.down = (wide){s->value.high - below * unit, s->value.low};
    found.up = subtract((wide){unit, 0}, found.down);
    found.down_reads = is_within(found.down, s->down);
    found.up_reads = is_within(found.up, s->up);
    return found;
}

/* The nearest of the shortest decimals; false when the margin leaves it open. */
static bool fast_decimal(double value, uint64_t *whole, int *power)
{
    scaled s = scale(value);
    step best = step_at(&s, s.value.high, 1);
    uint64_t unit = 1;
    for (*power = -s.power;; ++*power) {
        step next = step_at(&s, best.below / 10, unit * 10);
        if (next.down_reads == UNSURE || next.up_reads == UNSURE) return false;
        if (next.down_reads == NO && next.up_reads == NO) break;
        best = next;
        unit *= 10;
    }
    if (best.down_reads == UNSURE || best.up_reads == UNSURE) return false;
    if (best.down_reads == NO && best.up_reads == NO) return false;
    bool up = best.down_reads == NO;
    if (best.down_reads == YES && best.up_reads == YES) {
        verdict nearer = is_within(best.up, best.down);
        if (nearer == UNSURE) return false;
        up = nearer == YES;
    }
    *whole = best.below + up;
    return true;
}

/* The nearest decimal of 17 digits; false when a tie is near. */
static bool fast_17(double value, uint64_t *whole, int *power)
{
    const uint64_t top = UINT64_C(100000000000000000);      /* 10^17 */
    scaled s = scale(value);
    uint64_t unit = s.value.high >= top ? 10 : 1;
    step at = step_at(&s, s.value.high / unit, unit);
    verdict up = is_within(at.up, at.down);
    if (up == UNSURE) return false;
    *whole = at.below + (up == YES);
    *power = (unit == 10) - s.power;
    if (*whole < top) return true;
    *whole /= 10;
    ++*power;
    return true;
}

static void set_digits(decimal *d, uint64_t whole, int power)
{
    char reversed[24];
    int count = 0;
    for (; whole; whole /= 10) reversed[count++] = (char)('0' + whole % 10);
    for (int i = 0; i < count; i++) d->digits[i] = reversed[count - 1 - i];
    d->count = count;
    d->point = count + power;
}

static void strip_zeros(decimal *d)
{
    while (d->count > 1 && d->digits[d->count - 1] == '0') d->count--;
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

/* The exact way: the nearest decimal of each length is tried by reading it back. */
static void slow_decimal(decimal *d, double value)
{
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

static size_t put_exponent(char *text, size_t at, int exponent)
{
    int size = exponent < 0 ? -exponent : exponent;
    text[at++] = 'e';
    text[at++] = exponent < 0 ? '-' : '+';
    if (size >= 100) text[at++] = (char)('0' + size / 100);
    text[at++] = (char)('0' + size / 10 % 10);
    text[at++] = (char)('0' + size % 10);
    return at;
}

/* Plain notation for 1e-5 < value < 10^plain_up_to, otherwise one digit, fraction and exponent. */
static size_t layout(char *text, size_t at, const decimal *d, int plain_up_to)
{
    if (d->point <= -4 || d->point > plain_up_to) {
        at = put(text, at, d->digits, 1);
        if (d->count > 1) {
            text[at++] = '.';
            at = put(text, at, d->digits + 1, d->count - 1);
        }
        return put_exponent(text, at, d->point - 1);
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

static size_t text_finite(char *text, double value, bool shortest)
{
    decimal d;
    size_t length = 0;
    uint64_t whole;
    int power;
    if (value < 0.0) text[length++] = '-';
    if ((shortest ? fast_decimal : fast_17)(fabs(value), &whole, &power)) {
        set_digits(&d, whole, power);
        strip_zeros(&d);
    } else {
        int saved = errno;
        if (shortest) slow_decimal(&d, fabs(value));
        else round_to(&d, fabs(value), 17);
        errno = saved;
    }
    return layout(text, length, &d, shortest ? 16 : 17);
}

static size_t text_of(char text[RH_NUMBER_TEXT], double value, bool shortest)
{
    size_t length;
    if (isnan(value))
        length = put(text, 0, "nan", 3);
    else if (isinf(value))
        length = value < 0.0 ? put(text, 0, "-inf", 4) : put(text, 0, "inf", 3);
    else if (value == 0.0)
        length = put(text, 0, "0", 1);
    else
        length = text_finite(text, value, shortest);
    text[length] = '\0';
    return length;
}

size_t rh_text_double(char text[RH_NUMBER_TEXT], double value)
{
    return text_of(text, value, true);
}

size_t rh_text_double17(char text[RH_NUMBER_TEXT], double value)
{
    return text_of(text, value, false);
}
