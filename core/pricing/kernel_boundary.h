/* The exercise boundary of an American put on a strike of 1, over lanes: included for one vector
 * width after kernel_baw.h. Lanes are the nodes of the boundary, and the points of the premium: no
 * sum runs over lanes but that of the premium, whose tree is fixed. Invariant: the bits are those
 * of one lane; no node lies above the limit at expiry, min(1, r/q). */

/* What does not depend on the option's rates and vol. */
RH_KERNEL void RH_W(rh_nodes_place)(const rh_american_grid *grid, double T, rh_american_work *work)
{
    V half = V_SET(0.5), total = V_SET(sqrt(T));
    for (int i = 0; i < grid->nodes; i += RH_WIDTH) {
        V x = V_LOAD(grid->node + i), place = V_FMA(half, x, half), root = place * total;
        V before = V_SET(1.0), now = x;
        V_STORE(work->place + i, place);
        V_STORE(work->tau + i, root * root);
        for (int j = 0; j < grid->nodes; j++) {
            V_STORE(work->cosine[j] + i, before);
            V next = V_FMA(x + x, now, -before);
            before = now;
            now = next;
        }
    }
}

/* What does not change between iterations. */
RH_KERNEL void RH_W(rh_nodes_set)(const rh_american_grid *grid, const rh_american_curve *curve,
                                  rh_american_work *work)
{
    V r = V_SET(curve->r), q = V_SET(curve->q);
    for (int i = 0; i < grid->nodes; i += RH_WIDTH) {
        V tau = V_LOAD(work->tau + i), root = V_SET(curve->sigma) * V_SQRT(tau);
        V inverse = V_SET(1.0) / root;
        V_STORE(work->root + i, root);
        V_STORE(work->per_root + i, inverse);
        for (int k = 0; k < grid->points; k++) {
            V left = tau * V_SET(grid->cosine[k] * grid->cosine[k]);
            V weight = tau * V_SET(grid->weight[k] * grid->per_sine[k]) * inverse;
            V_STORE(work->r_weight[k] + i, RH_W(rh_lane_exp)(r * weight, r * left));
            if (curve->q == 0.0) continue;
            V_STORE(work->q_weight[k] + i, RH_W(rh_lane_exp)(q * weight, q * left));
        }
    }
}

/* --- what a node misses ---------------------------------------------------------------------- */

/* How far ln B lies below its limit at `count` vectors of x, from the series of its square; several
 * at once for the sake of latency. */
RH_KERNEL void RH_W(rh_below)(const double *c, int degree, const V *x, int count, V *below)
{
    V b0[4], b1[4];
    for (int u = 0; u < count; u++) b0[u] = b1[u] = V_SET(0.0);
    for (int j = degree; j > 0; j--) {
        V coefficient = V_SET(c[j]);
        for (int u = 0; u < count; u++) {
            V next = V_FMA(x[u] + x[u], b0[u], coefficient - b1[u]);
            b1[u] = b0[u];
            b0[u] = next;
        }
    }
    for (int u = 0; u < count; u++)
        below[u] = V_SQRT(V_AT_LEAST(V_FMA(x[u], b0[u], V_SET(c[0]) - b1[u]), V_SET(0.0)));
}

/* The two integrals of a vector of nodes and, point by point, their slopes in ln B there; x and
 * below say where the points are. */
typedef struct RH_W(rh_node_points) {
    V top, bottom;
    V x[RH_AMERICAN_POINTS_MAX], below[RH_AMERICAN_POINTS_MAX];
    V top_slope[RH_AMERICAN_POINTS_MAX], bottom_slope[RH_AMERICAN_POINTS_MAX];
} RH_W(rh_node_points);

RH_KERNEL void RH_W(rh_node_integrals)(const rh_american_grid *grid,
                                       const rh_american_curve *curve,
                                       const rh_american_work *work, int i,
                                       RH_W(rh_node_points) *p)
{
    double drift = curve->r - curve->q - 0.5 * curve->sigma * curve->sigma;
    V root = V_LOAD(work->root + i), per_root = V_LOAD(work->per_root + i);
    V drift_tau = V_SET(drift) * V_LOAD(work->tau + i);
    V gap = V_SET(curve->limit) - V_LOAD(curve->log_b + i), zero = V_SET(0.0);
    p->top = p->bottom = zero;
    for (int k = 0; k < grid->points; k++) {
        double sine = grid->sine[k];
        V spread = root * V_SET(sine), inverse = per_root * V_SET(grid->per_sine[k]);
        V minus = V_FMA(V_SET(sine * sine), drift_tau, p->below[k] - gap) * inverse;
        V slope = minus * inverse;
        V density = RH_W(rh_lane_density)(V_LOAD(work->r_weight[k] + i), minus);
        p->top = p->top + density;
        p->top_slope[k] = slope * density;
        p->bottom_slope[k] = zero;
        if (curve->q == 0.0) continue;
        V plus = minus + spread, unit = RH_W(rh_lane_density)(V_SET(1.0), plus);
        V q_weight = V_LOAD(work->q_weight[k] + i), q_density = q_weight * unit;
        V asset = V_FMA(q_weight * spread, RH_W(rh_lane_normal)(plus, unit), q_density);
        p->bottom = p->bottom + asset;
        p->bottom_slope[k] = slope * q_density;
    }
}

/* What the node misses of ln(numerator) = ln(denominator), NaN where there is no logarithm, its
 * slope in ln B of the node, and the factors that make slopes of it from those of the integrals.
 * A yield below 0 earns: its integral is then part of the numerator. */
typedef struct RH_W(rh_node_end) {
    V miss, slope, top_factor, bottom_factor;
} RH_W(rh_node_end);

RH_KERNEL RH_W(rh_node_end) RH_W(rh_node_finish)(bool earns, V turn, V log_b, V root, V per_root,
                                                 V top, V bottom)
{
    V one = V_SET(1.0), far = V_AT_LEAST(turn - log_b, V_SET(-700.0));
    V scale = RH_W(rh_lane_exp)(one, RH_W(rh_lane_at_most)(far, V_SET(300.0)));
    V plus = V_FMA(log_b - turn, per_root, V_SET(0.5) * root);
    V density = RH_W(rh_lane_density)(one, plus);
    V held = RH_W(rh_lane_normal)(plus, density), strike = scale * top;
    V numerator = RH_W(rh_either)(earns, strike - bottom, strike);
    V denominator = RH_W(rh_either)(earns, held, held + bottom);
    V ratio = numerator / denominator, per_top = one / numerator, per_bottom = one / denominator;
    M fair = V_BOTH(V_LESS(V_SET(1e-300), ratio), V_LESS(ratio, V_SET(1e300)));
    V miss = V_CHOOSE(fair, RH_W(rh_lane_log)(ratio), V_SET((double)NAN));
    V slope = V_FMA(-strike, per_top, -(density * per_root * per_bottom));
    return (RH_W(rh_node_end)){miss, slope, scale * per_top,
                               RH_W(rh_either)(earns, per_top, per_bottom)};
}

/* Slopes of the misses of a vector of nodes: in ln B of the node itself, and in the coefficients of
 * the series, a column of `slopes` each. */
RH_KERNEL void RH_W(rh_node_slopes)(const rh_american_grid *grid, RH_W(rh_node_points) *p,
                                    const RH_W(rh_node_end) *end, int i, rh_american_work *work)
{
    V sum[RH_AMERICAN_NODES_MAX + 1], own = end->slope, one = V_SET(1.0);
    for (int j = 0; j <= grid->nodes; j++) sum[j] = V_SET(0.0);
    for (int k = 0; k < grid->points; k++) {
        V x = p->x[k], twice = x + x;
        V bottom_slope = p->bottom_slope[k] * end->bottom_factor;
        V slope = V_FMA(p->top_slope[k], end->top_factor, -bottom_slope);
        M apart = V_LESS(V_SET(1e-100), p->below[k]);
        V before = slope / V_CHOOSE(apart, p->below[k], one), now = before * x;
        own = own - slope;
        sum[0] = sum[0] + before;
        for (int j = 1; j <= grid->nodes; j++) {
            V next = V_FMA(twice, now, -before);
            sum[j] = sum[j] + now;
            before = now;
            now = next;
        }
    }
    V_STORE(work->own + i, own);
    for (int j = 0; j <= grid->nodes; j++) V_STORE(work->slopes[j] + i, sum[j]);
}

/* What is missed at every node of the smooth fit equation (system A of Andersen, Lake and
 * Offengenden without the term that is the same on both sides), in logarithms. */
RH_KERNEL void RH_W(rh_nodes_miss)(const rh_american_grid *grid, const rh_american_curve *curve,
                                   bool with_slopes, rh_american_work *work)
{
    double turn = curve->q - curve->r;
    for (int i = 0; i < grid->nodes; i += RH_WIDTH) {
        RH_W(rh_node_points) p;
        V twice = V_LOAD(work->place + i) + V_LOAD(work->place + i);
        for (int k = 0; k < grid->points; k += 4) {
            for (int u = k; u < k + 4; u++)
                p.x[u] = V_FMA(twice, V_SET(grid->cosine[u]), V_SET(-1.0));
            RH_W(rh_below)(curve->c, grid->nodes, p.x + k, 4, p.below + k);
        }
        RH_W(rh_node_integrals)(grid, curve, work, i, &p);
        RH_W(rh_node_end) end =
            RH_W(rh_node_finish)(curve->asset_earns, V_SET(turn) * V_LOAD(work->tau + i),
                                 V_LOAD(curve->log_b + i), V_LOAD(work->root + i),
                                 V_LOAD(work->per_root + i), p.top, p.bottom);
        V_STORE(work->miss + i, end.miss);
        if (with_slopes) RH_W(rh_node_slopes)(grid, &p, &end, i, work);
    }
}

/* --- Newton's method -------------------------------------------------------------------------- */

/* The series of (ln B - limit)^2 from its values at the nodes. */
RH_KERNEL void RH_W(rh_curve_fit)(const rh_american_grid *grid, const rh_american_work *work,
                                  rh_american_curve *curve)
{
    const int n = grid->nodes;
    V sum[RH_AMERICAN_NODES_MAX / RH_WIDTH];
    double last = 0.0;
    for (int j = 0; j < n; j += RH_WIDTH) sum[j / RH_WIDTH] = V_SET(0.0);
    for (int i = 0; i < n; i++) {
        double gap = curve->limit - curve->log_b[i], h = gap * gap * (i == 0 ? 1.0 : 2.0) / n;
        last += i % 2 == 0 ? 0.5 * h : -0.5 * h;
        for (int j = 0; j < n; j += RH_WIDTH)
            sum[j / RH_WIDTH] = V_FMA(V_SET(h), V_LOAD(work->cosine[i] + j), sum[j / RH_WIDTH]);
    }
    for (int j = 0; j < n; j += RH_WIDTH) V_STORE(curve->c + j, sum[j / RH_WIDTH]);
    curve->c[0] *= 0.5;
    curve->c[n] = last;
}

/* Minus the slopes of what is missed in ln B at the nodes, to `upper`, by columns. */
RH_KERNEL void RH_W(rh_newton_matrix)(const rh_american_grid *grid, const rh_american_curve *curve,
                                      rh_american_work *work)
{
    const int n = grid->nodes;
    for (int i = 0; i < n; i += RH_WIDTH) {
        V half = V_SET(0.5), first = half * V_LOAD(work->slopes[0] + i);
        V last = half * V_LOAD(work->slopes[n] + i);
        for (int j = 0; j < n; j += 4) {
            V sum[4] = {first + last, first - last, first + last, first - last};
            for (int m = 1; m < n; m++) {
                V slope = V_LOAD(work->slopes[m] + i);
                for (int u = 0; u < 4; u++)
                    sum[u] = V_FMA(V_SET(work->cosine[m][j + u]), slope, sum[u]);
            }
            for (int u = 0; u < 4; u++) {
                double gap = curve->limit - curve->log_b[j + u];
                V factor = V_SET(-gap * (j + u == 0 ? 1.0 : 2.0) / n);
                V_STORE(work->upper[j + u] + i, factor * sum[u]);
            }
        }
    }
    for (int j = 0; j < n; j++) work->upper[j][j] -= work->own[j];
}

/* L U, without pivots: the matrix is near a triangular one. */
RH_KERNEL void RH_W(rh_newton_factor)(int n, rh_american_work *work)
{
    for (int p = 0; p < n; p++) {
        double *lower = work->lower[p], inverse = 1.0 / work->upper[p][p];
        int from = p / RH_WIDTH * RH_WIDTH;
        work->inverse[p] = inverse;
        for (int i = from; i < n; i += RH_WIDTH) {
            V under = V_SET(1.0) - V_LOAD(rh_american_below(p + 1) + i);
            V_STORE(lower + i, V_SET(inverse) * under * V_LOAD(work->upper[p] + i));
        }
        for (int j = p + 1; j < n; j++) {
            double *column = work->upper[j];
            V factor = V_SET(-column[p]);
            for (int i = from; i < n; i += RH_WIDTH)
                V_STORE(column + i, V_FMA(factor, V_LOAD(lower + i), V_LOAD(column + i)));
        }
    }
}

/* The misses become the step of Newton's method. */
RH_KERNEL void RH_W(rh_newton_solve)(int n, rh_american_work *work)
{
    double *x = work->miss;
    for (int p = 0; p < n; p++) {
        V factor = V_SET(-x[p]);
        for (int i = p / RH_WIDTH * RH_WIDTH; i < n; i += RH_WIDTH)
            V_STORE(x + i, V_FMA(factor, V_LOAD(work->lower[p] + i), V_LOAD(x + i)));
    }
    for (int p = n - 1; p >= 0; p--) {
        double found = x[p] * work->inverse[p];
        V factor = V_SET(-found);
        for (int i = 0; i < p; i += RH_WIDTH) {
            V over = V_LOAD(rh_american_below(p) + i) * V_LOAD(work->upper[p] + i);
            V_STORE(x + i, V_FMA(factor, over, V_LOAD(x + i)));
        }
        x[p] = found;
    }
}

/* Where the boundary lies shortly before expiry; for q > r at least 0.64 root below its limit. */
RH_KERNEL V RH_W(rh_early_boundary)(const rh_american_curve *curve, V tau, V root)
{
    V y = RH_W(rh_early)(V_SET(curve->r), V_SET(curve->q), tau, root, V_SET(curve->sigma));
    V least = V_SET(0.64) * root / V_FMA(V_SET(0.4), root, V_SET(1.0));
    return RH_W(rh_lane_at_most)(-(y * root), V_SET(curve->limit) - least);
}

/* The first boundary is Barone-Adesi and Whaley's, or that shortly before expiry where it is lower.
 * The former is 5% too near to the strike where q <= r. */
RH_KERNEL void RH_W(rh_curve_start)(const rh_american_grid *grid, const rh_american_work *work,
                                    rh_american_curve *curve)
{
    V r = V_SET(curve->r), q = V_SET(curve->q), sigma = V_SET(curve->sigma);
    for (int i = 0; i < grid->nodes; i += RH_WIDTH) {
        RH_W(rh_baw) o;
        V tau = V_LOAD(work->tau + i);
        RH_W(rh_baw_set)(&o, V_SET(-1.0), tau, r, q, sigma);
        V seed = RH_W(rh_baw_seed)(&o, tau, r, q, sigma);
        V early = RH_W(rh_early_boundary)(curve, tau, V_LOAD(work->root + i));
        V log_S = V_SET(curve->q > curve->r ? 1.0 : 1.05) *
                  RH_W(rh_baw_critical)(&o, seed, V_SET(3e-2)).log_S;
        V_STORE(curve->log_b + i, RH_W(rh_lane_at_most)(log_S, early));
    }
}

/* One step of Newton's method, or with the slopes of an earlier one; its size. No node moves by
 * more than `reach` times its distance from the limit. */
RH_KERNEL double RH_W(rh_curve_step)(const rh_american_grid *grid, bool with_slopes, double reach,
                                     rh_american_work *work, rh_american_curve *curve)
{
    double change = 0.0;
    RH_W(rh_curve_fit)(grid, work, curve);
    RH_W(rh_nodes_miss)(grid, curve, with_slopes, work);
    if (with_slopes) {
        RH_W(rh_newton_matrix)(grid, curve, work);
        RH_W(rh_newton_factor)(grid->nodes, work);
    }
    RH_W(rh_newton_solve)(grid->nodes, work);
    for (int i = 0; i < grid->nodes; i++) {
        double step = work->miss[i], size = fabs(step);
        double most = reach * (curve->limit - curve->log_b[i]);
        change = size <= change ? change : size;
        if (size > most) step = step < 0.0 ? -most : most;
        double to = curve->log_b[i] + step;
        curve->log_b[i] = to > curve->limit ? curve->limit : to;
    }
    return change;
}

/* The nodes of a grid on the curve found on a coarser one. */
RH_KERNEL void RH_W(rh_curve_refine)(const rh_american_grid *grid, int degree,
                                     rh_american_curve *curve)
{
    for (int i = 0; i < grid->nodes; i += RH_WIDTH) {
        V x = V_LOAD(grid->node + i), below;
        RH_W(rh_below)(curve->c, degree, &x, 1, &below);
        V_STORE(curve->log_b + i, V_SET(curve->limit) - below);
    }
}

/* The step in ln B after which the next one would not matter: less where vol is low, more where
 * almost nothing is earned; there rounding may leave no smaller ones. */
static inline double rh_american_last(const rh_american_grid *grid, const rh_american_curve *curve)
{
    double root = curve->sigma * sqrt(curve->T), floor = fmin(2e-8, 0.1 * root);
    double last = fmax(fmin(grid->last, 1e-4 * root), floor);
    double least = fabs(curve->r - curve->q * rh_k_exp(curve->log_b[0]));
    double earned = fmax(least, fabs(curve->r - curve->q * rh_k_exp(curve->limit)));
    return fmax(last, fmin(root, 1e-11 * root / (earned * curve->life)));
}

/* `degree` is that of a curve to begin with, or 0. False when the steps did not become small: the
 * curve is of no use then. */
RH_KERNEL bool RH_W(rh_curve_solve)(const rh_american_grid *grid, int degree, double reach,
                                    rh_american_work *work, rh_american_curve *curve)
{
    double change = HUGE_VAL;
    RH_W(rh_nodes_place)(grid, curve->T, work);
    RH_W(rh_nodes_set)(grid, curve, work);
    if (degree) RH_W(rh_curve_refine)(grid, degree, curve);
    else RH_W(rh_curve_start)(grid, work, curve);
    double last = rh_american_last(grid, curve);
    for (int step = 0; step < grid->steps; step++) {
        bool with_slopes = step != 2 || change > 1e-3;
        change = RH_W(rh_curve_step)(grid, with_slopes, reach, work, curve);
        if (!(change > last && (change < 100.0 || reach < 1.0))) break;
    }
    RH_W(rh_curve_fit)(grid, work, curve);
    return change <= last;
}

/* --- the premium ----------------------------------------------------------------------------- */

/* What early exercise adds to a put on a strike of 1, and its derivatives in S. */
typedef struct rh_american_premium {
    double price, delta, gamma;
} rh_american_premium;

/* One vector of points of it: r K - q S, earned below the boundary (Kim 1990). */
typedef struct RH_W(rh_premium_part) {
    V price, delta, gamma;
} RH_W(rh_premium_part);

RH_KERNEL RH_W(rh_premium_part) RH_W(rh_premium_point)(const rh_american_curve *curve, double S,
                                                       double log_S, V below, V sine,
                                                       V per_sine, V share)
{
    V one = V_SET(1.0), per_S = V_SET(1.0 / S);
    V T = V_SET(curve->life), elapsed = T * sine * sine, weight = T * share;
    double root = curve->sigma * sqrt(curve->life);
    V spread = V_SET(root) * sine, inverse = V_SET(1.0 / root) * per_sine;
    V above = V_SET(log_S - curve->limit) + below;
    V plus = V_FMA(V_FMA(V_SET(curve->r - curve->q), elapsed, above), inverse, V_SET(0.5) * spread);
    V minus = plus - spread, density_minus = RH_W(rh_lane_density)(one, minus);
    V strike = RH_W(rh_lane_exp)(weight * V_SET(curve->r), V_SET(-curve->r) * elapsed);
    V density = strike * density_minus * inverse * per_S;
    V price = strike * RH_W(rh_lane_normal)(-minus, density_minus);
    V gamma = density * V_FMA(minus, inverse, one);
    if (curve->q == 0.0) return (RH_W(rh_premium_part)){price, -density, gamma * per_S};
    V density_plus = RH_W(rh_lane_density)(one, plus);
    V asset = RH_W(rh_lane_exp)(weight * V_SET(curve->q), V_SET(-curve->q) * elapsed);
    V lost = asset * RH_W(rh_lane_normal)(-plus, density_plus);
    V asset_density = asset * density_plus * inverse;
    gamma = V_FMA(asset_density, V_FMA(-plus, inverse, one), gamma) * per_S;
    return (RH_W(rh_premium_part)){V_FMA(V_SET(-S), lost, price), asset_density - lost - density,
                                   gamma};
}

/* The sum over all lanes, in the order of rh_sum_lanes. */
RH_KERNEL double RH_W(rh_eight_sum)(const V *part)
{
    double lane[8];
    for (int j = 0; j < 8; j += RH_WIDTH) V_STORE(lane + j, part[j / RH_WIDTH]);
    double even = (lane[0] + lane[4]) + (lane[2] + lane[6]);
    double odd = (lane[1] + lane[5]) + (lane[3] + lane[7]);
    return even + odd;
}

RH_KERNEL rh_american_premium RH_W(rh_premium_smooth)(int degree, const rh_american_curve *curve,
                                                      double S)
{
    enum { ALL = RH_AMERICAN_PRICE_POINTS / RH_WIDTH, EIGHT = 8 / RH_WIDTH,
           GROUP = 4 };
    V x[ALL], below[ALL], price[EIGHT], delta[EIGHT], gamma[EIGHT];
    double log_S = rh_k_log(S);
    for (int u = 0; u < EIGHT; u++) price[u] = delta[u] = gamma[u] = V_SET(0.0);
    for (int k = 0; k < ALL; k++)
        x[k] = V_FMA(V_SET(2.0), V_LOAD(rh_american_cos_64 + k * RH_WIDTH), V_SET(-1.0));
    for (int k = 0; k < ALL; k += GROUP)
        RH_W(rh_below)(curve->c, degree, x + k, GROUP, below + k);
    for (int k = 0; k < ALL; k++) {
        int at = k * RH_WIDTH;
        RH_W(rh_premium_part) part = RH_W(rh_premium_point)(
            curve, S, log_S, below[k], V_LOAD(rh_american_sin_64 + at),
            V_LOAD(rh_american_per_sin_64 + at), V_LOAD(rh_american_weight_64 + at));
        price[k % EIGHT] = price[k % EIGHT] + part.price;
        delta[k % EIGHT] = delta[k % EIGHT] + part.delta;
        gamma[k % EIGHT] = gamma[k % EIGHT] + part.gamma;
    }
    return (rh_american_premium){RH_W(rh_eight_sum)(price), RH_W(rh_eight_sum)(delta),
                                 RH_W(rh_eight_sum)(gamma)};
}

/* --- the premium in panels -------------------------------------------------------------------- */

/* What is earned in one panel; it begins and ends at the tangents `from` and `to`. */
static RH_NOINLINE rh_american_premium RH_W(rh_panel)(int degree, const rh_american_curve *curve,
                                                      double S, double log_S, double from,
                                                      double to)
{
    enum { EIGHT = 8 / RH_WIDTH };
    V price[EIGHT], delta[EIGHT], gamma[EIGHT], one = V_SET(1.0), two = V_SET(2.0);
    V width = V_SET(to - from), longer = V_SET(sqrt(curve->life / curve->T));
    for (int u = 0; u < EIGHT; u++) price[u] = delta[u] = gamma[u] = V_SET(0.0);
    for (int k = 0; k < RH_AMERICAN_PANEL_POINTS / RH_WIDTH; k++) {
        V tangent = V_FMA(width, V_LOAD(rh_american_panel_16 + k * RH_WIDTH), V_SET(from));
        V square = tangent * tangent, per = one / (one + square), twice = tangent + tangent;
        V sine = twice * per, cosine = (one - square) * per, below;
        V place = RH_W(rh_lane_at_most)(cosine * longer, one), x = V_FMA(two, place, -one);
        V share = V_SET(4.0) * sine * cosine * per * width;
        RH_W(rh_below)(curve->c, degree, &x, 1, &below);
        RH_W(rh_premium_part) part = RH_W(rh_premium_point)(
            curve, S, log_S, below, sine, (one + square) / twice,
            share * V_LOAD(rh_american_panel_weight_16 + k * RH_WIDTH));
        price[k % EIGHT] = price[k % EIGHT] + part.price;
        delta[k % EIGHT] = delta[k % EIGHT] + part.delta;
        gamma[k % EIGHT] = gamma[k % EIGHT] + part.gamma;
    }
    return (rh_american_premium){RH_W(rh_eight_sum)(price), RH_W(rh_eight_sum)(delta),
                                 RH_W(rh_eight_sum)(gamma)};
}

/* Panels are halved until both halves earn what the whole does, gamma likewise: the error of the
 * halves is far below this difference. Each end that waits has room for its two halves. */
static RH_NOINLINE void RH_W(rh_panels_place)(int degree, const rh_american_curve *curve, double S,
                                              rh_american_panels *panels)
{
    double ends[RH_AMERICAN_PANELS_MAX], from = 0.0, log_S = rh_k_log(S);
    double bend = S * S * curve->sigma * curve->sigma * curve->life;
    int left = 1;
    ends[0] = 1.0;
    panels->edge[panels->count = 0] = 0.0;
    while (left > 0) {
        double to = ends[left - 1], half = 0.5 * (from + to);
        rh_american_premium whole = RH_W(rh_panel)(degree, curve, S, log_S, from, to);
        rh_american_premium a = RH_W(rh_panel)(degree, curve, S, log_S, from, half);
        rh_american_premium b = RH_W(rh_panel)(degree, curve, S, log_S, half, to);
        bool apart = fabs(a.price + b.price - whole.price) > 1e-10 ||
                     bend * fabs(a.gamma + b.gamma - whole.gamma) > 1e-8;
        if (apart && panels->count + 2 * (left + 1) <= RH_AMERICAN_PANELS_MAX) {
            ends[left++] = half;
            continue;
        }
        panels->edge[++panels->count] = half;
        panels->edge[++panels->count] = from = to;
        left--;
    }
}

RH_KERNEL rh_american_premium RH_W(rh_premium)(int degree, const rh_american_curve *curve,
                                               const rh_american_panels *panels, double S)
{
    if (panels->count == 0) return RH_W(rh_premium_smooth)(degree, curve, S);
    rh_american_premium sum = {0.0, 0.0, 0.0};
    double log_S = rh_k_log(S);
    for (int i = 0; i < panels->count; i++) {
        rh_american_premium part =
            RH_W(rh_panel)(degree, curve, S, log_S, panels->edge[i], panels->edge[i + 1]);
        sum.price += part.price, sum.delta += part.delta, sum.gamma += part.gamma;
    }
    return sum;
}
