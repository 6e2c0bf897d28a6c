/* Collects the rows of one run. Invariant: a history that has run out of memory is empty and says
 * so; a run is never stopped by it. */
#include "study/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool grow(rh_history *h)
{
    size_t room = h->room ? 2 * h->room : 1024;
    double *pnl = realloc(h->pnl, room * sizeof *pnl);
    if (pnl) h->pnl = pnl;
    double *cost = pnl ? realloc(h->cost, room * sizeof *cost) : NULL;
    if (cost) h->cost = cost;
    if (cost) h->room = room;
    return cost != NULL;
}

void rh_history_add(void *history, double pnl, double cost)
{
    rh_history *h = history;
    if (h->failed) return;
    if (h->count == h->room && !grow(h)) {
        h->failed = true;
        h->count = 0;
        return;
    }
    h->pnl[h->count] = pnl - h->last_pnl;
    h->cost[h->count++] = cost - h->last_cost;
    h->last_pnl = pnl;
    h->last_cost = cost;
}

void rh_history_free(rh_history *history)
{
    free(history->pnl);
    free(history->cost);
    memset(history, 0, sizeof *history);
}

size_t rh_history_block(size_t rows)
{
    size_t block = (size_t)floor(sqrt((double)rows));
    return block >= RH_HISTORY_BLOCKS_MIN ? block : 0;
}
