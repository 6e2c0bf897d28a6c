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
    V discount = RH_W(rh_lane_exp)(one, -rT), decay = RH_W(rh_lane_decay)(rT, discount);
    M still = V_LESS(V_ABS(rT), V_SET(1e-10));
    V m = V_CHOOSE(still, inverse / T, r * inverse / V_CHOOSE(still, one, decay));
    V root = V_SQRT(V_FMA(n1, n1, V_SET(8.0) * m));
    o->sign = sign;
    o->root = sigma * V_SQRT(T);
    o->per_root = one / o->root;
    o->drift = (r - q) * T;
    o->carry = RH_W(rh_lane_exp)(one, -(q * T));
    o->discount = discount;
    o->exponent = V_SET(0.5) * V_FMA(sign, root, -n1);
    o->inverse = one / o->exponent;
}

/* Haug's seed: the perpetual boundary, pulled towards the strike. */
RH_KERNEL V RH_W(rh_baw_seed)(const RH_W(rh_baw) *o, V r, V q, V sigma)
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

/* One step of Halley's method towards the critical price, where the pay-off meets the approximate
 * premium. *weight becomes N(sign d1) at the new price, to first order. */
RH_KERNEL V RH_W(rh_baw_step)(const RH_W(rh_baw) *o, V S, V *weight)
{
    V one = V_SET(1.0), s = o->sign, inverse = o->inverse;
    V d1 = V_FMA(RH_W(rh_lane_log)(S) + o->drift, o->per_root, V_SET(0.5) * o->root);
    V density = RH_W(rh_lane_density)(o->carry, d1), d2 = d1 - o->root;
    V asset = o->carry * RH_W(rh_lane_normal)(s * d1, density / o->carry);
    V strike = o->discount * RH_W(rh_lane_normal)(s * d2, density * S / o->discount);
    V rest = one - asset, slope_rest = density * o->per_root;
    V miss = s * (S - one) - s * V_FMA(S, asset, -strike) - s * rest * S * inverse;
    V slope = V_FMA(s * rest, one - inverse, slope_rest * inverse);
    V bend = -slope_rest / S * V_FMA(d1 * o->per_root, inverse, one - inverse);
    V newton = miss / slope, halley = V_FMA(V_SET(-0.5) * newton, bend / slope, one);
    M fair = V_BOTH(V_LESS(V_SET(0.5), halley), V_LESS(halley, V_SET(2.0)));
    V next = S - V_CHOOSE(fair, newton / halley, newton);
    next = RH_W(rh_lane_at_most)(V_AT_LEAST(next, V_SET(0.25) * S), V_SET(4.0) * S);
    *weight = V_FMA(s * slope_rest, (next - S) / (o->carry * next), asset / o->carry);
    return next;
}

/* A step of `tolerance` leaves about its third power. */
RH_KERNEL V RH_W(rh_baw_critical)(const RH_W(rh_baw) *o, V S, V tolerance, V *weight)
{
    *weight = V_SET(0.0);
    M busy = V_LESS(V_SET(0.0), V_SET(1.0));
    for (int i = 0; i < 40; i++) {
        V there, next = RH_W(rh_baw_step)(o, S, &there);
        M moved = V_LESS(tolerance * next, V_ABS(next - S));
        S = V_CHOOSE(busy, next, S);
        *weight = V_CHOOSE(busy, there, *weight);
        busy = V_BOTH(busy, moved);
        if (!V_BITS(busy)) break;
    }
    return S;
}

/* --- the price ------------------------------------------------------------------------------- */

/* The European price on a strike of 1, out-of-the-money side first: the difference of two tails has
 * their common density factored out. */
RH_KERNEL V RH_W(rh_baw_european)(const RH_W(rh_baw) *o, V S, V log_S)
{
    V zero = V_SET(0.0), x = log_S + o->drift, half = V_SET(0.5) * o->root;
    V y = V_ABS(x) * o->per_root, a = y - half, b = y + half, asset = S * o->carry;
    M up = V_LESS(zero, x), tail = V_LESS(zero, a), in = V_LESS(zero, V_CHOOSE(up, o->sign, -o->sign));
    V near_leg = V_CHOOSE(up, o->discount, asset), far_leg = V_CHOOSE(up, asset, o->discount);
    V density = RH_W(rh_lane_density)(near_leg, a);
    V mills_a = RH_W(rh_lane_mills)(V_ABS(a)), mills_b = RH_W(rh_lane_mills)(b);
    V apart = near_leg - density * (mills_a + mills_b);
    V price = V_CHOOSE(tail, density * (mills_a - mills_b), apart);
    return V_AT_LEAST(price, zero) + V_CHOOSE(in, V_AT_LEAST(far_leg - near_leg, zero), zero);
}

/* The approximation on a strike of 1, for an option that may be exercised. */
RH_KERNEL V RH_W(rh_baw_price)(V sign, V S, V T, V r, V q, V sigma)
{
    V weight, zero = V_SET(0.0), one = V_SET(1.0), log_S = RH_W(rh_lane_log)(S);
    RH_W(rh_baw) o;
    RH_W(rh_baw_set)(&o, sign, T, r, q, sigma);
    V seed = RH_W(rh_baw_seed)(&o, r, q, sigma);
    V critical = RH_W(rh_baw_critical)(&o, seed, V_SET(1e-3), &weight);
    V most = sign * critical * o.inverse * V_FMA(-o.carry, weight, one);
    V power = o.exponent * (log_S - RH_W(rh_lane_log)(critical));
    power = RH_W(rh_lane_at_most)(V_AT_LEAST(power, V_SET(-700.0)), zero);
    V held = RH_W(rh_baw_european)(&o, S, log_S) + RH_W(rh_lane_exp)(most, power);
    M alive = V_LESS(sign * (S - critical), zero);
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
