/* One pass over the records of one instrument of a tape. Reads only; judges nothing.
 * A spacing of bars is told from open to open, as the importers name a gap. */
#include "feed/statistics.h"

#include <math.h>

typedef struct walk { bool any; int64_t last_ns; double last; } walk;

static bool price_of(const rh_record *record, double *price)
{
    *price = record->price;
    if (record->kind == RH_RECORD_QUOTE) *price = 0.5 * (record->price + record->extra);
    return record->kind == RH_RECORD_BAR || record->kind == RH_RECORD_TRADE ||
           record->kind == RH_RECORD_QUOTE;
}

static void measure_move(rh_tape_statistics *to, const walk *from, int64_t time_ns, double price)
{
    double move = price / from->last - 1;
    ++to->moves;
    if (price == from->last) ++to->zero_moves;
    if (fabs(move) > fabs(to->largest_move)) {
        to->largest_move = move;
        to->largest_move_ns = time_ns;
    }
}

static void measure_spacing(rh_tape_statistics *to, int64_t from_ns, int64_t to_ns)
{
    if (to_ns - from_ns <= to->longest_ns) return;
    to->longest_ns = to_ns - from_ns;
    to->longest_from_ns = from_ns;
    to->longest_to_ns = to_ns;
}

void rh_tape_measure(const rh_tape *tape, uint32_t instrument, rh_tape_statistics *to)
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    const rh_record *records = rh_tape_records(tape);
    walk last = {0};
    *to = (rh_tape_statistics){0};
    for (uint64_t i = 0; i < info->records; ++i) {
        const rh_record *record = &records[i];
        double price;
        if (record->instrument != instrument) continue;
        ++to->records;
        if (record->kind < RH_RECORD_KINDS) ++to->by_kind[record->kind];
        to->size_total += record->size;
        if (!price_of(record, &price)) continue;
        if (last.any) {
            int64_t length_ns = record->kind == RH_RECORD_BAR ? info->interval_ns : 0;
            measure_move(to, &last, record->happened_ns, price);
            measure_spacing(to, last.last_ns - length_ns, record->happened_ns - length_ns);
            to->gaps += length_ns > 0 && record->happened_ns - last.last_ns > length_ns;
        }
        to->price_min = last.any ? fmin(to->price_min, price) : price;
        to->price_max = last.any ? fmax(to->price_max, price) : price;
        last = (walk){true, record->happened_ns, price};
    }
}
