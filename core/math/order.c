/* Order statistics by heap sort. Must not allocate. Invariant: the values are a permutation of what
 * they were. */
#include "math/order.h"

#include <math.h>

static void sift(double *heap, size_t from, size_t count)
{
    for (size_t at = from, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (!(heap[child] > heap[at])) return;
        double swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
    }
}

void rh_sort_ascending(double *values, size_t count)
{
    for (size_t i = count / 2; i-- > 0;) sift(values, i, count);
    for (size_t i = count; i-- > 1;) {
        double swap = values[0];
        values[0] = values[i];
        values[i] = swap;
        sift(values, 0, i);
    }
}

double rh_median(double *values, size_t count)
{
    if (count == 0) return (double)NAN;
    rh_sort_ascending(values, count);
    return 0.5 * (values[(count - 1) / 2] + values[count / 2]);
}
