/* One figure as inline SVG: curves from time bins on a common UTC axis, events as vertical lines,
 * hedges as triangles on the first curve, direct labels at the right edge. Colours are classes that
 * the page's style defines, so that light, dark and print need no second drawing. */
#ifndef RH_REPORT_CHART_H
#define RH_REPORT_CHART_H

#include "base/buffer.h"
#include "report/history.h"

#define RH_CHART_WIDTH 1040
#define RH_CHART_LEFT 74
#define RH_CHART_RIGHT 168
#define RH_CURVES_MAX 12

typedef struct rh_curve {
    const char *name;           /* direct label; escaped here */
    const char *style;          /* a class of the page's style: "c1" */
    const rh_bins *bins;
    int column;
    double sign;                /* +1 or -1: what is drawn is sign times the column */
    bool steps;                 /* holds its value between rows, from 0 at the span's start */
} rh_curve;

typedef struct rh_chart {
    const char *title;          /* for readers that do not see the picture */
    int64_t from_ns, to_ns;     /* the span of the axis */
    int height;
    bool zero;                  /* the value axis contains zero */
    bool cut;                   /* rare extremes of the first curve may lie beyond the axis */
    int curve_count;
    rh_curve curves[RH_CURVES_MAX];
    const rh_marks *marks;      /* may be NULL */
    const rh_hedge_slot *hedges;    /* RH_HEDGE_SLOTS of them, on the first curve; may be NULL */
} rh_chart;

/* Position of a time across the figure, in its own units. */
double rh_chart_x(const rh_chart *chart, int64_t time_ns);
/* Whether `cut` leaves something beyond the axis. */
bool rh_chart_is_cut(const rh_chart *chart);
void rh_chart_svg(rh_buffer *out, const rh_chart *chart);

#endif
