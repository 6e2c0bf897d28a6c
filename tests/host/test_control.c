/* The control socket against clients that lie, flood, stall and leave: a real socket in a temporary
 * folder, the loop turned by hand. Claims: every line is answered once and in order, memory and
 * clients stay bounded, whoever breaks a bound is dropped and nobody else notices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/control.h"
#include "host/control_client.h"
#include "host/control_place.h"

typedef struct fixture {
    uv_loop_t loop;
    rh_control *control;
    char folder[64], path[RH_SOCKET_PATH_MAX];
    int lines;
    size_t answer_bytes;        /* of each answer to "big" */
} fixture;

/* Echoes; "hold" holds, "free" releases those held, "big" answers with many bytes. */
static void handle(void *context, rh_control_client *client, const char *line, size_t length)
{
    fixture *f = context;
    f->lines++;
    if (length == 4 && !memcmp(line, "hold", 4)) {
        rh_control_hold(client);
    } else if (length == 3 && !memcmp(line, "big", 3)) {
        char *bytes = malloc(f->answer_bytes);
        memset(bytes, 'b', f->answer_bytes);
        bytes[f->answer_bytes - 1] = '\n';
        rh_control_answer(client, bytes, f->answer_bytes);
        free(bytes);
    } else {
        if (length == 4 && !memcmp(line, "free", 4)) rh_control_release(f->control, "freed\n", 6);
        char copy[RH_CONTROL_LINE_BYTES_MAX + 1];
        memcpy(copy, line, length);
        copy[length] = '\n';
        rh_control_answer(client, copy, length + 1);
    }
}

static void turn(fixture *f, int times)
{
    for (int i = 0; i < times; i++) uv_run(&f->loop, UV_RUN_NOWAIT);
}

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    rh_error error = {0};
    snprintf(f->folder, sizeof f->folder, "%s/rehedge-control-XXXXXX", P_tmpdir);
    if (!mkdtemp(f->folder) || setenv("XDG_RUNTIME_DIR", f->folder, 1) != 0) return -1;
    if (rh_control_path_of("run", f->path, &error) != RH_OK) return -1;
    uv_loop_init(&f->loop);
    f->answer_bytes = 64 << 10;
    *state = f;
    return rh_control_open(&f->loop, f->path, handle, f, &f->control, &error) == RH_OK ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    struct stat gone;
    char name[RH_SOCKET_PATH_MAX];
    rh_control_close(f->control);
    turn(f, 10);
    int failed = uv_loop_close(&f->loop);       /* every handle is closed */
    if (stat(f->path, &gone) == 0) failed = -1; /* and the socket removed */
    snprintf(name, sizeof name, "%s/rehedge/.lock", f->folder);
    unlink(name);
    snprintf(name, sizeof name, "%s/rehedge", f->folder);
    rmdir(name);
    if (rmdir(f->folder) != 0) failed = -1;
    free(f);
    return failed;
}

static int dial(fixture *f)
{
    int fd = rh_control_dial(f->path);
    assert_true(fd >= 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    turn(f, 2);
    return fd;
}

static void say(fixture *f, int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    turn(f, 3);
}

static void hears(int fd, const char *text)
{
    char bytes[512] = "";
    ssize_t n = read(fd, bytes, sizeof bytes - 1);
    if (n < 0) fail_msg("expected \"%s\", found nothing", text);
    bytes[n] = '\0';
    assert_string_equal(bytes, text);
}

static bool silent(int fd)
{
    char byte;
    return read(fd, &byte, 1) < 0 && errno == EAGAIN;
}

static bool dropped(int fd)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) > 0) continue;
    return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void lines_are_answered_in_order(void **state)
{
    fixture *f = *state;
    int fd = dial(f);
    say(f, fd, "one\n");
    hears(fd, "one\n");
    say(f, fd, "tw");
    assert_true(silent(fd));
    say(f, fd, "o\r\n\nthree\nfour\nfi");
    hears(fd, "two\nthree\nfour\n");
    say(f, fd, "ve\n");
    hears(fd, "five\n");
    close(fd);
    turn(f, 3);
    assert_int_equal(rh_control_clients(f->control), 0);
}

static void only_the_user_may_connect(void **state)
{
    fixture *f = *state;
    struct stat found;
    char folder[RH_SOCKET_PATH_MAX];
    assert_int_equal(stat(f->path, &found), 0);
    assert_true(S_ISSOCK(found.st_mode));
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(rh_control_folder(folder, NULL), RH_OK);
    assert_int_equal(stat(folder, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(rh_control_folder(folder, NULL), RH_INPUT);    /* others may enter */
    assert_int_equal(chmod(folder, 0700), 0);
    int fd = dial(f), pair[2];
    assert_true(rh_control_peer_is_us(fd));
    assert_int_equal(pipe(pair), 0);
    assert_false(rh_control_peer_is_us(pair[0]));
    close(pair[0]);
    close(pair[1]);
    close(fd);
    turn(f, 3);
}

static void a_long_line_ends_the_client(void **state)
{
    fixture *f = *state;
    int fd = dial(f), other = dial(f), lines = f->lines;
    char chunk[4096];
    memset(chunk, 'x', sizeof chunk);
    for (int i = 0; i < 256; i++) {     /* a megabyte, without an end */
        if (write(fd, chunk, sizeof chunk) < 0 && errno == EPIPE) break;
        turn(f, 1);
    }
    turn(f, 5);
    assert_true(dropped(fd));
    assert_int_equal(f->lines, lines);
    say(f, other, "still here\n");
    hears(other, "still here\n");
    close(fd);
    close(other);
    turn(f, 3);
}

static void the_longest_line_is_still_one(void **state)
{
    fixture *f = *state;
    int fd = dial(f), lines = f->lines;
    char line[RH_CONTROL_LINE_BYTES_MAX];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    assert_int_equal(write(fd, line, sizeof line), (ssize_t)sizeof line);
    turn(f, 5);
    assert_int_equal(f->lines, lines + 1);
    close(fd);
    turn(f, 3);
}

static void the_next_client_is_told_that_there_are_too_many(void **state)
{
    fixture *f = *state;
    int fds[RH_CONTROL_CLIENTS_MAX];
    for (int i = 0; i < RH_CONTROL_CLIENTS_MAX; i++) fds[i] = dial(f);
    assert_int_equal(rh_control_clients(f->control), RH_CONTROL_CLIENTS_MAX);
    for (int round = 0; round < 100; round++) {
        int extra = dial(f);
        turn(f, 3);
        hears(extra, "{\"ok\":false,\"error\":\"too many clients\"}\n");
        assert_true(dropped(extra));
        close(extra);
        assert_true(rh_control_clients(f->control) <= RH_CONTROL_CLIENTS_MAX + 1);
    }
    close(fds[3]);
    turn(f, 3);
    fds[3] = dial(f);
    for (int i = 0; i < RH_CONTROL_CLIENTS_MAX; i++) {
        say(f, fds[i], "here\n");
        hears(fds[i], "here\n");
        close(fds[i]);
    }
    turn(f, 5);
    assert_int_equal(rh_control_clients(f->control), 0);
}

static void a_client_that_does_not_read_is_dropped(void **state)
{
    fixture *f = *state;
    int fd = dial(f), other = dial(f), asked = 0;
    while (asked < 1000 && write(fd, "big\n", 4) == 4) {
        asked++;
        turn(f, 2);
    }
    turn(f, 5);
    assert_true(asked < 100);           /* it was stopped long before it could hurt */
    assert_int_equal(rh_control_clients(f->control), 1);
    say(f, other, "unharmed\n");
    hears(other, "unharmed\n");
    close(fd);
    close(other);
    turn(f, 3);
}

static void a_slow_reader_within_the_bound_gets_all(void **state)
{
    fixture *f = *state;
    int fd = dial(f);
    size_t total = 0;
    char bytes[1000];
    f->answer_bytes = 400 << 10;        /* more than a socket buffer holds, within the queue */
    say(f, fd, "big\n");
    for (int i = 0; i < 100000 && total < f->answer_bytes; i++) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n > 0) total += (size_t)n;
        turn(f, 1);
    }
    assert_int_equal(total, f->answer_bytes);
    close(fd);
    turn(f, 3);
}

static void a_held_client_waits_and_is_answered_first(void **state)
{
    fixture *f = *state;
    int waiting = dial(f), other = dial(f);
    say(f, waiting, "hold\nafter\n");
    assert_true(silent(waiting));
    say(f, waiting, "later\n");
    assert_true(silent(waiting));
    say(f, other, "free\n");
    hears(other, "free\n");
    turn(f, 3);
    hears(waiting, "freed\nafter\nlater\n");
    say(f, waiting, "hold\n");
    close(waiting);                     /* gone while held: no harm in releasing it */
    say(f, other, "free\n");
    hears(other, "free\n");
    close(other);
    turn(f, 5);
    assert_int_equal(rh_control_clients(f->control), 0);
}

static void a_live_socket_is_refused_a_dead_one_replaced(void **state)
{
    fixture *f = *state;
    rh_control *second = NULL;
    rh_error error = {0};
    char dead[RH_SOCKET_PATH_MAX], plain[RH_SOCKET_PATH_MAX];
    assert_int_equal(rh_control_open(&f->loop, f->path, handle, f, &second, &error), RH_STATE);
    assert_non_null(strstr(error.message, "another replay listens there"));
    assert_int_equal(rh_control_path_of("dead", dead, &error), RH_OK);
    int fd = -1;
    assert_int_equal(rh_control_bind(dead, &fd, &error), RH_OK);
    close(fd);                          /* as a killed run leaves it */
    assert_int_equal(rh_control_open(&f->loop, dead, handle, f, &second, &error), RH_OK);
    rh_control_close(second);
    turn(f, 3);
    assert_int_equal(rh_control_path_of("plain", plain, &error), RH_OK);
    close(open(plain, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(rh_control_open(&f->loop, plain, handle, f, &second, &error), RH_INPUT);
    assert_non_null(strstr(error.message, "not a socket"));
    unlink(plain);
}

static void names_cannot_leave_the_folder(void **state)
{
    static const char *const bad[] = {"", ".", "..", "../x", "a/b", ".hidden", "a b", "a\nb"};
    char path[RH_SOCKET_PATH_MAX], name[RH_NAME_MAX], names[RH_SOCKET_NAMES_MAX][RH_NAME_MAX];
    fixture *f = *state;
    int count = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(rh_control_path_of(bad[i], path, NULL), RH_USAGE);
    }
    static const char *const scenarios[] = {"a/b/quick start.json", "..", "/", ".json", ""};
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        rh_control_name_of(scenarios[i], name);
        assert_int_equal(rh_control_path_of(name, path, NULL), RH_OK);
    }
    assert_int_equal(rh_control_names(names, &count, NULL), RH_OK);
    assert_int_equal(count, 1);
    assert_string_equal(names[0], "run");
    turn(f, 5);
    setenv("XDG_RUNTIME_DIR", "/a/very/long/runtime/directory/which/no/socket/address/can/hold/"
           "because/it/has/more/bytes/than/sun_path", 1);
    assert_int_equal(rh_control_path_of("run", path, NULL), RH_INPUT);
    setenv("XDG_RUNTIME_DIR", f->folder, 1);
}

/* Log-ins by su or cron name a runtime folder that nobody has made. */
static void a_runtime_folder_that_is_not_there_is_left_aside(void **state)
{
    fixture *f = *state;
    char missing[128], temporary[128], wanted[192], path[RH_SOCKET_PATH_MAX];
    const char *before = getenv("TMPDIR");
    char *kept = before ? strdup(before) : NULL;
    snprintf(missing, sizeof missing, "%s/missing", f->folder);
    snprintf(temporary, sizeof temporary, "%s/tmp", f->folder);
    snprintf(wanted, sizeof wanted, "%s/rehedge-%lu/run.sock", temporary,
             (unsigned long)geteuid());
    assert_int_equal(mkdir(temporary, 0700), 0);
    assert_int_equal(rh_control_path_of("run", path, NULL), RH_OK);
    assert_false(rh_control_left_runtime(path));
    setenv("XDG_RUNTIME_DIR", missing, 1);
    setenv("TMPDIR", temporary, 1);
    assert_int_equal(rh_control_path_of("run", path, NULL), RH_OK);
    assert_string_equal(path, wanted);
    assert_true(rh_control_left_runtime(path));
    setenv("XDG_RUNTIME_DIR", f->folder, 1);
    if (kept) setenv("TMPDIR", kept, 1);
    else unsetenv("TMPDIR");
    free(kept);
    *strrchr(wanted, '/') = '\0';
    assert_int_equal(rmdir(wanted), 0);
    assert_int_equal(rmdir(temporary), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_answered_in_order),
        cmocka_unit_test(only_the_user_may_connect),
        cmocka_unit_test(a_long_line_ends_the_client),
        cmocka_unit_test(the_longest_line_is_still_one),
        cmocka_unit_test(the_next_client_is_told_that_there_are_too_many),
        cmocka_unit_test(a_client_that_does_not_read_is_dropped),
        cmocka_unit_test(a_slow_reader_within_the_bound_gets_all),
        cmocka_unit_test(a_held_client_waits_and_is_answered_first),
        cmocka_unit_test(a_live_socket_is_refused_a_dead_one_replaced),
        cmocka_unit_test(names_cannot_leave_the_folder),
        cmocka_unit_test(a_runtime_folder_that_is_not_there_is_left_aside),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, setup, teardown);
}
