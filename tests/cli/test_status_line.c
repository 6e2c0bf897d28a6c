/* The status line of a replay: what it says at full width, that it fits every width, and that what
 * a script called itself cannot move the cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/status_line.h"

static void set(char *to, size_t capacity, const char *text)
{
    snprintf(to, capacity, "%s", text);
}

static rh_replay_look sample(void)
{
    rh_replay_look look = {.now_ns = INT64_C(1621425600123456789), .speed = 3600};
    look.live.spot = 45123.5;
    look.live.delta = -0.1234567;
    look.live.pnl = 1234.567;
    set(look.live.numeraire, sizeof look.live.numeraire, "USD");
    set(look.live.policy, sizeof look.live.policy, "delta-band");
    set(look.live.version, sizeof look.live.version, "1.0.0");
    return look;
}

/* As a terminal would count it at its widest: two columns beyond ASCII. */
static int columns_of(const char *line)
{
    int columns = 0;
    for (; *line; line++) {
        unsigned char c = (unsigned char)*line;
        columns += c < 0x80 ? 1 : (c & 0xc0) == 0x80 ? 0 : 2;
    }
    return columns;
}

static void it_says_everything(void **state)
{
    rh_replay_look look = sample();
    char line[RH_STATUS_LINE_MAX];
    (void)state;
    rh_status_line(&look, 200, line);
    assert_string_equal(line, " 2021-05-19 12:00:00  x3600  spot 45123.50  delta -0.1235  "
                              "P&L +1234.57 USD  delta-band 1.0.0");
    set(look.live.last_swap, sizeof look.live.last_swap, "a.lua:3: syntax error");
    look.live.last_refused = true;
    look.paused = true;
    rh_status_line(&look, 200, line);
    assert_non_null(strstr(line, "  paused  "));
    assert_non_null(strstr(line, "| refused: a.lua:3: syntax error"));
    look.live.killed = true;
    set(look.live.kill_reason, sizeof look.live.kill_reason, "a.lua:9: \033[2J nil");
    rh_status_line(&look, 200, line);
    assert_non_null(strstr(line, "policy killed: a.lua:9: \\x1B[2J nil"));
    rh_status_line(&look, 60, line);
    assert_string_equal(line, "05-19 12:00:00 paused  45123.50  d -0.1235  +1235  policy ki");
}

static void what_is_not_known_is_a_dash(void **state)
{
    rh_replay_look look = sample();
    char line[RH_STATUS_LINE_MAX];
    (void)state;
    look.live.spot = look.live.delta = look.live.pnl = (double)NAN;
    look.live.policy[0] = '\0';
    look.speed = (double)INFINITY;
    rh_status_line(&look, 200, line);
    assert_string_equal(line, " 2021-05-19 12:00:00  max  spot -  delta -  P&L - USD  no policy");
}

static void it_fits_every_width(void **state)
{
    rh_replay_look look = sample();
    char line[RH_STATUS_LINE_MAX];
    (void)state;
    set(look.live.policy, sizeof look.live.policy, "naïve-ヘッジ");
    memset(look.live.last_swap, 'x', sizeof look.live.last_swap - 1);
    look.live.spot = 1e300;     /* no price, but no reason to overflow */
    look.live.pnl = -1e15;
    for (int columns = 0; columns < 600; columns++) {
        rh_status_line(&look, columns, line);
        assert_true(columns_of(line) <= columns);
        assert_true(columns > 360 || columns_of(line) >= columns - 1);
    }
}

static void names_of_scripts_are_escaped(void **state)
{
    rh_replay_look look = sample();
    char line[RH_STATUS_LINE_MAX];
    (void)state;
    set(look.live.policy, sizeof look.live.policy, "evil\x1b[2J\x07");
    set(look.live.version, sizeof look.live.version, "\xc2\x9b" "31m");
    set(look.live.last_swap, sizeof look.live.last_swap, "line\none\r\x1b]0;title\x07");
    rh_status_line(&look, 300, line);
    for (const char *c = line; *c; c++) assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
    assert_null(strstr(line, "\xc2\x9b"));
    assert_non_null(strstr(line, "evil\\x1B[2J\\x07"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_everything),
        cmocka_unit_test(what_is_not_known_is_a_dash),
        cmocka_unit_test(it_fits_every_width),
        cmocka_unit_test(names_of_scripts_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
