/* A message with context that a fallible function leaves for its caller.
 * The caller owns the rh_error; functions never print. A NULL error is allowed and ignored.
 * Invariant: after a failure `message` is one line, valid UTF-8 or escaped, NUL-terminated. */
#ifndef RH_BASE_ERROR_H
#define RH_BASE_ERROR_H

#include "base/limits.h"
#include "rehedge/status.h"

typedef struct rh_error {
    rh_status status;
    char message[RH_ERROR_MESSAGE_MAX];
} rh_error;

#if defined(__GNUC__)
#define RH_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define RH_PRINTF(format_at, first_at)
#endif

/* Set status and message; returns `status` so that callers can `return rh_fail(...)`. Control
 * characters in the formatted text are escaped, text beyond the maximum is cut with "...". */
rh_status rh_fail(rh_error *error, rh_status status, const char *format, ...) RH_PRINTF(3, 4);

/* Put context ("file.csv:12") and ": " in front of the present message; returns the status. */
rh_status rh_fail_in(rh_error *error, const char *format, ...) RH_PRINTF(2, 3);

/* Shorthand for early return; `status` must have been filled with an rh_error already. */
#define RH_TRY(call)                                                         \
    do {                                                                     \
        rh_status rh_try_status_ = (call);                                   \
        if (rh_try_status_ != RH_OK) return rh_try_status_;                  \
    } while (0)

/* Assertion that stays on in release builds: prints file, line and expression, aborts. */
#define RH_ASSERT(condition)                                                 \
    ((condition) ? (void)0 : rh_assert_failed(__FILE__, __LINE__, #condition))
_Noreturn void rh_assert_failed(const char *file, int line, const char *condition);

#endif
