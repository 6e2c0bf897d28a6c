/* Sums of two doubles over lanes, and what has to be known to more than a double: included once per
 * vector width after math/kernel_lanes.h. The scalar counterparts are in kernel_arith.h and
 * kernel_normal.h. Invariant: one text for all widths; no branch depends on a number. */

typedef struct RH_W(rh_lane_pair) {
    V hi, lo;
} RH_W(rh_lane_pair);

/* a + b exactly, for |a| >= |b|. */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_sum_fast)(V a, V b)
{
    V sum = a + b;
    return (RH_W(rh_lane_pair)){sum, b - (sum - a)};
}

/* a + b exactly. */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_sum)(V a, V b)
{
    V sum = a + b, part = sum - a;
    return (RH_W(rh_lane_pair)){sum, (a - (sum - part)) + (b - part)};
}

RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_minus)(RH_W(rh_lane_pair) a, RH_W(rh_lane_pair) b)
{
    RH_W(rh_lane_pair) high = RH_W(rh_lane_sum)(a.hi, -b.hi);
    return RH_W(rh_lane_sum_fast)(high.hi, high.lo + (a.lo - b.lo));
}

/* a b exactly. */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_product)(V a, V b)
{
    V product = a * b;
    return (RH_W(rh_lane_pair)){product, V_FMA(a, b, -product)};
}

/* a b to about 2^-100, not normalised. */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_times)(RH_W(rh_lane_pair) a, RH_W(rh_lane_pair) b)
{
    V product = a.hi * b.hi, rest = V_FMA(a.hi, b.hi, -product);
    return (RH_W(rh_lane_pair)){product, V_FMA(b.lo, a.hi, V_FMA(a.lo, b.hi, rest))};
}

RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_abs)(RH_W(rh_lane_pair) x)
{
    return (RH_W(rh_lane_pair)){V_ABS(x.hi), V_CHOOSE(V_LESS(x.hi, V_SET(0.0)), -x.lo, x.lo)};
}

RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_choose)(M m, RH_W(rh_lane_pair) yes,
                                                  RH_W(rh_lane_pair) no)
{
    return (RH_W(rh_lane_pair)){V_CHOOSE(m, yes.hi, no.hi), V_CHOOSE(m, yes.lo, no.lo)};
}

/* e^(x.hi + x.lo) to about 2^-64, |x| < 700: of half of the reduced argument r, with 1, r, r^2 / 2
 * and r^3 / 6 as sums of two, then squared. */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_exp_pair)(RH_W(rh_lane_pair) x)
{
    const double *c = rh_exp_taylor;
    V shifted = V_FMA(x.hi, V_SET(RH_LOG2E), V_SET(RH_K_SHIFT)), k = shifted - V_SET(RH_K_SHIFT);
    V zero = V_SET(0.0), one = V_SET(1.0), half = V_SET(0.5);
    V first = half * V_FMA(-k, V_SET(RH_LN2_HI), x.hi);
    V lost = half * V_FMA(-k, V_SET(RH_LN2_LO), x.lo);
    RH_W(rh_lane_pair) r = RH_W(rh_lane_sum_fast)(first, lost);
    RH_W(rh_lane_pair) square = RH_W(rh_lane_product)(r.hi, r.hi);
    RH_W(rh_lane_pair) sixth = {V_SET(RH_SIXTH_HI), V_SET(RH_SIXTH_LO)};
    RH_W(rh_lane_pair) cube = RH_W(rh_lane_times)(square, (RH_W(rh_lane_pair)){r.hi, zero});
    cube = RH_W(rh_lane_times)(cube, sixth);
    V y = r.hi, y2 = y * y, y4 = y2 * y2;
    V low = V_FMA(V_FMA(V_SET(c[3]), y, V_SET(c[2])), y2, V_FMA(V_SET(c[1]), y, V_SET(c[0])));
    V high = V_FMA(V_FMA(V_SET(c[7]), y, V_SET(c[6])), y2, V_FMA(V_SET(c[5]), y, V_SET(c[4])));
    V top = V_FMA(V_SET(c[9]), y, V_SET(c[8]));
    V fourth = y4 * V_FMA(V_FMA(top, y4, high), y4, low);
    RH_W(rh_lane_pair) a = RH_W(rh_lane_sum_fast)(one, r.hi);
    RH_W(rh_lane_pair) b = RH_W(rh_lane_sum_fast)(a.hi, half * square.hi);
    RH_W(rh_lane_pair) e = RH_W(rh_lane_sum_fast)(b.hi, cube.hi);
    V rest = V_FMA(half, square.lo, e.hi * r.lo) + (cube.lo + fourth);
    e = RH_W(rh_lane_sum_fast)(e.hi, (a.lo + b.lo) + (e.lo + rest));
    e = RH_W(rh_lane_times)(e, e);
    e = RH_W(rh_lane_sum_fast)(e.hi, e.lo);
    return (RH_W(rh_lane_pair)){V_SCALE(e.hi, shifted), V_SCALE(e.lo, shifted)};
}

/* (weight.hi + weight.lo) e^(x + x_lo) to little more than its last rounding, -750 <= x <= 400. */
RH_KERNEL V RH_W(rh_lane_exp_weighted)(RH_W(rh_lane_pair) weight, V x, V x_lo)
{
    const double *c = rh_exp_q;
    V shifted = V_FMA(x, V_SET(RH_LOG2E), V_SET(RH_K_SHIFT)), k = shifted - V_SET(RH_K_SHIFT);
    V first = V_FMA(-k, V_SET(RH_LN2_HI), x);
    RH_W(rh_lane_pair) r = RH_W(rh_lane_sum_fast)(first, V_FMA(-k, V_SET(RH_LN2_LO), x_lo));
    RH_W(rh_lane_pair) one = RH_W(rh_lane_sum_fast)(V_SET(1.0), r.hi);
    V y = r.hi, y2 = y * y, y4 = y2 * y2;
    V low = V_FMA(V_FMA(V_SET(c[3]), y, V_SET(c[2])), y2, V_FMA(V_SET(c[1]), y, V_SET(c[0])));
    V high = V_FMA(V_FMA(V_SET(c[7]), y, V_SET(c[6])), y2, V_FMA(V_SET(c[5]), y, V_SET(c[4])));
    V top = V_FMA(V_SET(c[10]), y2, V_FMA(V_SET(c[9]), y, V_SET(c[8])));
    V rest = one.lo + V_FMA(V_FMA(V_FMA(top, y4, high), y4, low), y2, r.lo);
    V small = V_FMA(weight.lo, one.hi, weight.hi * rest);
    return V_SCALE(V_FMA(weight.hi, one.hi, small), shifted);
}

/* ln S/K, both normal and positive, to about 2^-60 of itself: 2 s + 2/3 s^3 as a sum of two. */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_log_ratio_pair)(V S, V K)
{
    const double *c = rh_log_ratio;
    V power, near = V_ALIGN(K, S, &power), gap = S - near;
    RH_W(rh_lane_pair) whole = RH_W(rh_lane_sum)(S, near), s;
    V inverse = V_SET(1.0) / whole.hi;
    s.hi = gap * inverse;
    s.lo = (V_FMA(-s.hi, whole.hi, gap) - s.hi * whole.lo) * inverse;
    RH_W(rh_lane_pair) square = RH_W(rh_lane_times)(s, s);
    RH_W(rh_lane_pair) thirds = {V_SET(RH_TWO_THIRDS_HI), V_SET(RH_TWO_THIRDS_LO)};
    RH_W(rh_lane_pair) cube = RH_W(rh_lane_times)(RH_W(rh_lane_times)(square, s), thirds);
    V z = square.hi, z2 = z * z;
    V low = V_FMA(V_FMA(V_SET(c[4]), z, V_SET(c[3])), z2, V_FMA(V_SET(c[2]), z, V_SET(c[1])));
    V high = V_FMA(V_SET(c[8]), z2 * z, V_FMA(V_SET(c[7]), z2, V_FMA(V_SET(c[6]), z,
                                                                     V_SET(c[5]))));
    V fifth = s.hi * z2 * V_FMA(high, z2 * z2, low);
    RH_W(rh_lane_pair) whole_power = RH_W(rh_lane_sum)(power * V_SET(RH_LN2_HI), s.hi + s.hi);
    RH_W(rh_lane_pair) sum = RH_W(rh_lane_sum)(whole_power.hi, cube.hi);
    V rest = V_FMA(power, V_SET(RH_LN2_LO), s.lo + s.lo) + (cube.lo + fifth);
    return RH_W(rh_lane_sum_fast)(sum.hi, (whole_power.lo + sum.lo) + rest);
}

/* N(-x) / n(x), Mills' ratio, x >= 0, to about 2^-53, an eighth of what rh_lane_mills loses:
 * rh_k_erfcx_parts over lanes, times sqrt(pi / 2). */
RH_KERNEL RH_W(rh_lane_pair) RH_W(rh_lane_mills_pair)(V x)
{
    const double *c = rh_erfcx_p;
    V one = V_SET(1.0), shift = V_SET(RH_NORMAL_K), t = (x - shift) / (x + shift);
    V divisor = V_FMA(V_SET(RH_NORMAL_C), x, one), inverse = one / divisor;
    V lost = V_FMA(V_SET(RH_NORMAL_C), x, one - divisor);
    V miss = V_FMA(-inverse, lost, V_FMA(-inverse, divisor, one));
    V t2 = t * t, t4 = t2 * t2, t8 = t4 * t4;
#define RH_FOUR(i)                                                                                 \
    V_FMA(V_FMA(V_SET(c[i + 3]), t, V_SET(c[i + 2])), t2, V_FMA(V_SET(c[i + 1]), t, V_SET(c[i])))
    V a0 = RH_FOUR(1), a1 = RH_FOUR(5), a2 = RH_FOUR(9), a3 = RH_FOUR(13), a4 = RH_FOUR(17);
    V a5 = RH_FOUR(21);
#undef RH_FOUR
    V low = V_FMA(V_FMA(a3, t4, a2), t8, V_FMA(a1, t4, a0));
    V high = V_FMA(V_SET(c[25]), t8, V_FMA(a5, t4, a4)), rest = V_FMA(high, t8 * t8, low);
    V top = V_FMA(t, rest, V_SET(c[0]));
    V top_lo = V_FMA(t, rest, V_SET(c[0]) - top) + V_SET(RH_ERFCX_P0_LO);
    RH_W(rh_lane_pair) root = {V_SET(RH_SQRT_HALF_PI_HI), V_SET(RH_SQRT_HALF_PI_LO)};
    RH_W(rh_lane_pair) scaled = RH_W(rh_lane_times)((RH_W(rh_lane_pair)){inverse, inverse * miss},
                                                    (RH_W(rh_lane_pair)){top, top_lo});
    return RH_W(rh_lane_times)(scaled, root);
}

/* For two of either, as in kernel_lanes.h. */
RH_KERNEL void RH_W(rh_lane_exp_pair_two)(RH_W(rh_lane_pair) x, RH_W(rh_lane_pair) y,
                                          RH_W(rh_lane_pair) *of_x, RH_W(rh_lane_pair) *of_y)
{
    RH_W(rh_lane_pair) both = RH_W(rh_lane_exp_pair)(
        (RH_W(rh_lane_pair)){V_JOIN(x.hi, y.hi), V_JOIN(x.lo, y.lo)});
    *of_x = (RH_W(rh_lane_pair)){V_FIRST(both.hi), V_FIRST(both.lo)};
    *of_y = V_SHARES ? (RH_W(rh_lane_pair)){V_SECOND(both.hi), V_SECOND(both.lo)}
                     : RH_W(rh_lane_exp_pair)(y);
}

RH_KERNEL void RH_W(rh_lane_mills_pair_two)(V x, V y, RH_W(rh_lane_pair) *of_x,
                                            RH_W(rh_lane_pair) *of_y)
{
    RH_W(rh_lane_pair) both = RH_W(rh_lane_mills_pair)(V_JOIN(x, y));
    *of_x = (RH_W(rh_lane_pair)){V_FIRST(both.hi), V_FIRST(both.lo)};
    *of_y = V_SHARES ? (RH_W(rh_lane_pair)){V_SECOND(both.hi), V_SECOND(both.lo)}
                     : RH_W(rh_lane_mills_pair)(y);
}
