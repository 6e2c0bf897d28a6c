/* exp, log and Mills' ratio over lanes: included once per vector width, after math/lanes_width.h
 * with RH_WIDTH set, by the kernels that are made of them. No branch depends on a number and no
 * edge is looked at: the caller knows its arguments. Invariant: one text for all widths, so a lane
 * has the bits of the scalar. Errors, in 2^-53 of the result (tests/math/test_lanes_ulp.c): exp 2,
 * logarithms 3, Mills' ratio 9. */

/* For a condition known when compiling, such as the model. */
RH_KERNEL V RH_W(rh_either)(bool condition, V yes, V no)
{
    if (condition) return yes;
    return no;
}

/* weight e^x, -750 <= x <= 400 */
RH_KERNEL V RH_W(rh_lane_exp)(V weight, V x)
{
    const double *c = rh_exp_q;
    V shifted = V_FMA(x, V_SET(RH_LOG2E), V_SET(RH_K_SHIFT)), k = shifted - V_SET(RH_K_SHIFT);
    V r = V_FMA(k, V_SET(-RH_LN2_LO), V_FMA(k, V_SET(-RH_LN2_HI), x));
    V r2 = r * r, r4 = r2 * r2;
    V low = V_FMA(V_FMA(V_SET(c[3]), r, V_SET(c[2])), r2, V_FMA(V_SET(c[1]), r, V_SET(c[0])));
    V high = V_FMA(V_FMA(V_SET(c[7]), r, V_SET(c[6])), r2, V_FMA(V_SET(c[5]), r, V_SET(c[4])));
    V top = V_FMA(V_SET(c[10]), r2, V_FMA(V_SET(c[9]), r, V_SET(c[8])));
    V q = V_FMA(V_FMA(top, r4, high), r4, low);
    return V_SCALE(weight * (V_FMA(q, r2, r) + V_SET(1.0)), shifted);
}

/* x normal and positive. */
RH_KERNEL V RH_W(rh_lane_log)(V x)
{
    const double *c = rh_log_r;
    V power, f = V_SPLIT(x, &power) - V_SET(1.0);
    V s = f / (V_SET(2.0) + f), z = s * s, z2 = z * z;
    V low = V_FMA(V_FMA(V_SET(c[3]), z, V_SET(c[2])), z2, V_FMA(V_SET(c[1]), z, V_SET(c[0])));
    V high = V_FMA(V_FMA(V_SET(c[7]), z, V_SET(c[6])), z2, V_FMA(V_SET(c[5]), z, V_SET(c[4])));
    V log_m = V_FMA(s * z, V_FMA(high, z2 * z2, low), s + s);
    return V_FMA(power, V_SET(RH_LN2_HI), V_FMA(power, V_SET(RH_LN2_LO), log_m));
}

/* ln S/K, both normal and positive, with one division: s = (S - K') / (S + K'), K' = K 2^power near
 * S, whose numerator is exact, so that nothing is lost however near they are. */
RH_KERNEL V RH_W(rh_lane_log_ratio)(V S, V K)
{
    const double *c = rh_log_ratio;
    V power, near = V_ALIGN(K, S, &power);
    V s = (S - near) / (S + near), z = s * s, z2 = z * z;
    V low = V_FMA(V_FMA(V_SET(c[3]), z, V_SET(c[2])), z2, V_FMA(V_SET(c[1]), z, V_SET(c[0])));
    V high = V_FMA(V_FMA(V_SET(c[7]), z, V_SET(c[6])), z2, V_FMA(V_SET(c[5]), z, V_SET(c[4])));
    V z4 = z2 * z2, log_m = V_FMA(s * z, V_FMA(V_FMA(V_SET(c[8]), z4, high), z4, low), s + s);
    return V_FMA(power, V_SET(RH_LN2_HI), V_FMA(power, V_SET(RH_LN2_LO), log_m));
}

/* Mills' ratio N(-x) / n(x), 0 <= x < 2^64: all coefficients are positive, so that nothing
 * cancels. */
RH_KERNEL V RH_W(rh_lane_mills)(V x)
{
    V top = x + V_SET(rh_mills_p[9]), bottom = x + V_SET(rh_mills_q[10]);
    bottom = V_FMA(bottom, x, V_SET(rh_mills_q[9]));
#define RH_STEP(i)                                                                                 \
    top = V_FMA(top, x, V_SET(rh_mills_p[i]));                                                     \
    bottom = V_FMA(bottom, x, V_SET(rh_mills_q[i]));
    RH_STEP(8) RH_STEP(7) RH_STEP(6) RH_STEP(5) RH_STEP(4) RH_STEP(3) RH_STEP(2) RH_STEP(1)
    RH_STEP(0)
#undef RH_STEP
    return top / bottom;
}

/* a e^x and b e^y; Mills(x) and Mills(y): where two numbers share a register they do so here. */
RH_KERNEL void RH_W(rh_lane_exp_two)(V a, V x, V b, V y, V *of_x, V *of_y)
{
    V both = RH_W(rh_lane_exp)(V_JOIN(a, b), V_JOIN(x, y));
    *of_x = V_FIRST(both);
    *of_y = V_SHARES ? V_SECOND(both) : RH_W(rh_lane_exp)(b, y);
}

RH_KERNEL void RH_W(rh_lane_mills_two)(V x, V y, V *of_x, V *of_y)
{
    V both = RH_W(rh_lane_mills)(V_JOIN(x, y));
    *of_x = V_FIRST(both);
    *of_y = V_SHARES ? V_SECOND(both) : RH_W(rh_lane_mills)(y);
}
