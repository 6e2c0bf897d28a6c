/* Minimisers for the fits of pricing: see the header. Must not allocate and must not know what is
 * fitted. Invariant: the point given back is the best one that was evaluated. */
#include "math/minimize.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* --- Nelder-Mead ---------------------------------------------------------------------------- */

typedef struct simplex {
    rh_objective value;
    void *context;
    size_t n;
    int left;                                                   /* evaluations */
    double x[RH_UNKNOWNS_MAX + 1][RH_UNKNOWNS_MAX], y[RH_UNKNOWNS_MAX + 1];
    double centre[RH_UNKNOWNS_MAX];                             /* of all but the worst */
} simplex;

static double evaluate(simplex *s, const double *x)
{
    s->left--;
    double y = s->value(s->context, x);
    return isnan(y) ? HUGE_VAL : y;
}

static void place(simplex *s, size_t at, const double *x, double y)
{
    memcpy(s->x[at], x, s->n * sizeof *x);
    s->y[at] = y;
}

/* Insertion sort by value: the simplex is nearly sorted, and ties keep their order. */
static void sort(simplex *s)
{
    for (size_t i = 1; i <= s->n; i++) {
        double x[RH_UNKNOWNS_MAX], y = s->y[i];
        memcpy(x, s->x[i], s->n * sizeof *x);
        size_t j = i;
        for (; j > 0 && s->y[j - 1] > y; j--) place(s, j, s->x[j - 1], s->y[j - 1]);
        place(s, j, x, y);
    }
}

static bool is_small(const simplex *s, const double *step, double tolerance)
{
    for (size_t i = 1; i <= s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            if (fabs(s->x[i][j] - s->x[0][j]) > tolerance * step[j]) return false;
    return true;
}

/* The point at centre + by (worst - centre), and its value. */
static double try_point(simplex *s, double by, double *x)
{
    for (size_t j = 0; j < s->n; j++) x[j] = s->centre[j] + by * (s->x[s->n][j] - s->centre[j]);
    return evaluate(s, x);
}

static void shrink(simplex *s)
{
    for (size_t i = 1; i <= s->n; i++) {
        for (size_t j = 0; j < s->n; j++) s->x[i][j] = s->x[0][j] + 0.5 * (s->x[i][j] - s->x[0][j]);
        s->y[i] = evaluate(s, s->x[i]);
    }
}

static void move(simplex *s)
{
    double x[RH_UNKNOWNS_MAX], further[RH_UNKNOWNS_MAX];
    size_t worst = s->n;
    for (size_t j = 0; j < s->n; j++) {
        s->centre[j] = 0.0;
        for (size_t i = 0; i < s->n; i++) s->centre[j] += s->x[i][j] / (double)s->n;
    }
    double y = try_point(s, -1.0, x);
    if (y < s->y[0]) {
        double better = try_point(s, -2.0, further);
        place(s, worst, better < y ? further : x, better < y ? better : y);
    } else if (y < s->y[worst - 1]) {
        place(s, worst, x, y);
    } else {
        double inside = try_point(s, y < s->y[worst] ? -0.5 : 0.5, further);
        if (inside < fmin(y, s->y[worst])) place(s, worst, further, inside);
        else shrink(s);
    }
}

double rh_minimize_simplex(rh_objective value, void *context, size_t n, double *x,
                           const double *step, double tolerance, int evaluations_max)
{
    simplex s = {.value = value, .context = context, .n = n, .left = evaluations_max};
    for (size_t i = 0; i <= n; i++) {
        memcpy(s.x[i], x, n * sizeof *x);
        if (i > 0) s.x[i][i - 1] += step[i - 1];
        s.y[i] = evaluate(&s, s.x[i]);
    }
    sort(&s);
    while (s.left > 0 && !is_small(&s, step, tolerance)) {
        move(&s);
        sort(&s);
    }
    memcpy(x, s.x[0], n * sizeof *x);
    return s.y[0];
}

/* --- Levenberg-Marquardt -------------------------------------------------------------------- */

typedef struct squares {
    size_t n, count;
    double normal[RH_UNKNOWNS_MAX][RH_UNKNOWNS_MAX], gradient[RH_UNKNOWNS_MAX];
} squares;

static double sum_of_squares(const double *r, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum += r[i] * r[i];
    return isnan(sum) ? HUGE_VAL : sum;
}

/* One residual's part of J^T J (below the diagonal) and J^T r; many are level and have none. */
static void add_row(squares *s, const double *columns, double r)
{
    double row[RH_UNKNOWNS_MAX], any = 0.0;
    for (size_t j = 0; j < s->n; j++) {
        row[j] = columns[j * s->count];
        any += fabs(row[j]);
    }
    if (any == 0.0) return;
    for (size_t j = 0; j < s->n; j++) {
        s->gradient[j] += row[j] * r;
        for (size_t l = 0; l <= j; l++) s->normal[j][l] += row[j] * row[l];
    }
}

/* J^T J and J^T r, J by forward differences; columns: n rows of `count` doubles. */
static void linearise(squares *s, rh_residuals residuals, void *context, const double *x,
                      const double *r, double *columns)
{
    double moved[RH_UNKNOWNS_MAX];
    memcpy(moved, x, s->n * sizeof *x);
    for (size_t j = 0; j < s->n; j++) {
        double *column = columns + j * s->count;
        moved[j] = x[j] + 1e-7 * fmax(fabs(x[j]), 0.1);
        double step = moved[j] - x[j];
        residuals(context, moved, column);
        moved[j] = x[j];
        for (size_t i = 0; i < s->count; i++) column[i] = (column[i] - r[i]) / step;
    }
    memset(s->normal, 0, sizeof s->normal);
    memset(s->gradient, 0, sizeof s->gradient);
    for (size_t i = 0; i < s->count; i++) add_row(s, columns + i, r[i]);
    for (size_t j = 0; j < s->n; j++)
        for (size_t l = 0; l < j; l++) s->normal[l][j] = s->normal[j][l];
}

/* (J^T J + damping diag) step = -gradient by Cholesky; false: not positive. */
static bool solve(const squares *s, double damping, double *step)
{
    double l[RH_UNKNOWNS_MAX][RH_UNKNOWNS_MAX];
    for (size_t j = 0; j < s->n; j++) {
        for (size_t i = j; i < s->n; i++) {
            double sum = s->normal[i][j];
            if (i == j) sum += damping * s->normal[j][j] + 1e-300;
            for (size_t k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
            if (i == j && !(sum > 0.0)) return false;
            l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        step[i] = -s->gradient[i];
        for (size_t k = 0; k < i; k++) step[i] -= l[i][k] * step[k];
        step[i] /= l[i][i];
    }
    for (size_t i = s->n; i-- > 0;) {
        for (size_t k = i + 1; k < s->n; k++) step[i] -= l[k][i] * step[k];
        step[i] /= l[i][i];
    }
    return true;
}

double rh_minimize_squares(rh_residuals residuals, void *context, size_t n, size_t count, double *x,
                           double tolerance, int steps_max, double *work)
{
    squares s = {.n = n, .count = count};
    double *r = work, *tried = work + count, *columns = work + 2 * count, damping = 1e-3;
    residuals(context, x, r);
    double best = sum_of_squares(r, count);
    for (int steps = 0; steps < steps_max; steps++) {
        bool better = false;
        double before = best;
        linearise(&s, residuals, context, x, r, columns);
        for (int tries = 0; tries < 10 && !better; tries++) {
            double step[RH_UNKNOWNS_MAX], next[RH_UNKNOWNS_MAX], sum = HUGE_VAL;
            if (solve(&s, damping, step)) {
                double longest = 1.0;
                for (size_t j = 0; j < n; j++) longest = fmax(longest, fabs(step[j]));
                for (size_t j = 0; j < n; j++) next[j] = x[j] + step[j] / longest;
                residuals(context, next, tried);
                sum = sum_of_squares(tried, count);
            }
            better = sum < best;
            damping = better ? damping * 0.2 : damping * 8.0;
            if (!better) continue;
            memcpy(x, next, n * sizeof *x);
            memcpy(r, tried, count * sizeof *r);
            best = sum;
        }
        if (!better || before - best <= tolerance * before) break;
    }
    return best;
}
