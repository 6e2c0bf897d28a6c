/* What has just been: the last known records, from which new features warm up, and the last wakes,
 * on which a new policy is tried. Two rings of fixed size (0.8 MB), written on the event path, read
 * by a swap; a run that nobody can swap has none. Invariant: filled the same way in every run that
 * can have a swap, whoever asks for it. */
#ifndef RH_ENGINE_RECENT_H
#define RH_ENGINE_RECENT_H

#include <string.h>

#include "base/limits.h"
#include "data/tape.h"
#include "policy/view.h"

typedef struct rh_recent_view { /* what costs nothing to keep of a wake */
    int64_t time_ns;
    double spot, delta, delta_filled, pending;
} rh_recent_view;

typedef struct rh_recent {
    uint64_t record_count, view_count; /* ever */
    rh_recent_view views[RH_DRY_RUN_VIEWS];
    rh_record records[RH_WARM_UP_RECORDS];
} rh_recent;

static inline void rh_recent_add_record(rh_recent *recent, const rh_record *record)
{
    if (!recent) return;
    recent->records[recent->record_count++ & (RH_WARM_UP_RECORDS - 1)] = *record;
}

static inline void rh_recent_add_view(rh_recent *recent, const rh_view *view)
{
    if (!recent) return;
    recent->views[recent->view_count++ % RH_DRY_RUN_VIEWS] =
        (rh_recent_view){view->time_ns, view->eager[RH_VIEW_SPOT], view->eager[RH_VIEW_DELTA],
                         view->eager[RH_VIEW_DELTA_FILLED], view->eager[RH_VIEW_PENDING]};
}

#endif
