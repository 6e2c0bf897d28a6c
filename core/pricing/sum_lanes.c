/* The one reduction over a batch: eight lanes whatever the machine has, so that the sum of a book's
 * deltas has the same bits on every instruction set. The tail goes to the first lanes. */
#include "pricing/option.h"

double rh_sum_lanes(const double *value, size_t count)
{
    double lane[8] = {0.0};
    size_t whole = count - count % 8;
    for (size_t i = 0; i < whole; i += 8)
        for (size_t j = 0; j < 8; j++)
            lane[j] += value[i + j];
    for (size_t j = 0; j < count - whole; j++)
        lane[j] += value[whole + j];
    double even = (lane[0] + lane[4]) + (lane[2] + lane[6]);
    double odd = (lane[1] + lane[5]) + (lane[3] + lane[7]);
    return even + odd;
}
