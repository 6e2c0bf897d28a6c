/* Text of numbers, times and names: exact, locale-free, the same on every machine.
 * Parsers take a whole string: anything left over is a failure, and nothing is skipped. */
#ifndef RH_BASE_TEXT_H
#define RH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RH_NUMBER_TEXT 32       /* enough for any double or int64, with NUL */
#define RH_TIME_TEXT 40

/* Shortest decimal text that strtod reads back to the same double ("0.1", "1e+22", "-0" as "0",
 * "nan", "inf", "-inf"). Returns its length. */
size_t rh_text_double(char text[RH_NUMBER_TEXT], double value);
/* What printf's %.17g gives, but "nan" and "0" without a sign; five times as fast. */
size_t rh_text_double17(char text[RH_NUMBER_TEXT], double value);

/* Whole-string parsers; false leaves the output untouched. rh_parse_double takes decimal and
 * exponent forms only (no hex, inf, nan, blanks) and rejects overflow to infinity. */
bool rh_parse_double(const char *text, double *value);
bool rh_parse_i64(const char *text, int64_t *value);
bool rh_parse_u64(const char *text, uint64_t *value);

/* "2021-05-17", "2021-05-17T00:00:00Z", "... 00:00:00.123456789+00:00", a blank for the T; no zone
 * means UTC. Out of [RH_TIME_NS_MIN, RH_TIME_NS_MAX] is a failure. */
bool rh_parse_time(const char *text, int64_t *time_ns);
/* "500ms", "5s", "1m", "1h", "1d", "250us", "10ns", decimals allowed ("1.5h"); >= 0. */
bool rh_parse_duration(const char *text, int64_t *duration_ns);

/* "2021-05-17T00:00:00Z", with as many decimals of a second as are needed. */
size_t rh_text_time(char text[RH_TIME_TEXT], int64_t time_ns);
size_t rh_text_duration(char text[RH_TIME_TEXT], int64_t duration_ns);   /* "4h45m", "80ms" */

/* The closest of `names` (count entries) to `name`, NULL when none is near enough to suggest. */
const char *rh_nearest_name(const char *name, const char *const *names, size_t count);

/* Copy `text` with control characters and invalid UTF-8 as \xNN, cut at `capacity` with "...". */
void rh_text_escape(char *out, size_t capacity, const char *text, size_t length);

#endif
