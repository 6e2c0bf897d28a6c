/* The status line of a replay as text: one line that fits a number of columns. Must not draw.
 * Invariant: what came from scripts is escaped, and the line is never wider than asked. */
#ifndef RH_CLI_STATUS_LINE_H
#define RH_CLI_STATUS_LINE_H

#include "host/replay.h"

#define RH_STATUS_LINE_MAX 2048

/* Time, speed, spot, net delta, P&L, policy, last swap; what does not fit is cut from the right. */
void rh_status_line(const rh_replay_look *look, int columns, char line[RH_STATUS_LINE_MAX]);

#endif
