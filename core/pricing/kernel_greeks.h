/* Every greek of European options over lanes: included once per width (math/lanes_width.h) by
 * greeks_isa.h. No branch depends on a number; what is not ordinary gives garbage here and is left
 * to kernel_greeks_edge.h. Invariant: one text for all widths, so a lane has the bits of the
 * scalar. One density serves d1 and d2; times the ratio of Mills it is a tail, never 1 - N. */

typedef struct RH_W(rh_lane_input) {
    V S, K, T, r, q, sigma, sign;
} RH_W(rh_lane_input);

RH_KERNEL RH_W(rh_lane_input) RH_W(rh_lane_given)(double S, double K, double T, double r, double q,
                                                  double sigma, double sign)
{
    return (RH_W(rh_lane_input)){V_SET(S), V_SET(K),     V_SET(T),   V_SET(r),
                                 V_SET(q), V_SET(sigma), V_SET(sign)};
}

/* First stage: x = ln(F/K), the discounted asset and strike, sqrt T and sigma sqrt T. Stages return
 * their results through memory, which spares a copy. */
typedef struct RH_W(rh_lane_start) {
    V x, asset, strike, root, total, inverse_S;
} RH_W(rh_lane_start);

RH_KERNEL M RH_W(rh_lane_begin)(rh_option_model model, const RH_W(rh_lane_input) *in,
                                RH_W(rh_lane_start) *start)
{
    V inverse_S = V_SET(1.0) / in->S, x = RH_W(rh_lane_log_ratio)(in->S, in->K);
    V root = V_SQRT(in->T);
    M ordinary = V_ORDINARY(in->S, in->K, in->T, in->sigma);
    start->inverse_S = inverse_S;
    start->root = root;
    start->total = in->sigma * root;
    start->x = x;
    start->asset = in->S;
    start->strike = in->K;
    if (model == RH_MODEL_INVERSE) return ordinary;
    V carry = -(in->q * in->T), discount = -(in->r * in->T);
    if (model == RH_MODEL_BSM) start->x = V_FMA(in->r - in->q, in->T, x);
    RH_W(rh_lane_exp_two)(in->S, carry, in->K, discount, &start->asset, &start->strike);
    return V_BOTH(ordinary, V_LESS(V_ABS(carry) + V_ABS(discount), V_SET(200.0)));
}

/* Second stage: what all greeks are made of. The legs are asset = S e^{-qT} N(sign d1) and strike =
 * K e^{-rT} N(sign d2); density = S e^{-qT} n(d1) = K e^{-rT} n(d2). */
typedef struct RH_W(rh_lane_point) {
    V price, asset, strike, density, d1, d2, inverse_total;
} RH_W(rh_lane_point);

/* From x = ln(F/K) with y = |x| / total: a = y - total/2 and b = y + total/2 are the distances from
 * the centre of the out-of-the-money option's near and far leg, whichever side that is. */
RH_KERNEL void RH_W(rh_lane_legs)(const RH_W(rh_lane_start) *start, V sign,
                                  RH_W(rh_lane_point) *p)
{
    V zero = V_SET(0.0), inverse = V_SET(1.0) / start->total, size = V_ABS(start->x);
    V half = V_SET(0.5) * start->total, y = size * inverse;
    y = V_FMA(V_FMA(-y, start->total, size), inverse, y); /* as if divided: D depends on y^2 */
    V a = y - half, b = y + half;
    M up = V_LESS(zero, start->x), tail = V_LESS(zero, a);
    M in = V_LESS(zero, V_CHOOSE(up, sign, -sign));
    V near_leg = V_CHOOSE(up, start->strike, start->asset);
    V far_leg = V_CHOOSE(up, start->asset, start->strike);
    V exponent = V_AT_LEAST(V_SET(-0.5) * a * a, V_SET(-750.0));
    V density = RH_W(rh_lane_exp)(near_leg * V_SET(RH_INV_SQRT_2PI_HI), exponent);
    V mills_a, mills_b;
    RH_W(rh_lane_mills_two)(V_ABS(a), b, &mills_a, &mills_b);
    V near_tail = density * mills_a, near_rest = near_leg - near_tail, far_tail = density * mills_b;
    V near_part = V_CHOOSE(tail, near_tail, near_rest);
    V gap = V_CHOOSE(tail, density * (mills_a - mills_b), near_part - far_tail);
    V certain = V_CHOOSE(in, V_AT_LEAST(far_leg - near_leg, zero), zero);
    V near_weighted = V_CHOOSE(in, V_CHOOSE(tail, near_rest, near_tail), near_part);
    V far_weighted = V_CHOOSE(in, far_leg - far_tail, far_tail);
    p->price = V_AT_LEAST(gap, zero) + certain;
    p->asset = V_CHOOSE(up, far_weighted, near_weighted);
    p->strike = V_CHOOSE(up, near_weighted, far_weighted);
    p->density = density;
    p->d1 = V_CHOOSE(up, b, -a);
    p->d2 = V_CHOOSE(up, a, -b);
    p->inverse_total = inverse;
}

/* The greeks that need more than the density's derivatives in T: see docs/pricing.md. `scaled` is
 * the density, per S for an inverse option; curvature is scaled / (S^2 total). */
#define RH_EITHER RH_W(rh_either)
#define RH_PUT(name, value)                                                                        \
    if (wanted >> RH_GREEK_##name & 1) V_STORE(to[RH_GREEK_##name] + at, value)

RH_KERNEL void RH_W(rh_lane_rare)(rh_option_model model, const RH_W(rh_lane_input) *in,
                                  const RH_W(rh_lane_point) *p, V root, V inverse_S, V scaled,
                                  V delta, unsigned wanted, double *const *to, size_t at)
{
    bool coin = model == RH_MODEL_INVERSE;
    V one = V_SET(1.0), d1 = p->d1, d2 = p->d2, both = d1 * d2;
    V inverse_sigma = root * p->inverse_total;
    V per_S = scaled * inverse_S, curvature = per_S * inverse_S * p->inverse_total;
    V half_rate = in->sigma * p->inverse_total * (in->sigma * p->inverse_total) * V_SET(0.5);
    V slope = V_FMA(in->r - in->q, p->inverse_total, -(d2 * half_rate)); /* of d1 in T */
    V rate = V_FMA(d1, slope, in->q), vega = scaled * root;
    V charm = RH_EITHER(coin, per_S * d1 * half_rate, V_FMA(in->q, delta, -(per_S * slope)));
    V vanna = -per_S * d1 * inverse_sigma, zomma = curvature * (both - one) * inverse_sigma;
    V color = curvature * (rate + half_rate), inverse_K = one / in->K;
    V speed = -curvature * inverse_S * V_FMA(d1, p->inverse_total, V_SET(coin ? 4.0 : 1.0));
    V dual = -in->sign * p->strike * inverse_K;
    if (coin) {
        V twice = V_SET(2.0) * inverse_S;
        color = V_FMA(-twice, charm, color);
        zomma = V_FMA(-twice, vanna, zomma);
        speed = V_FMA(V_SET(6.0) * inverse_S * inverse_S, delta, speed);
        dual = dual * inverse_S;
    }
    V third = V_FMA(both, both - one, -V_FMA(d1, d1, d2 * d2));
    RH_PUT(charm, charm);
    RH_PUT(veta, vega * (rate - half_rate));
    RH_PUT(speed, speed);
    RH_PUT(color, color);
    RH_PUT(zomma, zomma);
    RH_PUT(ultima, vega * inverse_sigma * inverse_sigma * third);
    RH_PUT(dual_delta, dual);
    RH_PUT(dual_gamma, scaled * inverse_K * inverse_K * p->inverse_total);
    RH_PUT(usd_price, RH_EITHER(coin, p->price, V_SET(0.0)));
    RH_PUT(usd_delta, RH_EITHER(coin, in->sign * p->asset * inverse_S, V_SET(0.0)));
    RH_PUT(net_delta, RH_EITHER(coin, in->sign * p->strike * inverse_S, V_SET(0.0)));
}

/* Last stage: the wanted greeks to to[greek][at]. */
RH_KERNEL void RH_W(rh_lane_greeks)(rh_option_model model, const RH_W(rh_lane_input) *in,
                                    const RH_W(rh_lane_start) *start,
                                    const RH_W(rh_lane_point) *p, unsigned wanted,
                                    double *const *to, size_t at)
{
    bool coin = model == RH_MODEL_INVERSE, spot = model == RH_MODEL_BSM;
    V root = start->root, inverse_S = start->inverse_S;
    V zero = V_SET(0.0), scaled = RH_EITHER(coin, p->density * inverse_S, p->density);
    V per_S = scaled * inverse_S, inverse_sigma = root * p->inverse_total, vega = scaled * root;
    V price = RH_EITHER(coin, p->price * inverse_S, p->price);
    V delta = in->sign * RH_EITHER(coin, p->strike * inverse_S, p->asset) * inverse_S;
    V gamma = per_S * inverse_S * p->inverse_total;
    V theta = V_SET(-0.5) * scaled * in->sigma * in->sigma * p->inverse_total;
    if (coin) gamma = V_FMA(V_SET(-2.0) * inverse_S, delta, gamma);
    if (spot) theta = V_FMA(in->sign, V_FMA(in->q, p->asset, -(in->r * p->strike)), theta);
    else if (!coin) theta = V_FMA(in->r, price, theta);
    RH_PUT(price, price);
    RH_PUT(delta, delta);
    RH_PUT(gamma, gamma);
    RH_PUT(vega, vega);
    RH_PUT(theta, theta);
    RH_PUT(rho, RH_EITHER(spot, in->sign * in->T * p->strike,
                          RH_EITHER(coin, zero, -in->T * price)));
    RH_PUT(phi, RH_EITHER(spot, -in->sign * in->T * p->asset, zero));
    RH_PUT(vanna, -per_S * RH_EITHER(coin, p->d1, p->d2) * inverse_sigma);
    RH_PUT(volga, vega * p->d1 * p->d2 * inverse_sigma);
    if (wanted >> RH_GREEK_charm)
        RH_W(rh_lane_rare)(model, in, p, root, inverse_S, scaled, delta, wanted, to, at);
}
#undef RH_PUT
#undef RH_EITHER

/* --- blocks of a batch ------------------------------------------------------------------------ */

#if RH_WIDTH > 1
/* The stages run one after the other over a block, so that many independent options are in flight
 * at each: one option's chain of operations is far longer than what a processor looks ahead. */
typedef struct RH_W(rh_lane_memory) {
    RH_W(rh_lane_start) start[RH_BLOCK / RH_WIDTH];
    RH_W(rh_lane_point) point[RH_BLOCK / RH_WIDTH];
} RH_W(rh_lane_memory);

RH_KERNEL RH_W(rh_lane_input) RH_W(rh_lane_read)(rh_option_model model,
                                                 const rh_greeks_batch *batch, size_t at)
{
    V zero = V_SET(0.0);
    RH_W(rh_lane_input) in = {
        .S = V_LOAD(batch->S + at), .K = V_LOAD(batch->K + at), .T = V_LOAD(batch->T + at),
        .r = zero, .q = zero, .sigma = V_LOAD(batch->sigma + at),
        .sign = V_SIGNS(batch->sign + at)};
    if (model != RH_MODEL_INVERSE && batch->r) in.r = V_LOAD(batch->r + at);
    if (model == RH_MODEL_BLACK76) in.q = in.r;
    if (model == RH_MODEL_BSM && batch->q) in.q = V_LOAD(batch->q + at);
    return in;
}

/* `count` options, a multiple of the width, from `at`; returns the ordinary ones as bits. */
RH_KERNEL uint64_t RH_W(rh_lane_block)(rh_option_model model, const rh_greeks_batch *batch,
                                       unsigned wanted, size_t at, size_t count)
{
    RH_W(rh_lane_memory) memory;
    uint64_t ordinary = 0;
    for (size_t i = 0; i < count / RH_WIDTH; i++) {
        RH_W(rh_lane_input) in = RH_W(rh_lane_read)(model, batch, at + i * RH_WIDTH);
        M usual = RH_W(rh_lane_begin)(model, &in, &memory.start[i]);
        ordinary |= (uint64_t)V_BITS(usual) << (i * RH_WIDTH);
    }
    for (size_t i = 0; i < count / RH_WIDTH; i++)
        RH_W(rh_lane_legs)(&memory.start[i], V_SIGNS(batch->sign + at + i * RH_WIDTH),
                           &memory.point[i]);
    for (size_t i = 0; i < count / RH_WIDTH; i++) {
        size_t first = at + i * RH_WIDTH;
        RH_W(rh_lane_input) in = RH_W(rh_lane_read)(model, batch, first);
        RH_W(rh_lane_greeks)(model, &in, &memory.start[i], &memory.point[i], wanted, batch->out,
                             first);
    }
    return ordinary;
}
#endif
