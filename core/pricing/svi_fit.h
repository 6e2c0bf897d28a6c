/* What the fits of slices and of whole surfaces share below the public interface. Must not become
 * a second interface: what a caller may want belongs to surface.h. */
#ifndef RH_PRICING_SVI_FIT_H
#define RH_PRICING_SVI_FIT_H

#include "rehedge/surface.h"

/* T and every vol positive and finite, |k| < 20, weights from 0 and not all 0, `least` quotes. */
bool rh_quotes_are_good(const rh_expiry_quotes *expiry, size_t least);

/* Durrleman's g of a slice that has been evaluated at k. */
double rh_durrleman_of(const rh_total_variance *t, double k);

#endif
