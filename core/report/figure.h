/* Figures of report.html: a heading, a place for the picture, and its numbers as a table. The
 * picture is drawn by report.js from the data island of the page, which this file describes.
 * Invariant: a picture never knows more than the page's bins, and each has its table. */
#ifndef RH_REPORT_FIGURE_H
#define RH_REPORT_FIGURE_H

#include "data/json.h"
#include "report/bins.h"
#include "report/history.h"

typedef struct rh_page rh_page;

/* The island is a JSON object:
 *   {"times": [ms, ...], "columns": [[number or null, ...], ...],
 *    "marks": [{"kind", "at": [ms, ...]}, ...], "figures": [{"id", "draw", "height", ...}, ...]}
 * A figure through time ("draw" is "lines" or "stack") has "curves" of {"name", "column", "sign",
 * "colour", "steps", "dash", "over"}, "zero", and may have "view": [low, high], "band": [column,
 * column] and "hedges": [[ms, bought, sold], ...]. One of a frame ("histogram", "scatter", "line",
 * "differences") has "columns", "values" by column, "labels" by row, "rules" of {"name", "value"},
 * and the words "x", "y" and "of". */

/* --- through time -------------------------------------------------------------------------- */

/* What is drawn of a bin at its first and its last row. */
typedef enum rh_sampling {
    RH_SAMPLE_EXTREMES,         /* least and greatest, in the order in which they came */
    RH_SAMPLE_ENDS,             /* first and last: columns that are added up must be of one time */
    RH_SAMPLE_HELD              /* the last value, which holds through empty bins, from 0 on */
} rh_sampling;

typedef struct rh_sampled {
    const rh_bins *bins;
    int column;
    rh_sampling how;
} rh_sampled;
#define RH_SAMPLED_MAX 256

typedef struct rh_curve {
    const char *name;           /* escaped here */
    const char *colour;         /* "c0" .. "c9" of report.css */
    rh_sampled of;
    double sign;                /* what is shown is sign times the column */
    bool dash, over;            /* over: a line above a stack, no part of it */
} rh_curve;
#define RH_CURVES_MAX 32

typedef struct rh_time_figure {
    const char *draw;           /* "lines" or "stack" */
    const char *heading, *about;        /* constant HTML */
    const char *unit;           /* escaped here */
    int height;                 /* pixels */
    bool zero;                  /* the value axis contains zero; curves that are zero are named */
    bool extremes;              /* the table has least and greatest of the first curve */
    int band;                   /* index of the curve that is a band's lower edge, then the upper;
                                   0: none */
    bool cut;                   /* the value axis shows [low, high] */
    double low, high;
    const rh_hedge_slot *hedges;        /* RH_HEDGE_SLOTS of them, on the first curve; or NULL */
    int curve_count, zero_count;
    rh_curve curves[RH_CURVES_MAX];
    const char *zeros[RH_CURVES_MAX];
} rh_time_figure;

/* Left out when the column has no value, or only zeros where the axis contains zero. */
void rh_time_curve(rh_time_figure *figure, const char *name, const char *colour,
                   const rh_bins *bins, int column, rh_sampling how, double sign);
/* Nothing when it has no curves. */
void rh_time_figure_put(rh_page *page, const rh_time_figure *figure);

/* --- frames -------------------------------------------------------------------------------- */

#define RH_FRAME_COLUMNS_MAX 12

typedef struct rh_frame {
    const char *draw;           /* "histogram", "scatter", "line", "differences"; NULL: a table */
    const char *heading, *about;        /* constant HTML */
    const char *unit, *x, *y, *of;      /* of axes and points; escaped here */
    int height;
    size_t rows;
    const char *label_head;     /* NULL: rows have no names */
    const char *const *labels;
    int columns;
    const char *keys[RH_FRAME_COLUMNS_MAX];     /* as report.js looks for them */
    const char *heads[RH_FRAME_COLUMNS_MAX];    /* as people read them */
    const double *values;       /* [row * columns + column]; NAN: unknown */
    int rules;                  /* vertical lines of a histogram */
    const char *const *rule_names;
    const double *rule_values;
} rh_frame;

void rh_frame_put(rh_page *page, const rh_frame *frame);

/* --- the island ---------------------------------------------------------------------------- */

/* What all figures need: times, columns, marks; then the figures. Valid inside a script element:
 * no "<", ">", "&" and no line separators, whatever the texts were. */
void rh_island_put(rh_page *page);

#endif
