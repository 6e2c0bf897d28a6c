/* The engine's delta over lanes: included once per width (math/lanes_width.h) by delta_isa.h.
 * Invariant: one text for all widths, no branch, and a blend only where an argument is out of
 * reach, so that a contract has the same bits wherever it stands. */

/* The contracts at .. at + RH_WIDTH. */
RH_KERNEL void RH_W(rh_lane_delta)(const rh_delta_batch *batch, rh_k_pair log_S, size_t at)
{
    V x = V_SET(log_S.hi) - V_LOAD(batch->log_strike + at);
    x = x + ((V_SET(log_S.lo) - V_LOAD(batch->log_strike_lo + at)) + V_LOAD(batch->drift + at));
    V d = V_FMA(x, V_LOAD(batch->slope + at), V_LOAD(batch->shift + at));
    V size = -V_AT_LEAST(-V_ABS(d), V_SET(-38.5)); /* beyond, a tail is nothing */
    V tail = RH_W(rh_lane_exp)(V_SET(RH_INV_SQRT_2PI_HI), V_SET(-0.5) * size * size);
    tail = tail * RH_W(rh_lane_mills)(size);
    V weight = V_CHOOSE(V_LESS(V_SET(0.0), d), V_SET(1.0) - tail, tail);
    V_STORE(batch->out + at, V_LOAD(batch->scale + at) * weight);
}
