/* One SVI slice: value, derivatives, Durrleman's function, the jump-wings parameters. Closed forms
 * of Gatheral & Jacquier 2014; must not fit anything. Invariant: no answer depends on more than the
 * arguments. */
#include <math.h>

#include "pricing/svi_fit.h"

rh_total_variance rh_svi_at(const rh_svi *svi, double k)
{
    double x = k - svi->m, s2 = svi->sigma * svi->sigma, root = sqrt(x * x + s2);
    return (rh_total_variance){
        .w = svi->a + svi->b * (svi->rho * x + root),
        .dw = svi->b * (svi->rho + x / root),
        .d2w = svi->b * s2 / (root * root * root),
    };
}

double rh_durrleman_of(const rh_total_variance *t, double k)
{
    if (!(t->w > 0.0)) return (double)NAN;
    double inverse = 1.0 / t->w, near = 1.0 - 0.5 * k * t->dw * inverse;
    return near * near - 0.25 * t->dw * t->dw * (inverse + 0.25) + 0.5 * t->d2w;
}

double rh_svi_durrleman(const rh_svi *svi, double k)
{
    rh_total_variance t = rh_svi_at(svi, k);
    return rh_durrleman_of(&t, k);
}

rh_svi_jw rh_svi_to_jw(const rh_svi *svi, double T)
{
    rh_total_variance atm = rh_svi_at(svi, 0.0);
    double root = sqrt(atm.w);
    return (rh_svi_jw){
        .v = atm.w / T,
        .psi = 0.5 * atm.dw / root,
        .p = svi->b * (1.0 - svi->rho) / root,
        .c = svi->b * (1.0 + svi->rho) / root,
        .v_min = (svi->a + svi->b * svi->sigma * sqrt(1.0 - svi->rho * svi->rho)) / T,
    };
}

/* With beta = m / sqrt(m^2 + sigma^2), known from psi, the rise of w from its vertex to k = 0 is
 * b sqrt(m^2 + sigma^2) times `rise`, which gives the scale. */
bool rh_svi_from_jw(const rh_svi_jw *jw, double T, rh_svi *svi)
{
    double w = jw->v * T, root = sqrt(w), b = 0.5 * root * (jw->c + jw->p);
    double rho = 1.0 - jw->p * root / b, beta = rho - 2.0 * jw->psi * root / b;
    if (!(b > 0.0) || !(fabs(rho) < 1.0) || !(fabs(beta) < 1.0) || !(jw->v > jw->v_min))
        return false;
    double narrow = sqrt(1.0 - beta * beta);
    double rise = 1.0 - rho * beta - narrow * sqrt(1.0 - rho * rho);
    if (!(rise > 0.0)) return false;
    double reach = (jw->v - jw->v_min) * T / (b * rise);
    svi->b = b;
    svi->rho = rho;
    svi->m = reach * beta;
    svi->sigma = reach * narrow;
    svi->a = jw->v_min * T - b * svi->sigma * sqrt(1.0 - rho * rho);
    return true;
}
