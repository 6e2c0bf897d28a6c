/* Selection of many ranks at once by the digits of the doubles, from the top: a pass counts the
 * next digit of all elements that share the digits found so far with a wanted one.
 * Invariant: after a pass each target's prefix is that of its value, and its rank counts within. */
#include "study/sample.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 5, TOP_BITS = 16, TOPS = 1 << TOP_BITS };
static const int digit_bits[PASSES] = {TOP_BITS, 12, 12, 12, 12};

typedef struct target {
    uint64_t prefix; /* the digits found so far */
    size_t rank;     /* among the elements that have them */
    size_t slot;     /* whose counts are theirs */
} target;

typedef struct selection {
    const rh_sample *sample;
    target targets[RH_RANKS_MAX];
    uint64_t prefixes[RH_RANKS_MAX]; /* distinct, ascending; one per slot */
    size_t target_count, slots;
    unsigned char first[TOPS]; /* 1 + the first slot with these top bits; 0: none */
    uint32_t counts[];         /* [slot][digit] */
} selection;

/* Unsigned order of the keys is the order of the numbers; both zeros are one. */
static uint64_t key_of(double x)
{
    uint64_t bits;
    double value = x + 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (UINT64_C(1) << 63);
}

static double number_of(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* One slot per distinct prefix of the targets. `known` bits of a key are found. */
static void assign_slots(selection *s, int known)
{
    uint64_t all[RH_RANKS_MAX];
    for (size_t t = 0; t < s->target_count; t++) all[t] = s->targets[t].prefix;
    qsort(all, s->target_count, sizeof *all, compare_keys);
    s->slots = 0;
    for (size_t i = 0; i < s->target_count; i++) {
        if (i == 0 || all[i] != all[i - 1]) s->prefixes[s->slots++] = all[i];
    }
    for (size_t t = 0; t < s->target_count; t++) {
        const uint64_t *found = bsearch(&s->targets[t].prefix, s->prefixes, s->slots, sizeof *all,
                                        compare_keys);
        s->targets[t].slot = (size_t)(found - s->prefixes);
    }
    memset(s->first, 0, sizeof s->first);
    for (size_t slot = s->slots; known > 0 && slot-- > 0;) {
        s->first[s->prefixes[slot] >> (known - TOP_BITS)] = (unsigned char)(slot + 1);
    }
}

static void count_first(selection *s)
{
    for (size_t i = 0; i < s->sample->count; i++) {
        s->counts[key_of(rh_sample_at(s->sample, i)) >> (64 - TOP_BITS)]++;
    }
}

static void count_next(selection *s, int known, int bits)
{
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    for (size_t i = 0; i < s->sample->count; i++) {
        uint64_t key = key_of(rh_sample_at(s->sample, i)), prefix = key >> (64 - known);
        size_t slot = s->first[key >> (64 - TOP_BITS)];
        if (slot == 0) continue;
        for (slot--; slot < s->slots && s->prefixes[slot] < prefix;) slot++;
        if (slot == s->slots || s->prefixes[slot] != prefix) continue;
        s->counts[(slot << bits) + ((key >> (64 - known - bits)) & mask)]++;
    }
}

static void find_digits(selection *s, int bits)
{
    for (size_t t = 0; t < s->target_count; t++) {
        target *wanted = &s->targets[t];
        const uint32_t *counts = s->counts + (wanted->slot << bits);
        uint64_t digit = 0;
        for (; wanted->rank >= counts[digit]; digit++) wanted->rank -= counts[digit];
        wanted->prefix = wanted->prefix << bits | digit;
    }
}

rh_status rh_order_statistics(const rh_sample *sample, const size_t *ranks, size_t rank_count,
                              double *values, rh_error *error)
{
    /* the first pass has one slot with 2^16 digits, a later one 2^12 for each rank */
    size_t counts = (size_t)TOPS > (rank_count << 12) ? (size_t)TOPS : rank_count << 12;
    if (rank_count > RH_RANKS_MAX || sample->count > UINT32_MAX) {
        return rh_fail(error, RH_LIMIT, "at most %d ranks of %u values", RH_RANKS_MAX, UINT32_MAX);
    }
    selection *s = malloc(sizeof *s + counts * sizeof *s->counts);
    if (!s) return rh_fail(error, RH_NO_MEMORY, "no memory to find quantiles");
    s->sample = sample;
    s->target_count = rank_count;
    for (size_t t = 0; t < rank_count; t++) {
        RH_ASSERT(ranks[t] < sample->count);
        s->targets[t] = (target){.rank = ranks[t]};
    }
    int known = 0;
    for (int pass = 0; pass < PASSES; known += digit_bits[pass++]) {
        assign_slots(s, known);
        memset(s->counts, 0, counts * sizeof *s->counts);
        if (pass == 0) {
            count_first(s);
        } else {
            count_next(s, known, digit_bits[pass]);
        }
        find_digits(s, digit_bits[pass]);
    }
    for (size_t t = 0; t < rank_count; t++) values[t] = number_of(s->targets[t].prefix);
    free(s);
    return RH_OK;
}
