/* The checks every order passes before it leaves. They only say yes or no; what happens to a
 * refused order is the engine's business. Invariant: recent_ns holds accepted orders of the last
 * minute. */
#include "execution/guard.h"

#include <math.h>

#define MINUTE_NS INT64_C(60000000000)
#define RECENT_MAX ((int)(sizeof((rh_guards *)0)->recent_ns / sizeof(int64_t)))

static const char *const guard_keys[RH_GUARDS + 1] = {
#define X(name, key, about) key,
    RH_GUARD_MAP(X)
#undef X
        NULL};

const char *rh_guard_key(rh_guard_kind kind)
{
    return (unsigned)kind < RH_GUARDS ? guard_keys[kind] : "unknown";
}

rh_status rh_guards_read(rh_json at, rh_guards *guards, rh_error *error)
{
    RH_TRY(rh_json_keys(at, guard_keys, error));
    for (int k = 0; k < RH_GUARDS; k++) {
        double most = k == RH_GUARD_RATE ? RECENT_MAX : RH_QTY_MAX;
        double least = k == RH_GUARD_RATE ? 1.0 : 1e-12;
        RH_TRY(
            rh_json_number(at, guard_keys[k], RH_OPTIONAL, least, most, &guards->limit[k], error));
    }
    return RH_OK;
}

static bool too_many(rh_guards *guards, int64_t now_ns)
{
    while (guards->recent_count > 0 &&
           guards->recent_ns[guards->recent_first] <= now_ns - MINUTE_NS) {
        guards->recent_first = (guards->recent_first + 1) % RECENT_MAX;
        guards->recent_count--;
    }
    return guards->recent_count + 1 > (int)guards->limit[RH_GUARD_RATE];
}

void rh_guards_rewind(rh_guards *guards)
{
    for (int k = 0; k < RH_GUARDS; k++) guards->hits[k] = 0;
    guards->recent_first = guards->recent_count = 0;
}

static bool beyond(const rh_guards *guards, rh_guard_kind kind, double value)
{
    return guards->limit[kind] > 0.0 && fabs(value) > guards->limit[kind];
}

int rh_guards_check(rh_guards *guards, int64_t now_ns, const rh_guarded *order)
{
    const double *limit = guards->limit;
    int verdict = -1;
    double age_ns = (double)order->market_age_ns;
    if (limit[RH_GUARD_STALE] > 0.0 && age_ns > limit[RH_GUARD_STALE] * 1e9) {
        verdict = RH_GUARD_STALE;
    } else if (beyond(guards, RH_GUARD_ORDER_QTY, order->qty)) {
        verdict = RH_GUARD_ORDER_QTY;
    } else if (beyond(guards, RH_GUARD_ORDER_NOTIONAL, order->notional)) {
        verdict = RH_GUARD_ORDER_NOTIONAL;
    } else if (beyond(guards, RH_GUARD_POSITION, order->position)) {
        verdict = RH_GUARD_POSITION;
    } else if (beyond(guards, RH_GUARD_OPTION, order->option)) {
        verdict = RH_GUARD_OPTION;
    } else if (limit[RH_GUARD_RATE] > 0.0 && too_many(guards, now_ns)) {
        verdict = RH_GUARD_RATE;
    }
    if (verdict >= 0) {
        guards->hits[verdict]++;
    } else if (limit[RH_GUARD_RATE] > 0.0) {
        int at = (guards->recent_first + guards->recent_count) % RECENT_MAX;
        guards->recent_ns[at] = now_ns;
        guards->recent_count++;
    }
    return verdict;
}
