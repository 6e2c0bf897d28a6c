/* Names and texts of the status codes, generated from the one X-macro.
 * Must not define a code of its own; every code of RH_STATUS_MAP has exactly one name and text. */
#include "rehedge/status.h"

const char *rh_status_name(rh_status status)
{
    switch (status) {
#define X(name, value, text)                                                                       \
    case RH_##name: return "RH_" #name;
        RH_STATUS_MAP(X)
#undef X
    }
    return "RH_UNKNOWN";
}

const char *rh_status_text(rh_status status)
{
    switch (status) {
#define X(name, value, text)                                                                       \
    case RH_##name: return text;
        RH_STATUS_MAP(X)
#undef X
    }
    return "unknown status";
}
