/* The prompt for passphrases. Must not keep them: callers wipe what they got.
 * Invariant: the terminal's echo is on again when a function returns, also after a signal came. */
#include "cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line without its end into passphrase; byte by byte, so that nothing stays in a buffer. */
static rh_status read_line(int fd, char passphrase[RH_PASSPHRASE_MAX], rh_error *error)
{
    size_t length = 0;
    char c = 0;
    for (;;) {
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return rh_fail(error, RH_IO, "cannot read a passphrase: %s", strerror(errno));
        if (got == 0 && length == 0)
            return rh_fail(error, RH_INPUT, "no passphrase: standard input has ended");
        if (got == 0 || c == '\n') break;
        if (length + 1 >= RH_PASSPHRASE_MAX || c == '\0')
            return rh_fail(error, RH_INPUT, "a passphrase has at most %d bytes, none of them zero",
                           RH_PASSPHRASE_MAX - 1);
        passphrase[length++] = c;
    }
    if (length > 0 && passphrase[length - 1] == '\r') length--;
    passphrase[length] = '\0';
    return RH_OK;
}

static rh_status ask_terminal(int fd, const char *prompt, char *passphrase, rh_error *error)
{
    struct termios before, quiet;
    sigset_t held, old;
    if (tcgetattr(fd, &before) != 0)
        return rh_fail(error, RH_IO, "the terminal does not answer: %s", strerror(errno));
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);      /* keys that signal are input here */
    quiet.c_lflag |= ECHONL;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGTSTP);
    sigprocmask(SIG_BLOCK, &held, &old);
    rh_status status = RH_OK;
    if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0 || write(fd, prompt, strlen(prompt)) < 0)
        status = rh_fail(error, RH_IO, "the terminal does not answer: %s", strerror(errno));
    if (status == RH_OK) status = read_line(fd, passphrase, error);
    tcsetattr(fd, TCSAFLUSH, &before);
    sigprocmask(SIG_SETMASK, &old, NULL);
    if (status == RH_OK && strchr(passphrase, 3) != NULL)   /* Ctrl-C */
        return rh_fail(error, RH_INTERRUPTED, "interrupted");
    return status;
}

static rh_status ask_once(const char *prompt, char *passphrase, rh_error *error)
{
    if (isatty(STDIN_FILENO) != 1) return read_line(STDIN_FILENO, passphrase, error);
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return rh_fail(error, RH_IO, "no terminal to ask on: %s", strerror(errno));
    rh_status status = ask_terminal(fd, prompt, passphrase, error);
    close(fd);
    return status;
}

static rh_status ask(void *context, const char *label, char *passphrase, rh_error *error)
{
    char prompt[RH_PATH_MAX + 32];
    (void)context;
    snprintf(prompt, sizeof prompt, "Passphrase of %s: ", label);
    return ask_once(prompt, passphrase, error);
}

const rh_asker rh_cli_asker = {ask, NULL};

rh_status rh_cli_new_passphrase(char passphrase[RH_PASSPHRASE_MAX], rh_error *error)
{
    char again[RH_PASSPHRASE_MAX];
    rh_status status = ask_once("Passphrase of the new key: ", passphrase, error);
    if (status == RH_OK && passphrase[0] == '\0')
        status = rh_fail(error, RH_INPUT, "the passphrase is empty (for a key without one: "
                         "--no-passphrase)");
    if (status != RH_OK || isatty(STDIN_FILENO) != 1) return status;
    status = ask_once("The same again: ", again, error);
    if (status == RH_OK && strcmp(again, passphrase) != 0)
        status = rh_fail(error, RH_INPUT, "the two passphrases differ");
    rh_wipe(again, sizeof again);
    return status;
}
