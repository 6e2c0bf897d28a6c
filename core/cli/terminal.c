/* The interactive terminal on libedit, whose wait for a key turns the replay's loop instead: one
 * thread, no key lost, the run goes on while a person types. Must not interpret commands.
 * Invariant: the thread's locale is the editor's only inside the editor; the run never sees it. */
#include "cli/terminal.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/screen.h"
#include "cli/status_line.h"

enum { HISTORY_LINES = 500, KEYS_MAX = 256 };
static const int64_t again_ns = 3000000000;     /* a second Ctrl-C within it quits */

struct rh_terminal {
    EditLine *editor;
    History *history;
    rh_replay *replay;
    rh_screen screen;
    locale_t text;              /* UTF-8 where the system has it; 0: none */
    bool editing;               /* inside el_gets */
    unsigned char keys[KEYS_MAX];
    size_t key_at, key_count;
    int64_t interrupted_ns;
};

bool rh_terminal_usable(void)
{
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
}

static char *prompt(EditLine *editor)
{
    static char text[] = "rehedge> ";
    (void)editor;
    return text;
}

/* --- what the person sees ------------------------------------------------------------------ */

static void draw(rh_terminal *terminal)
{
    rh_replay_look look;
    char line[RH_STATUS_LINE_MAX];
    if (!terminal->screen.entered) return;
    rh_replay_see(terminal->replay, &look);
    rh_status_line(&look, terminal->screen.columns - 1, line);
    rh_screen_status(&terminal->screen, line);
}

/* To the first column of what is being typed, everything from there on wiped. */
static void wipe_input(rh_terminal *terminal)
{
    const LineInfo *info = el_line(terminal->editor);
    int columns = terminal->screen.columns > 0 ? terminal->screen.columns : 80;
    int width = (int)strlen(prompt(NULL));
    for (const char *c = info->buffer; c < info->cursor; c++) {
        if (((unsigned char)*c & 0xc0) != 0x80) width++;
    }
    if (!terminal->screen.able) {
        fputs("\n", stdout);
        return;
    }
    putchar('\r');
    if (width / columns > 0) printf("\033[%dA", width / columns);
    fputs("\033[J", stdout);
    rh_screen_forget(&terminal->screen);
}

static void refresh_input(rh_terminal *terminal)
{
    if (terminal->editing) el_set(terminal->editor, EL_REFRESH);
    fflush(stdout);
    if (terminal->replay) draw(terminal);
}

void rh_terminal_say(void *context, const char *line)
{
    rh_terminal *terminal = context;
    if (terminal->editing) wipe_input(terminal);
    printf("%s\n", line);
    refresh_input(terminal);
}

/* --- signals ------------------------------------------------------------------------------- */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void interrupted(rh_terminal *terminal)
{
    int64_t at_ns = now_ns();
    if (terminal->interrupted_ns > 0 && at_ns - terminal->interrupted_ns < again_ns) {
        rh_replay_quit(terminal->replay);
        return;
    }
    terminal->interrupted_ns = at_ns;
    wipe_input(terminal);
    /* the editor can delete before its cursor only, and replace a line by one of some length */
    el_insertstr(terminal->editor, " ");
    el_replacestr(terminal->editor, " ");
    el_deletestr(terminal->editor, 1);
    rh_terminal_say(terminal, "Ctrl-C again ends the run here, as quit does");
}

void rh_terminal_stop_process(void)
{
    struct sigaction usual, ours;
    memset(&usual, 0, sizeof usual);
    sigemptyset(&usual.sa_mask);
    usual.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &usual, &ours);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
}

static void stop(rh_terminal *terminal)
{
    if (terminal->editing) wipe_input(terminal);
    rh_screen_leave(&terminal->screen);
    el_set(terminal->editor, EL_PREP_TERM, 0);
    rh_terminal_stop_process();
    rh_replay_woke(terminal->replay);
    el_set(terminal->editor, EL_PREP_TERM, 1);
    rh_screen_enter(&terminal->screen);
    refresh_input(terminal);
}

static void resize(rh_terminal *terminal)
{
    rh_screen_resized(&terminal->screen);
    /* most terminals have reflowed it by now; the old status row is below it, and goes as well */
    if (terminal->editing) wipe_input(terminal);
    el_resize(terminal->editor);
    rh_screen_enter(&terminal->screen);
    refresh_input(terminal);
}

/* --- keys ---------------------------------------------------------------------------------- */

static void read_keys(rh_terminal *terminal)
{
    /* what was left is the beginning of a character */
    size_t left = terminal->key_count - terminal->key_at;
    memmove(terminal->keys, terminal->keys + terminal->key_at, left);
    terminal->key_at = 0;
    terminal->key_count = left;
    ssize_t count = read(STDIN_FILENO, terminal->keys + left, sizeof terminal->keys - left);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) {
        rh_replay_quit(terminal->replay);
        return;
    }
    terminal->key_count += (size_t)count;
}

/* One turn of the replay; whatever happened but keys is dealt with here. */
static unsigned turn(rh_terminal *terminal)
{
    locale_t editor_locale = uselocale(LC_GLOBAL_LOCALE);
    unsigned bits = rh_replay_turn(terminal->replay);
    uselocale(editor_locale);
    if (bits & RH_TURN_OVER) return bits;
    if (bits & RH_TURN_STOP) stop(terminal);
    if (bits & (RH_TURN_RESIZE | RH_TURN_CONTINUE)) resize(terminal);
    if (bits & RH_TURN_INTERRUPT) interrupted(terminal);
    if (bits & RH_TURN_DRAW) draw(terminal);
    if (bits & RH_TURN_INPUT) read_keys(terminal);
    return bits;
}

/* A character from the bytes at hand: its bytes taken, 0 when more must come, -1 for a bad one. */
static int decode(rh_terminal *terminal, wchar_t *out)
{
    const unsigned char *bytes = terminal->keys + terminal->key_at;
    size_t left = terminal->key_count - terminal->key_at;
    if (left == 0) return 0;
    size_t need = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] >= 0x80 && bytes[0] < 0xc2) return -1;
    if (left < need) return 0;
    unsigned value = need == 1 ? bytes[0] : bytes[0] & (0x7fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return -1;
        value = value << 6 | (bytes[i] & 0x3f);
    }
    /* where the system has no UTF-8 the editor could not show it */
    if (value >= 0x80 && !terminal->text) return -1;
    *out = (wchar_t)value;
    return (int)need;
}

/* libedit's wait for a key. */
static int next_key(EditLine *editor, wchar_t *out)
{
    rh_terminal *terminal = NULL;
    el_get(editor, EL_CLIENTDATA, &terminal);
    for (;;) {
        int taken = decode(terminal, out);
        if (taken > 0) {
            terminal->key_at += (size_t)taken;
            return 1;
        }
        if (taken < 0) {
            terminal->key_at++;
            continue;
        }
        if (turn(terminal) & RH_TURN_OVER) return 0;
    }
}

/* --- completion ---------------------------------------------------------------------------- */

/* Tab: command names in the first word, file names behind it. */
static unsigned char complete(EditLine *editor, int key)
{
    const LineInfo *info = el_line(editor);
    size_t length = (size_t)(info->cursor - info->buffer);
    const char *match = NULL;
    (void)key;
    if (memchr(info->buffer, ' ', length)) return _el_fn_complete(editor, key);
    for (const rh_command_row *row = rh_commands; row->name; row++) {
        if (strncmp(row->name, info->buffer, length) != 0) continue;
        if (match) return CC_ERROR;     /* more than one */
        match = row->name;
    }
    if (!match || el_insertstr(editor, match + length) != 0 || el_insertstr(editor, " ") != 0) {
        return CC_ERROR;
    }
    return CC_REFRESH;
}

/* --- life ---------------------------------------------------------------------------------- */

/* Only how characters are read and shown; numbers stay as they are in "C". */
static locale_t text_locale(void)
{
    static const char *const names[] = {"", "C.UTF-8", "en_US.UTF-8"};
    for (int i = 0; i < 3; i++) {
        locale_t one = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
        if (!one) continue;
        if (strcmp(nl_langinfo_l(CODESET, one), "UTF-8") == 0) return one;
        freelocale(one);
    }
    return (locale_t)0;
}

rh_status rh_terminal_open(rh_terminal **out, rh_error *error)
{
    rh_terminal *terminal = calloc(1, sizeof *terminal);
    *out = terminal;
    if (!terminal) return rh_fail(error, RH_NO_MEMORY, "no memory for the terminal");
    terminal->text = text_locale();
    locale_t before = uselocale(terminal->text);
    terminal->editor = el_init("rehedge", stdin, stdout, stderr);
    terminal->history = history_init();
    uselocale(before);
    if (terminal->editor && terminal->history) {
        HistEvent event;
        history(terminal->history, &event, H_SETSIZE, HISTORY_LINES);
        history(terminal->history, &event, H_SETUNIQUE, 1);
        el_set(terminal->editor, EL_CLIENTDATA, terminal);
        el_set(terminal->editor, EL_PROMPT, prompt);
        el_set(terminal->editor, EL_EDITOR, "emacs");
        el_set(terminal->editor, EL_SIGNAL, 0);
        el_set(terminal->editor, EL_HIST, history, terminal->history);
        el_set(terminal->editor, EL_GETCFN, next_key);
        /* the wide form: the narrow one copies the texts and never frees them */
        el_wset(terminal->editor, EL_ADDFN, L"rehedge-complete", L"complete a command or a file",
                complete);
        el_set(terminal->editor, EL_BIND, "^I", "rehedge-complete", NULL);
        el_set(terminal->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
        el_source(terminal->editor, NULL);
        return RH_OK;
    }
    rh_terminal_close(terminal);
    *out = NULL;
    return rh_fail(error, RH_IO, "the line editor does not know this terminal");
}

static void do_line(rh_terminal *terminal, const char *line, rh_answer *answer)
{
    HistEvent event;
    rh_replay_do(terminal->replay, line, answer);
    if (line[strspn(line, " \t\r\n")] == '\0') return;
    history(terminal->history, &event, H_ENTER, line);
    if (answer->text.length > 0) fwrite(answer->text.bytes, 1, answer->text.length, stdout);
    fflush(stdout);
}

rh_status rh_terminal_run(rh_terminal *terminal, rh_replay *replay, rh_error *error)
{
    rh_answer answer = {0};
    const char *line;
    int count = 0;
    RH_TRY(rh_replay_listen(replay, STDIN_FILENO, error));
    terminal->replay = replay;
    rh_screen_enter(&terminal->screen);
    draw(terminal);
    do {
        terminal->editing = true;
        locale_t before = uselocale(terminal->text);
        line = el_gets(terminal->editor, &count);
        uselocale(before);
        terminal->editing = false;
        if (line && count > 0) do_line(terminal, line, &answer);
        if (!line || count <= 0) rh_replay_quit(replay);    /* Ctrl-D, or over already */
    } while (line && count > 0 && !rh_replay_over(replay));
    rh_screen_leave(&terminal->screen);
    fputs(line ? "" : "\n", stdout);
    fflush(stdout);
    rh_answer_free(&answer);
    terminal->replay = NULL;
    return rh_replay_listen(replay, -1, error);
}

void rh_terminal_close(rh_terminal *terminal)
{
    if (!terminal) return;
    if (terminal->editor) el_end(terminal->editor);
    if (terminal->history) history_end(terminal->history);
    if (terminal->text) freelocale(terminal->text);
    free(terminal);
}
