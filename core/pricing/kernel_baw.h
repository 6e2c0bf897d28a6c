/* The critical price of Barone-Adesi and Whaley 1987 over lanes (Haug, 2nd ed., section 3.1):
 * included once per vector width after math/kernel_lanes.h. Lanes are options, or expiries of one
 * option. No branch depends on one lane: those that have found theirs wait. Invariant: one text for
 * all widths, so a lane has the bits of the scalar. */

/* N(x) from the density at x and Mills' ratio. */
RH_KERNEL V RH_W(rh_lane_normal)(V x, V density)
{
    V tail = density * RH_W(rh_lane_mills)(V_ABS(x));
    return V_CHOOSE(V_LESS(V_SET(0.0), x), V_SET(1.0) - tail, tail);
}

/* weight n(x); below e^-600 it stays there, since subnormal products are slow. */
RH_KERNEL V RH_W(rh_lane_density)(V weight, V x)
{
    V exponent = V_AT_LEAST(V_SET(-0.5) * x * x, V_SET(-600.0));
    return RH_W(rh_lane_exp)(weight * V_SET(RH_INV_SQRT_2PI_HI), exponent);
}

RH_KERNEL V RH_W(rh_lane_at_most)(V x, V bound)
{
    return -V_AT_LEAST(-x, -bound);
}

/* The quadratic approximation on a strike of 1: sign +1 call, -1 put; carry is e^{-qT}. */
typedef struct RH_W(rh_baw) {
    V sign, root, per_root, drift, carry, discount, exponent, inverse;
} RH_W(rh_baw);

/* 1 - e^{-x}, |x| < 400. */
RH_KERNEL V RH_W(rh_lane_decay)(V x, V discount)
{
    V small = V_FMA(V_FMA(V_FMA(V_FMA(V_SET(1.0 / 120.0), x, V_SET(-1.0 / 24.0)), x,
                                V_SET(1.0 / 6.0)), x, V_SET(-0.5)), x, V_SET(1.0)) * x;
    return V_CHOOSE(V_LESS(V_ABS(x), V_SET(1e-3)), small, V_SET(1.0) - discount);
}

RH_KERNEL void RH_W(rh_baw_set)(RH_W(rh_baw) *o, V sign, V T, V r, V q, V sigma)
{
    V one = V_SET(1.0), variance = sigma * sigma, inverse = one / variance, rT = r * T;
    V n1 = V_FMA(V_SET(2.0) * (r - q), inverse, V_SET(-1.0));
    V discount, decay;
    RH_W(rh_lane_exp_two)(one, -rT, one, -(q * T), &discount, &o->carry);
    decay = RH_W(rh_lane_decay)(rT, discount);
    M still = V_LESS(V_ABS(rT), V_SET(1e-10));
    V m = V_CHOOSE(still, inverse / T, r * inverse / V_CHOOSE(still, one, decay));
    V root = V_SQRT(V_FMA(n1, n1, V_SET(8.0) * m));
    o->sign = sign;
    o->root = sigma * V_SQRT(T);
    o->per_root = one / o->root;
    o->drift = (r - q) * T;
    o->discount = discount;
    o->exponent = V_SET(0.5) * V_FMA(sign, root, -n1);
    o->inverse = one / o->exponent;
}

/* How far the boundary is from the strike shortly before expiry, in units of root = sigma sqrt T: y
 * with e^{-y^2/2} = sqrt(8 pi T) (r - q) / sigma for a put with q < r, 4 sqrt(pi) r T for q = r
 * (Evans, Kuske & Keller 2002, equations 1.3), the sum of both between. */
RH_KERNEL V RH_W(rh_early)(V earns, V costs, V T, V root, V sigma)
{
    V excess = V_AT_LEAST(earns - costs, V_SET(0.0)) * root / (sigma * sigma);
    V chance = V_FMA(V_SET(7.0898154036220641) * earns, T, V_SET(5.0132565492620005) * excess);
    chance = RH_W(rh_lane_at_most)(V_AT_LEAST(chance, V_SET(1e-30)), V_SET(1.0));
    return V_SQRT(V_AT_LEAST(V_SET(-2.0) * RH_W(rh_lane_log)(chance), V_SET(0.0)));
}

/* The perpetual boundary, pulled towards the strike (Haug's seed). */
RH_KERNEL V RH_W(rh_baw_pulled)(const RH_W(rh_baw) *o, V r, V q, V sigma)
{
    V one = V_SET(1.0), inverse = one / (sigma * sigma), sign = o->sign;
    V n1 = V_FMA(V_SET(2.0) * (r - q), inverse, V_SET(-1.0));
    V square = V_FMA(n1, n1, V_SET(8.0) * r * inverse);
    V size = V_SET(0.5) * V_FMA(-sign, n1, V_SQRT(V_AT_LEAST(square, V_SET(0.0))));
    M call = V_LESS(V_SET(0.0), sign);
    size = V_AT_LEAST(size, V_CHOOSE(call, V_SET(1.0 + 1e-6), V_SET(1e-6)));
    V perpetual = size / (size - sign);
    V reach = V_FMA(sign, o->drift, V_SET(2.0) * o->root);
    V h = -reach / (sign * (perpetual - one));
    h = V_AT_LEAST(RH_W(rh_lane_at_most)(h, V_SET(0.0)), V_SET(-700.0));
    return V_FMA(one - perpetual, RH_W(rh_lane_exp)(one, h), perpetual);
}

/* A price to begin with: the farthest from the strike of Haug's seed, of the limit at expiry, and
 * of 0.93 times the distance shortly before it. 0 is a root for a put whose strike earns nothing:
 * the seed stays above that. */
RH_KERNEL V RH_W(rh_baw_seed)(const RH_W(rh_baw) *o, V T, V r, V q, V sigma)
{
    V one = V_SET(1.0), pulled = RH_W(rh_baw_pulled)(o, r, q, sigma);
    M call = V_LESS(V_SET(0.0), o->sign);
    V earns = V_CHOOSE(call, q, r), costs = V_CHOOSE(call, r, q);
    V early = V_SET(0.93) * o->root * RH_W(rh_early)(earns, costs, T, o->root, sigma);
    early = RH_W(rh_lane_exp)(one, RH_W(rh_lane_at_most)(early, V_SET(300.0)) * o->sign);
    V limit = V_CHOOSE(V_LESS(earns, costs), r / q, one);
    V above = V_AT_LEAST(V_AT_LEAST(pulled, early), limit);
    V below = RH_W(rh_lane_at_most)(RH_W(rh_lane_at_most)(pulled, early), limit);
    below = V_AT_LEAST(below, V_SET(0.25) * o->exponent / (o->exponent - one));
    return V_CHOOSE(call, above, below);
}

/* A critical price: its logarithm, and carry N(sign d1) there. */
typedef struct RH_W(rh_baw_root) {
    V S, log_S, asset;
} RH_W(rh_baw_root);

/* One step of Halley's method towards the critical price, where the pay-off meets the approximate
 * premium, from `at`, of which the asset is not looked at. The new logarithm and asset are series
 * in the step, whose relative size is returned. The density is S e^{-qT} n(d1) = e^{-rT} n(d2), per
 * S. */
RH_KERNEL V RH_W(rh_baw_step)(const RH_W(rh_baw) *o, RH_W(rh_baw_root) *at)
{
    V zero = V_SET(0.0), one = V_SET(1.0), s = o->sign, inverse = o->inverse, S = at->S;
    V half = V_SET(0.5), d1 = V_FMA(at->log_S + o->drift, o->per_root, half * o->root);
    V d2 = d1 - o->root, density = RH_W(rh_lane_density)(o->carry, d1), per_S = one / S;
    V asset, strike;
    RH_W(rh_lane_mills_two)(V_ABS(d1), V_ABS(d2), &asset, &strike);
    asset = density * asset;
    strike = density * S * strike;
    asset = V_CHOOSE(V_LESS(zero, s * d1), o->carry - asset, asset);
    strike = V_CHOOSE(V_LESS(zero, s * d2), o->discount - strike, strike);
    V rest = one - asset, steep = density * o->per_root;
    V miss = s * (V_FMA(-rest * S, inverse, S - one) - V_FMA(S, asset, -strike));
    V per_slope = one / V_FMA(s * rest, one - inverse, steep * inverse);
    V bend = steep * per_S * V_FMA(d1 * o->per_root, inverse, one - inverse);
    V newton = miss * per_slope, halley = V_FMA(half * newton, bend * per_slope, one);
    M fair = V_BOTH(V_LESS(half, halley), V_LESS(halley, V_SET(2.0)));
    V next = S - newton / V_CHOOSE(fair, halley, one);
    next = RH_W(rh_lane_at_most)(V_AT_LEAST(next, V_SET(0.25) * S), V_SET(4.0) * S);
    V t = V_FMA(next, per_S, -one), log_t = V_FMA(V_FMA(V_FMA(V_SET(-0.25), t, V_SET(1.0 / 3.0)), t,
                                                        -half), t * t, t);
    V shift = log_t * o->per_root; /* of d1 */
    at->S = next;
    at->log_S = at->log_S + log_t;
    at->asset = V_FMA(s * density * shift, V_FMA(-half * d1, shift, one), asset);
    return V_ABS(t);
}

/* From a price S to start with, until a relative step is `most` or less: t leaves t^3 / root^2 or
 * so. The series of the logarithm is of no use for steps beyond 0.03. */
RH_KERNEL RH_W(rh_baw_root) RH_W(rh_baw_critical)(const RH_W(rh_baw) *o, V S, V most)
{
    RH_W(rh_baw_root) found = {S, RH_W(rh_lane_log)(S), S};
    M busy = V_LESS(V_SET(0.0), V_SET(1.0));
    for (int i = 0; i < 40; i++) {
        RH_W(rh_baw_root) next = found;
        V moved = RH_W(rh_baw_step)(o, &next);
        M far = V_LESS(V_SET(0.03), moved);
        if (V_BITS(far)) next.log_S = V_CHOOSE(far, RH_W(rh_lane_log)(next.S), next.log_S);
        found.S = V_CHOOSE(busy, next.S, found.S);
        found.log_S = V_CHOOSE(busy, next.log_S, found.log_S);
        found.asset = V_CHOOSE(busy, next.asset, found.asset);
        busy = V_BOTH(busy, V_LESS(most, moved));
        if (!V_BITS(busy)) break;
    }
    return found;
}

/* --- the price ------------------------------------------------------------------------------- */

/* The European price on a strike of 1, out-of-the-money side first: the difference of two tails has
 * their common density factored out. */
RH_KERNEL V RH_W(rh_baw_european)(const RH_W(rh_baw) *o, V S, V log_S)
{
    V zero = V_SET(0.0), x = log_S + o->drift, half = V_SET(0.5) * o->root;
    V y = V_ABS(x) * o->per_root, a = y - half, b = y + half, asset = S * o->carry;
    M up = V_LESS(zero, x), tail = V_LESS(zero, a);
    M in = V_LESS(zero, V_CHOOSE(up, o->sign, -o->sign));
    V near_leg = V_CHOOSE(up, o->discount, asset), far_leg = V_CHOOSE(up, asset, o->discount);
    V density = RH_W(rh_lane_density)(near_leg, a), near_tail, far_tail;
    RH_W(rh_lane_mills_two)(V_ABS(a), b, &near_tail, &far_tail);
    near_tail = density * near_tail;
    far_tail = density * far_tail;
    V price = V_CHOOSE(tail, near_tail - far_tail, near_leg - near_tail - far_tail);
    return V_AT_LEAST(price, zero) + V_CHOOSE(in, V_AT_LEAST(far_leg - near_leg, zero), zero);
}

/* The approximation on a strike of 1, for an option that may be exercised. */
RH_KERNEL V RH_W(rh_baw_price)(V sign, V S, V T, V r, V q, V sigma)
{
    V zero = V_SET(0.0), one = V_SET(1.0), log_S = RH_W(rh_lane_log)(S);
    RH_W(rh_baw) o;
    RH_W(rh_baw_set)(&o, sign, T, r, q, sigma);
    V seed = RH_W(rh_baw_seed)(&o, T, r, q, sigma);
    V most_step = RH_W(rh_lane_at_most)(V_SET(0.015) * o.root, V_SET(5e-3));
    RH_W(rh_baw_root) critical = RH_W(rh_baw_critical)(&o, seed, most_step);
    V most = sign * critical.S * o.inverse * (one - critical.asset);
    V power = o.exponent * (log_S - critical.log_S);
    power = RH_W(rh_lane_at_most)(V_AT_LEAST(power, V_SET(-700.0)), zero);
    V held = RH_W(rh_baw_european)(&o, S, log_S) + RH_W(rh_lane_exp)(most, power);
    M alive = V_LESS(sign * (S - critical.S), zero);
    return V_CHOOSE(alive, held, sign * (S - one));
}

/* Whether the lanes know what to do: the domain, where early exercise is possible and something is
 * random, S/K not beyond all measure. The earning rate is r of a put, q of a call. */
RH_KERNEL M RH_W(rh_baw_usual)(V sign, V ratio, V T, V r, V q, V sigma)
{
    V zero = V_SET(0.0), total = sigma * V_SQRT(T), most = V_SET(30.0);
    M call = V_LESS(zero, sign);
    V earns = V_CHOOSE(call, q, r), costs = V_CHOOSE(call, r, q);
    /* no early exercise, or two boundaries, unless the strike earns or only the asset costs */
    V gain = V_CHOOSE(V_LESS(zero, earns), earns, V_CHOOSE(V_LESS(earns, zero), zero, -costs));
    M rates = V_BOTH(V_LESS(V_ABS(r * T), most), V_LESS(V_ABS(q * T), most));
    M random = V_BOTH(V_LESS(V_SET(1e-8), total), V_LESS(total, V_SET(20.0)));
    M sane = V_BOTH(V_LESS(V_SET(1e-290), ratio), V_LESS(ratio, V_SET(1e290)));
    return V_BOTH(V_BOTH(rates, random), V_BOTH(sane, V_LESS(zero, gain)));
}
