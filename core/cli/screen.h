/* The bottom row of a terminal as a status line: the rows above scroll, this one stays. Knows
 * nothing of replays or editors. Invariant: every function leaves the cursor where it was. */
#ifndef RH_CLI_SCREEN_H
#define RH_CLI_SCREEN_H

#include <stdbool.h>

typedef struct rh_screen {
    int rows, columns;
    bool able;          /* a terminal that can: not dumb, rows enough */
    bool entered;
    char shown[2048];
} rh_screen;

void rh_screen_enter(rh_screen *screen);        /* measures; sets the row aside */
void rh_screen_leave(rh_screen *screen);        /* gives it back */
/* The size has changed: what lies where now nobody knows, so nothing is wiped. Enter comes next. */
void rh_screen_resized(rh_screen *screen);
/* Draws when it differs from what is shown, and only if the terminal takes it without waiting. */
void rh_screen_status(rh_screen *screen, const char *line);
void rh_screen_forget(rh_screen *screen);       /* the row was wiped: draw it next time */

#endif
