/* What report.html is made of besides the run: our style and script, and the two chart libraries of
 * the distribution with their notices, all embedded at build time (embed.cmake). Constant text. */
#ifndef RH_REPORT_ASSETS_H
#define RH_REPORT_ASSETS_H

#include <stddef.h>

typedef struct rh_asset {
    const char *text;           /* NUL-terminated, valid UTF-8, without "</script" or "</style" */
    size_t length;
} rh_asset;

extern const rh_asset rh_asset_style;           /* report.css, dygraph.min.css */
extern const rh_asset rh_asset_script;          /* report.js: draws what figure.h writes */
extern const rh_asset rh_asset_dygraphs;        /* curves through time */
extern const rh_asset rh_asset_chartjs;         /* everything else */
extern const rh_asset rh_asset_notices;         /* their licenses, without "--" and "<" */

#endif
