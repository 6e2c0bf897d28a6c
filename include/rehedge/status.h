/* Status codes of every fallible rehedge function: 0 on success, a negative code otherwise.
 * One X-macro generates the enum, the names and the texts; nothing else may define a code. */
#ifndef REHEDGE_STATUS_H
#define REHEDGE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, value, text) */
#define RH_STATUS_MAP(X)                                                     \
    X(OK, 0, "success")                                                      \
    X(NO_MEMORY, -1, "out of memory")                                        \
    X(IO, -2, "input or output failed")                                      \
    X(USAGE, -3, "wrong usage")                                              \
    X(INPUT, -4, "bad input")                                                \
    X(CORRUPT, -5, "a file is damaged")                                      \
    X(LIMIT, -6, "a limit was exceeded")                                     \
    X(DOMAIN, -7, "an argument is outside the function's domain")            \
    X(NOT_FOUND, -8, "not found")                                            \
    X(POLICY, -9, "a policy was refused or killed")                          \
    X(STATE, -10, "not possible in this state")                              \
    X(BROKEN, -11, "an identity of the books does not hold")                 \
    X(INTERRUPTED, -12, "interrupted")                                       \
    X(END, -13, "end of data")

typedef enum rh_status {
#define X(name, value, text) RH_##name = (value),
    RH_STATUS_MAP(X)
#undef X
} rh_status;

/* "RH_IO" for RH_IO; "RH_UNKNOWN" for a value that is no code. Static storage. */
const char *rh_status_name(rh_status status);
/* One short English text for people. Static storage. */
const char *rh_status_text(rh_status status);

#ifdef __cplusplus
}
#endif
#endif
