/* What the solution of an American boundary is made of, whatever the vector width: grids, the curve
 * and the memory of Newton's method. A put on a strike of 1 is meant; calls are turned into one by
 * C(S, K, r, q) = P(K, S, q, r). Nothing is computed here. */
#ifndef RH_PRICING_AMERICAN_CURVE_H
#define RH_PRICING_AMERICAN_CURVE_H

#include <math.h>
#include <stdbool.h>

#include "pricing/american_tables.h"

#if defined(__GNUC__)
#define RH_NOINLINE __attribute__((noinline))
#else
#define RH_NOINLINE
#endif

enum {
    RH_AMERICAN_NODES_MAX = 32, /* Chebyshev intervals of the boundary in sqrt(tau) */
    RH_AMERICAN_POINTS_MAX = 32, /* quadrature of the boundary */
    RH_AMERICAN_PRICE_POINTS = 64,
    RH_AMERICAN_PANEL_POINTS = 16,
    RH_AMERICAN_PANELS_MAX = 192
};

/* A grid, in multiples of 8 nodes and 4 points. The search on it ends with a step of `last` in ln
 * B, less where vol is low, after which the next one would not matter; its price is good enough
 * while the estimate of rh_american_good is below `most`. Functions take it as an argument, so that
 * compilers unroll. */
typedef struct rh_american_grid {
    int nodes, points, steps;
    double last, most;
    const double *node, *sine, *cosine, *per_sine, *weight;
} rh_american_grid;

static const rh_american_grid rh_american_fast = {
    16, 16, 16, 2e-5, 1e-5, rh_american_node_16, rh_american_sin_16, rh_american_cos_16,
    rh_american_per_sin_16, rh_american_weight_16};
static const rh_american_grid rh_american_fine = {
    24, 20, 16, 2e-5, 4e-5, rh_american_node_24, rh_american_sin_20, rh_american_cos_20,
    rh_american_per_sin_20, rh_american_weight_20};
static const rh_american_grid rh_american_finest = {
    32, 32, 40, 2e-5, HUGE_VAL, rh_american_node_32, rh_american_sin_32, rh_american_cos_32,
    rh_american_per_sin_32, rh_american_weight_32};

typedef double rh_american_row[RH_AMERICAN_NODES_MAX];

/* ln B at the points sqrt(tau / T) = (1 + cos(i pi / n)) / 2, i < n, and the Chebyshev series of
 * (ln B - limit)^2 between them, which is 0 at i = n, at expiry. `asset_earns`: q < 0, or was so
 * before it was moved a little. `life` is the option's, T or longer: earlier than T before expiry
 * the boundary is taken to be constant. */
typedef struct rh_american_curve {
    bool asset_earns;
    double T, life, r, q, sigma, limit;
    _Alignas(64) rh_american_row log_b;
    double c[RH_AMERICAN_NODES_MAX + 1];
} rh_american_curve;

/* Where the premium is cut, in the tangent of half the angle whose sine is sqrt(elapsed / T): for
 * low vol a path crosses the boundary, if it does, in a window that no fixed rule sees. No panels:
 * 64 points are enough. Part of what is found, so that a slope in a rate or in vol is taken on the
 * panels of the price. */
typedef struct rh_american_panels {
    int count;
    double edge[RH_AMERICAN_PANELS_MAX + 1];
} rh_american_panels;

/* One solution's memory. Of the nodes: sqrt(tau / T) and tau, sigma sqrt(tau) and its inverse,
 * cos(i j pi / n), and per point the weights r e^{rt} dt / spread and q e^{qt} dt / spread. Of
 * Newton's method: what is missed at each node, its slopes in ln B there (own) and in the
 * coefficients of the series (slopes), and L and U of the matrix, by columns, with the inverse of
 * U's diagonal. */
typedef struct rh_american_work {
    _Alignas(64) rh_american_row place, tau, root, per_root;
    rh_american_row cosine[RH_AMERICAN_NODES_MAX];
    rh_american_row r_weight[RH_AMERICAN_POINTS_MAX], q_weight[RH_AMERICAN_POINTS_MAX];
    rh_american_row miss, own, slopes[RH_AMERICAN_NODES_MAX + 1];
    rh_american_row lower[RH_AMERICAN_NODES_MAX], upper[RH_AMERICAN_NODES_MAX], inverse;
} rh_american_work;

/* 1 where i < p, for rows that begin at below(p); 0 elsewhere: for masks. */
static const double rh_american_ones[2 * RH_AMERICAN_NODES_MAX] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static inline const double *rh_american_below(int p)
{
    return rh_american_ones + RH_AMERICAN_NODES_MAX - p;
}

#endif
