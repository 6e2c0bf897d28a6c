/* How far a fit is from its quotes, in vol: sorting and order statistics. Must not fit anything.
 * Invariant: quotes without weight do not count. */
#include <math.h>

#include "math/order.h"
#include "pricing/svi_fit.h"

rh_fit_error rh_fit_error_of(double *errors, size_t count)
{
    rh_fit_error out = {.count = count};
    double sum = 0.0;
    if (count == 0) return out;
    for (size_t i = 0; i < count; i++) sum += errors[i] * errors[i];
    out.rms = sqrt(sum / (double)count);
    out.median = rh_median(errors, count);
    out.p95 = errors[(count * 95 + 99) / 100 - 1];
    out.max = errors[count - 1];
    return out;
}

rh_fit_error rh_svi_error(const rh_svi *svi, const rh_expiry_quotes *expiry, double *work)
{
    size_t count = 0;
    for (size_t i = 0; i < expiry->count; i++) {
        const rh_vol_quote *q = &expiry->quotes[i];
        if (!(q->weight > 0.0)) continue;
        double w = rh_svi_at(svi, q->k).w;
        work[count++] = fabs(sqrt(fmax(w, 0.0) / expiry->T) - q->vol);
    }
    return rh_fit_error_of(work, count);
}
