/* Several runs side by side, as compare and fork print them: a table or JSON, and the exit status.
 * Prints what failed as well; decides nothing. */
#ifndef RH_CLI_COMPARE_OUT_H
#define RH_CLI_COMPARE_OUT_H

#include "data/json.h"
#include "study/compare.h"

/* Prints all of it; the exit status: 0, 4 when a policy failed, 1 when more than that did. `more`
 * writes further members into the JSON; NULL: there are none. */
typedef void rh_compare_more(const void *context, rh_json_writer *writer);
int rh_compare_out(const rh_compare_run *runs, size_t count, bool json, const char *out_dir,
                   bool quiet, rh_compare_more *more, const void *context);
/* OUT_DIR/report.html, of the runs that have a directory; nothing when none has. `study`: a
 * compare.json; NULL: none. */
rh_status rh_compare_page(const rh_compare_run *runs, size_t count, const char *out_dir,
                          const char *study, rh_error *error);

#endif
