/* Numbers and times as people read them: thousands separators, fixed decimals, UTC.
 * Never a minus sign in front of nothing but zeros; no text is longer than its field. */
#include "report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double separators_below = 1e15;    /* beyond it digits are noise: exponents */
enum { DECIMALS_MAX = 12 };

int rh_figure_decimals(double max_abs)
{
    if (!(max_abs > 0) || max_abs >= 1e5) return max_abs > 0 ? 0 : 2;
    if (max_abs >= 10) return 2;
    if (max_abs >= 0.1) return 4;
    return max_abs >= 1e-3 ? 6 : 8;
}

static size_t copy(char text[RH_FIGURE_TEXT], const char *from)
{
    size_t length = strlen(from);
    memcpy(text, from, length + 1);
    return length;
}

/* `digits` is "123456.78": digits, then maybe a point and decimals. */
static size_t separate(char text[RH_FIGURE_TEXT], const char *digits, bool negative)
{
    size_t whole = strcspn(digits, "."), at = 0;
    if (negative) text[at++] = '-';
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) text[at++] = ',';
        text[at++] = digits[i];
    }
    return at + copy(text + at, digits + whole);
}

size_t rh_figure_text(char text[RH_FIGURE_TEXT], double value, int decimals)
{
    if (isnan(value)) return copy(text, "n/a");
    if (isinf(value)) return copy(text, value < 0 ? "-inf" : "inf");
    char digits[RH_FIGURE_TEXT];
    if (fabs(value) >= separators_below) {
        snprintf(digits, sizeof digits, "%.6g", value);
        return copy(text, digits);
    }
    if (decimals < 0) decimals = 0;
    if (decimals > DECIMALS_MAX) decimals = DECIMALS_MAX;
    snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    bool zero = strspn(digits, "0.") == strlen(digits);
    return separate(text, digits, value < 0 && !zero);
}

size_t rh_figure_short(char text[RH_FIGURE_TEXT], double value, int digits)
{
    int decimals = digits - 1;
    double magnitude = fabs(value);
    for (double bound = 10; decimals > 0 && magnitude >= bound; bound *= 10) decimals--;
    for (double bound = 1; decimals < DECIMALS_MAX && magnitude > 0 && magnitude < bound;
         bound /= 10)
        decimals++;
    size_t length = rh_figure_text(text, value, decimals);
    if (decimals == 0 || !strchr(text, '.') || strchr(text, 'e')) return length;
    while (text[length - 1] == '0') length--;
    if (text[length - 1] == '.') length--;
    text[length] = '\0';
    return length;
}

size_t rh_moment_text(char text[RH_TIME_TEXT], int64_t time_ns, int64_t span_ns)
{
    const int64_t second = 1000000000, millisecond = 1000000;
    int64_t unit = span_ns >= 600 * second ? second : span_ns >= second ? millisecond : 1;
    size_t length = rh_text_time(text, time_ns - time_ns % unit);   /* 2021-05-17T00:00:00Z */
    if (length > 0 && text[length - 1] == 'Z') text[--length] = '\0';
    if (length > 10 && text[10] == 'T') text[10] = ' ';
    if (length == 19 && memcmp(text + 16, ":00", 3) == 0) text[length = 16] = '\0';
    return length;
}
