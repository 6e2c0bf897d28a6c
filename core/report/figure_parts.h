/* What figure.c and figure_time.c share: the opening and the end of a figure in the page and in its
 * data island, numbers and names of the island. Internal to the two. */
#ifndef RH_REPORT_FIGURE_PARTS_H
#define RH_REPORT_FIGURE_PARTS_H

#include "report/figure.h"

/* Up to the words about it; then rh_figure_plot up to the rows of its table; then the end. */
void rh_figure_open(rh_page *page, const char *draw, const char *heading, const char *unit,
                    int height);
void rh_figure_plot(rh_page *page);
void rh_figure_close(rh_page *page);

/* Every stride-th of the values; what is not finite is null. Nine digits: a picture needs six. */
void rh_put_numbers(rh_json_writer *json, const char *key, const double *values, size_t count,
                    size_t stride);
/* Names of scripts and data, made visible as markup.h does. */
void rh_put_name(rh_json_writer *json, const char *key, const char *name);

#endif
