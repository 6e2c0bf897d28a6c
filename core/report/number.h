/* Numbers and times as people read them: thousands separators, fixed decimals, UTC.
 * Lossy on purpose; exact text is base/text.h. Pure functions, no locale. */
#ifndef RH_REPORT_NUMBER_H
#define RH_REPORT_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define RH_FIGURE_TEXT 48

/* Decimals that suit a table whose largest magnitude is max_abs: 0, 2, 4, 6 or 8. */
int rh_figure_decimals(double max_abs);
/* "-1,234.50"; never "-0.00"; "n/a" for NaN; "1.23457e+18" from 1e15 on. Returns the length. */
size_t rh_figure_text(char text[RH_FIGURE_TEXT], double value, int decimals);
/* At most `digits` significant ones: "0.00123", "12.3", "1,235". */
size_t rh_figure_short(char text[RH_FIGURE_TEXT], double value, int digits);
/* "2021-05-19 13:21", with seconds only where there are any, and with as many of their decimals as
 * tell times apart within span_ns (0: all). */
size_t rh_moment_text(char text[RH_TIME_TEXT], int64_t time_ns, int64_t span_ns);

#endif
