/* Fills rh_error messages and ends the process on a broken assertion.
 * Must not print anything else and must not allocate. Invariant: a message is one escaped line,
 * and escaping twice changes nothing, so that context can be put in front again and again. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Raw text this long always escapes to more than a message holds, so a cut is never silent. */
#define RAW_MAX (2 * RH_ERROR_MESSAGE_MAX)

rh_status rh_fail(rh_error *error, rh_status status, const char *format, ...)
{
    RH_ASSERT(status != RH_OK);
    if (!error) return status;
    /* A local copy: the arguments may point into error->message. */
    char raw[RAW_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    const char *text = length >= 0 ? raw : rh_status_text(status);
    error->status = status;
    rh_text_escape(error->message, sizeof error->message, text, strlen(text));
    return status;
}

rh_status rh_fail_in(rh_error *error, const char *format, ...)
{
    /* Without an rh_error the status is unknown here; RH_OK would hide the failure. */
    if (!error) return RH_STATE;
    char raw[2 * RAW_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(raw, RAW_MAX, format, arguments);
    va_end(arguments);
    if (length < 0) return error->status;
    size_t used = strlen(raw);
    snprintf(raw + used, sizeof raw - used, ": %s", error->message);
    rh_text_escape(error->message, sizeof error->message, raw, strlen(raw));
    return error->status;
}

_Noreturn void rh_assert_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "rehedge: %s:%d: assertion failed: %s\n", file, line, condition);
    fflush(stderr);
    abort();
}
