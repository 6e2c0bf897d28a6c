/* A status row by a scroll region (DECSTBM), which every terminal since the VT100 has. Must not
 * hold the run up: nothing is drawn while the terminal takes no bytes. Invariant: while `entered`,
 * the region is rows 1 to rows - 1 and nobody else writes to the last row. */
#include "cli/screen.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ROWS_MIN = 4, COLUMNS_MIN = 16 };

static void measure(rh_screen *screen)
{
    screen->rows = 24;
    screen->columns = 80;
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        screen->rows = size.ws_row;
        screen->columns = size.ws_col;
    }
#endif
    const char *term = getenv("TERM");
    bool dumb = !term || !term[0] || strcmp(term, "dumb") == 0;
    screen->able = !dumb && screen->rows >= ROWS_MIN && screen->columns >= COLUMNS_MIN;
}

void rh_screen_enter(rh_screen *screen)
{
    measure(screen);
    screen->shown[0] = '\0';
    screen->entered = screen->able;
    if (!screen->able) return;
    /* A replay that was killed outright has left its region. Then a line feed, so that the cursor
     * is not on the row that is set aside. */
    printf("\0337\033[r\0338\n\0337\033[1;%dr\0338\033[1A", screen->rows - 1);
    fflush(stdout);
}

void rh_screen_leave(rh_screen *screen)
{
    if (!screen->entered) return;
    screen->entered = false;
    printf("\0337\033[r\033[%d;1H\033[2K\0338", screen->rows);
    fflush(stdout);
}

void rh_screen_resized(rh_screen *screen)
{
    if (screen->entered) printf("\0337\033[r\0338");
    screen->entered = false;
    measure(screen);
}

void rh_screen_forget(rh_screen *screen)
{
    screen->shown[0] = '\0';
}

void rh_screen_status(rh_screen *screen, const char *line)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (!screen->entered || strcmp(line, screen->shown) == 0) return;
    if (poll(&out, 1, 0) != 1 || !(out.revents & POLLOUT)) return;
    snprintf(screen->shown, sizeof screen->shown, "%s", line);
    printf("\0337\033[%d;1H\033[0;7m%s\033[K\033[0m\0338", screen->rows, line);
    fflush(stdout);
}
