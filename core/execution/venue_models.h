/* The rows of rh_venue_models: one file per model defines these three names. Nothing else may
 * include this; everybody matches through venue.h. */
#ifndef RH_EXECUTION_VENUE_MODELS_H
#define RH_EXECUTION_VENUE_MODELS_H

#include "execution/venue.h"

extern const char *const rh_venue_ideal_keys[];
rh_status rh_venue_ideal_configure(rh_json at, rh_venue *venue, rh_error *error);
void rh_venue_ideal_match(const rh_venue *venue, const rh_venue_state *now,
                          const rh_order *order, double qty, rh_match *out);

extern const char *const rh_venue_book_keys[];
rh_status rh_venue_book_configure(rh_json at, rh_venue *venue, rh_error *error);
void rh_venue_book_match(const rh_venue *venue, const rh_venue_state *now,
                         const rh_order *order, double qty, rh_match *out);

extern const char *const rh_venue_proportional_keys[];
rh_status rh_venue_proportional_configure(rh_json at, rh_venue *venue, rh_error *error);

#endif
