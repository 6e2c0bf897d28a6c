/* Implied volatility over lanes: included once per width by implied_vol_isa.h. The method is that
 * of kernel_implied_vol.h for prices below half of their maximum and ordinary numbers; what is not
 * is left to it. Invariant: one text for all widths; a branch only asks whether any lane needs
 * what follows, and lanes that do not need it are not changed by it. */

typedef struct RH_W(rh_vol_input) {
    V S, K, T, r, q, price, sign;
    bool flat; /* r and q are 0 */
} RH_W(rh_vol_input);

RH_KERNEL RH_W(rh_vol_input) RH_W(rh_vol_given)(double S, double K, double T, double r, double q,
                                                double price, bool is_call)
{
    return (RH_W(rh_vol_input)){V_SET(S),     V_SET(K), V_SET(T), V_SET(r), V_SET(q),
                                V_SET(price), V_SET(is_call ? 1.0 : -1.0), r == 0.0 && q == 0.0};
}

#if RH_WIDTH > 1
RH_KERNEL RH_W(rh_vol_input) RH_W(rh_vol_read)(rh_option_model model, const rh_vol_batch *batch,
                                               size_t at)
{
    V zero = V_SET(0.0);
    RH_W(rh_vol_input) in = {V_LOAD(batch->S + at), V_LOAD(batch->K + at), V_LOAD(batch->T + at),
                             zero, zero, V_LOAD(batch->price + at), V_SIGNS(batch->sign + at),
                             true};
    if (model != RH_MODEL_INVERSE && batch->r) in.r = V_LOAD(batch->r + at), in.flat = false;
    if (model == RH_MODEL_BLACK76) in.q = in.r;
    if (model == RH_MODEL_BSM && batch->q) in.q = V_LOAD(batch->q + at), in.flat = false;
    return in;
}
#endif

typedef struct RH_W(rh_vol_lane) {
    V x, x_lo;      /* |ln F/K|, and what its rounding lost */
    V value, ratio; /* out-of-the-money price: normalised; |asset - strike| divided by it */
} RH_W(rh_vol_lane);

/* S e^(-qT) and K e^(-rT). */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_vol_scaled)(V a, RH_W(rh_lane_pair) factor)
{
    RH_W(rh_lane_pair) product = RH_W(rh_lane_product)(a, factor.hi);
    return RH_W(rh_lane_sum_fast)(product.hi, V_FMA(a, factor.lo, product.lo));
}

RH_KERNEL void RH_W(rh_vol_legs_lane)(const RH_W(rh_vol_input) *in, RH_W(rh_lane_pair) *asset,
                                      RH_W(rh_lane_pair) *strike)
{
    RH_W(rh_lane_pair) carry, discount;
    RH_W(rh_lane_exp_pair_two)(RH_W(rh_lane_product)(-in->q, in->T),
                               RH_W(rh_lane_product)(-in->r, in->T), &carry, &discount);
    *asset = RH_W(rh_vol_scaled)(in->S, carry);
    *strike = RH_W(rh_vol_scaled)(in->K, discount);
}

/* |ln S/K + (r - q) T| */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_vol_distance)(rh_option_model model,
                                                   const RH_W(rh_vol_input) *in)
{
    RH_W(rh_lane_pair) l = RH_W(rh_lane_log_ratio_pair)(in->S, in->K);
    if (model != RH_MODEL_BSM) return RH_W(rh_lane_abs)(l);
    RH_W(rh_lane_pair) drift = RH_W(rh_lane_sum)(in->r, -in->q);
    RH_W(rh_lane_pair) carry = RH_W(rh_lane_product)(drift.hi, in->T);
    carry.lo = V_FMA(drift.lo, in->T, carry.lo);
    RH_W(rh_lane_pair) sum = RH_W(rh_lane_sum)(l.hi, carry.hi);
    sum = RH_W(rh_lane_sum_fast)(sum.hi, sum.lo + (l.lo + carry.lo));
    return RH_W(rh_lane_abs)(sum);
}

/* value / sqrt(asset strike) */
RH_KERNEL V RH_W(rh_vol_quotient)(RH_W(rh_lane_pair) asset, RH_W(rh_lane_pair) strike,
                                  RH_W(rh_lane_pair) value)
{
    RH_W(rh_lane_pair) product = RH_W(rh_lane_times)(asset, strike);
    V root = V_SQRT(product.hi), inverse = V_SET(1.0) / root;
    V lost = (V_FMA(-root, root, product.hi) + product.lo) * (V_SET(0.5) * inverse);
    V quotient = value.hi * inverse;
    return V_FMA(V_FMA(-quotient, root, value.hi) + (value.lo - quotient * lost), inverse,
                 quotient);
}

/* Reduces options to what the iteration wants; the lanes that can go on. */
RH_KERNEL M RH_W(rh_vol_begin)(rh_option_model model, const RH_W(rh_vol_input) *in,
                               RH_W(rh_vol_lane) *o)
{
    V zero = V_SET(0.0), one = V_SET(1.0), price = in->price, rates = zero;
    RH_W(rh_lane_pair) asset, strike, whole = {price, zero};
    M ordinary = V_ORDINARY(in->S, in->K, in->T, price);
    if (model == RH_MODEL_INVERSE) {
        V quotient = in->K / in->S;
        asset = (RH_W(rh_lane_pair)){one, zero};
        strike = (RH_W(rh_lane_pair)){quotient, V_FMA(-quotient, in->S, in->K) / in->S};
    } else if (in->flat) {
        asset = (RH_W(rh_lane_pair)){in->S, zero};
        strike = (RH_W(rh_lane_pair)){in->K, zero};
    } else {
        rates = V_ABS(in->r * in->T) + V_ABS(in->q * in->T);
        ordinary = V_BOTH(ordinary, V_LESS(rates, V_SET(20.0)));
        RH_W(rh_vol_legs_lane)(in, &asset, &strike);
    }
    RH_W(rh_lane_pair) gap = RH_W(rh_lane_minus)(asset, strike);
    M up = V_LESS(zero, gap.hi), inside = V_LESS(zero, gap.hi * in->sign);
    gap.lo = V_CHOOSE(up, gap.lo, -gap.lo);
    gap.hi = V_ABS(gap.hi);
    M call = V_LESS(zero, in->sign);
    RH_W(rh_lane_pair) otm = RH_W(rh_lane_choose)(inside, RH_W(rh_lane_minus)(whole, gap), whole);
    RH_W(rh_lane_pair) most = RH_W(rh_lane_choose)(call, asset, strike);
    RH_W(rh_lane_pair) room = RH_W(rh_lane_minus)(most, whole);
    V half = V_SET(0.5) * V_CHOOSE(up, strike.hi, asset.hi);
    RH_W(rh_lane_pair) distance = RH_W(rh_vol_distance)(model, in);
    o->x = distance.hi;
    o->x_lo = distance.lo;
    o->value = RH_W(rh_vol_quotient)(asset, strike, otm);
    o->ratio = gap.hi / otm.hi;
    ordinary = V_BOTH(ordinary, V_LESS(half, room.hi));
    ordinary = V_BOTH(ordinary, V_LESS(price * V_SET(0x1p-50), otm.hi));
    /* In the money, what the legs lost must be nothing beside the last digit of the price or of
     * what is left of it. */
    V enough = V_CHOOSE(V_LESS(zero, rates), V_SET(0x1p-10), V_SET(0x1p-40));
    V seen = V_AT_LEAST(otm.hi, V_SET(0.125) * price);
    ordinary = V_BOTH(ordinary, V_LESS(V_CHOOSE(inside, enough * half, zero), seen));
    return V_BOTH(ordinary, V_LESS(o->ratio, V_SET(RH_VOL_FAR)));
}

/* --- first guess ------------------------------------------------------------------------------ */

RH_KERNEL V RH_W(rh_vol_near_poly)(V s)
{
    const double *c = rh_vol_guess[0];
    V s2 = s * s, s4 = s2 * s2;
    V low = V_FMA(V_FMA(V_SET(c[3]), s, V_SET(c[2])), s2, V_FMA(V_SET(c[1]), s, V_SET(c[0])));
    V middle = V_FMA(V_FMA(V_SET(c[7]), s, V_SET(c[6])), s2, V_FMA(V_SET(c[5]), s, V_SET(c[4])));
    return V_FMA(V_FMA(V_FMA(V_SET(c[9]), s, V_SET(c[8])), s4, middle), s4, low);
}

/* The rows 1 and 2 of the table, of which each lane takes one. */
RH_KERNEL V RH_W(rh_vol_far_poly)(V r)
{
    M first = V_LESS(r, V_SET(2.5));
    V r2 = r * r, r4 = r2 * r2;
#define RH_C(i) V_CHOOSE(first, V_SET(rh_vol_guess[1][i]), V_SET(rh_vol_guess[2][i]))
    V low = V_FMA(V_FMA(RH_C(3), r, RH_C(2)), r2, V_FMA(RH_C(1), r, RH_C(0)));
    V middle = V_FMA(V_FMA(RH_C(7), r, RH_C(6)), r2, V_FMA(RH_C(5), r, RH_C(4)));
    return V_FMA(V_FMA(V_FMA(RH_C(9), r, RH_C(8)), r4, middle), r4, low);
#undef RH_C
}

/* See rh_vol_lognormal. */
RH_KERNEL V RH_W(rh_vol_lognormal_lane)(V w, V q)
{
    const double *c = rh_vol_carry;
    V one = V_SET(1.0), y = w * w;
    V top = V_FMA(q, V_FMA(q, V_SET(c[1]), V_SET(c[0])), one);
    V bottom = V_FMA(q, V_FMA(q, V_SET(c[3]), V_SET(c[2])), one);
    V slope = V_FMA(q, V_SET(c[4]), one);
    V rest = y * V_FMA(y, V_FMA(y, V_SET(c[6]), V_SET(c[5])), one) * V_SET(1.0 / 40.0);
    V sum = V_FMA(rest, bottom, top * slope) * V_SET(1.0 / 12.0);
    return w / V_SQRT(V_AT_LEAST(one - y * sum / (bottom * slope), V_SET(0.25)));
}

/* v of a normal model on the gap, carried over to the lognormal one. */
RH_KERNEL V RH_W(rh_vol_guess_lane)(const RH_W(rh_vol_lane) *o)
{
    V one = V_SET(1.0), x2 = o->x * o->x, s = o->ratio;
    M near = V_LESS(s, V_SET(4.0));
    V curve = V_FMA(x2, V_FMA(x2, V_SET(1.0 / 1920.0), V_SET(1.0 / 24.0)), one);
    V w = o->value * RH_W(rh_vol_near_poly)(-V_AT_LEAST(-s, V_SET(-4.0))) / curve;
    if (V_BITS(near) != V_ALL) {
        V far = V_SQRT(RH_W(rh_lane_log)(V_AT_LEAST(s, V_SET(4.0))));
        w = V_CHOOSE(near, w, o->x / RH_W(rh_vol_far_poly)(far));
    }
    return RH_W(rh_vol_lognormal_lane)(w, x2);
}

/* --- the normalised price --------------------------------------------------------------------- */

/* Mills(z - t) - Mills(z + t) by powers of t: see rh_vol_series. */
RH_KERNEL V RH_W(rh_vol_series_lane)(V z, V t)
{
    const double *c = rh_vol_factorials;
    RH_W(rh_lane_pair) m = RH_W(rh_lane_mills_pair)(z);
    V q = z * z, u = t * t, one = V_SET(1.0);
    V n0 = V_FMA(-z, m.hi, one) - z * m.lo;
    V n1 = V_FMA(V_SET(3.0) + q, n0, -one);
    V n2 = V_FMA(V_SET(7.0) + q, n1, V_SET(-6.0) * n0);
    V n3 = V_FMA(V_SET(11.0) + q, n2, V_SET(-20.0) * n1);
    V n4 = V_FMA(V_SET(15.0) + q, n3, V_SET(-42.0) * n2);
    V n5 = V_FMA(V_SET(19.0) + q, n4, V_SET(-72.0) * n3);
    V n6 = V_FMA(V_SET(23.0) + q, n5, V_SET(-110.0) * n4);
    V n7 = V_FMA(V_SET(27.0) + q, n6, V_SET(-156.0) * n5);
    V n8 = V_FMA(V_SET(31.0) + q, n7, V_SET(-210.0) * n6);
    V top = V_FMA(u, V_SET(c[7]) * n8, V_SET(c[6]) * n7), u3 = u * u * u;
    V high = V_FMA(u, V_FMA(u, V_SET(c[5]) * n6, V_SET(c[4]) * n5), V_SET(c[3]) * n4);
    V low = V_FMA(u, V_FMA(u, V_SET(c[2]) * n3, V_SET(c[1]) * n2), V_SET(c[0]) * n1);
    return V_SET(2.0) * t * V_FMA(u, V_FMA(u3, V_FMA(u3, top, high), low), n0);
}

/* The same from two ratios, that of a negative argument by reflection: sqrt(2 pi) e^{y^2/2} - M. */
RH_KERNEL V RH_W(rh_vol_difference)(V z, V t)
{
    V y = z - t;
    M negative = V_LESS(y, V_SET(0.0));
    RH_W(rh_lane_pair) near, far;
    RH_W(rh_lane_mills_pair_two)(V_ABS(y), z + t, &near, &far);
    if (V_BITS(negative)) {
        RH_W(rh_lane_pair) half = RH_W(rh_lane_product)(y, V_SET(0.5) * y);
        half.hi = V_CHOOSE(negative, half.hi, V_SET(0.0));
        half.lo = V_CHOOSE(negative, half.lo, V_SET(0.0));
        RH_W(rh_lane_pair) root = {V_SET(RH_SQRT_2PI_HI), V_SET(RH_SQRT_2PI_LO)};
        RH_W(rh_lane_pair) whole =
            RH_W(rh_lane_times)(RH_W(rh_lane_exp_pair)(half), root);
        near = RH_W(rh_lane_choose)(negative, RH_W(rh_lane_minus)(whole, near), near);
    }
    return (near.hi - far.hi) + (near.lo - far.lo);
}

RH_KERNEL V RH_W(rh_vol_factor_lane)(V z, V t)
{
    V reach = V_CHOOSE(V_LESS(V_SET(RH_VOL_SERIES_Z), z), V_SET(RH_VOL_SERIES_FAR),
                       V_SET(RH_VOL_SERIES_NEAR));
    M beyond = V_LESS(reach, t);
    if (!V_BITS(beyond)) return RH_W(rh_vol_series_lane)(z, t);
    V difference = RH_W(rh_vol_difference)(z, t);
    if (V_BITS(beyond) == V_ALL) return difference;
    return V_CHOOSE(beyond, difference, RH_W(rh_vol_series_lane)(z, t));
}

/* --- the iteration ---------------------------------------------------------------------------- */

/* factor n(z) e^(-t^2/2); z_lo is what z lacks. For large z or t all depends on the exponent. */
RH_KERNEL V RH_W(rh_vol_model_lane)(V factor, V z, V z_lo, V t)
{
    V half = V_SET(0.5);
    RH_W(rh_lane_pair) first = RH_W(rh_lane_product)(z, z), second = RH_W(rh_lane_product)(t, t);
    RH_W(rh_lane_pair) sum = RH_W(rh_lane_sum)(first.hi, second.hi);
    V exponent = V_AT_LEAST(-half * sum.hi, V_SET(-700.0));
    V rest = V_FMA(-z, z_lo, -half * (first.lo + second.lo + sum.lo));
    RH_W(rh_lane_pair) weight = RH_W(rh_lane_product)(V_SET(RH_INV_SQRT_2PI_HI), factor);
    weight.lo = V_FMA(V_SET(RH_INV_SQRT_2PI_LO), factor, weight.lo);
    return RH_W(rh_lane_exp_weighted)(weight, exponent, rest);
}

/* One Householder step of order 4 relative to v: see rh_vol_step. The precise parts are the price
 * and its difference from the wanted one; slopes serve with a few ulp. */
RH_KERNEL V RH_W(rh_vol_step_lane)(const RH_W(rh_vol_lane) *o, V v)
{
    V one = V_SET(1.0), half = V_SET(0.5), inverse_v = one / v, z = o->x * inverse_v, t = half * v;
    z = V_FMA(V_FMA(-z, v, o->x), inverse_v, z);
    V factor = RH_W(rh_vol_factor_lane)(z, t), z_lo = (V_FMA(-z, v, o->x) + o->x_lo) * inverse_v;
    V model = RH_W(rh_vol_model_lane)(factor, z, z_lo, t);
    V inverse = one / (factor * model), d = (o->value - model) * (factor * inverse);
    V series = V_FMA(d, V_FMA(d, V_SET(0.2), V_SET(-0.25)), V_SET(1.0 / 3.0));
    V residual = d * V_FMA(d, V_FMA(d, series, -half), one);
    M large = V_LESS(V_SET(1e-3), V_ABS(d));
    if (V_BITS(large)) {
        V least = V_SET(0x1p-900);
        V log = RH_W(rh_lane_log_ratio)(o->value, V_AT_LEAST(model, least));
        residual = V_CHOOSE(large, log, residual);
    }
    V newton = residual * (factor * inverse_v), slope = v * model * inverse;
    V h2 = (z - t) * (z + t) - slope, h3 = V_FMA(h2, h2 - slope, -V_FMA(V_SET(3.0) * z, z, t * t));
    V bottom = V_FMA(newton, V_FMA(h3 * V_SET(1.0 / 6.0), newton, h2), one);
    V top = V_FMA(half * h2, newton, one);
    M usual = V_BOTH(V_LESS(V_SET(0.1), bottom), V_LESS(V_SET(0.1), top));
    return V_CHOOSE(usual, newton * (top / V_AT_LEAST(bottom, V_SET(0.1))), newton);
}

/* v = sigma sqrt T; lanes that are done stay, whatever the others need. */
RH_KERNEL V RH_W(rh_vol_solve_lane)(const RH_W(rh_vol_lane) *o, M wanted)
{
    V v = RH_W(rh_vol_guess_lane)(o);
    for (int i = 0; i < RH_VOL_STEPS_MAX && V_BITS(wanted); i++) {
        V step = RH_W(rh_vol_step_lane)(o, v);
        V bounded = V_AT_LEAST(-V_AT_LEAST(-step, V_SET(-3.0)), V_SET(-0.75));
        v = V_CHOOSE(wanted, V_FMA(v, bounded, v), v);
        wanted = V_BOTH(wanted, V_LESS(V_SET(RH_VOL_DONE), V_ABS(step)));
    }
    return v;
}

/* sigma of the lanes whose bits are returned; garbage in the others. */
RH_KERNEL unsigned RH_W(rh_vol_lanes)(rh_option_model model, const RH_W(rh_vol_input) *in,
                                      double *sigma)
{
    RH_W(rh_vol_lane) o;
    M wanted = RH_W(rh_vol_begin)(model, in, &o);
    V_STORE(sigma, RH_W(rh_vol_solve_lane)(&o, wanted) / V_SQRT(in->T));
    return V_BITS(wanted);
}
