/* The command line parser: what it accepts, what it refuses, and what it prints.
 * Output is captured, because a message is part of the promise: it names the option, suggests the
 * nearest one, and carries no control character from the command line to the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

enum { OPERANDS_MAX = 3, ARGUMENTS_MAX = 600 };

typedef struct parsed {
    int status, count;
    const char *text, *operands[OPERANDS_MAX];
    bool flag;
    rh_words words;
    char printed[1 << 14];
} parsed;

static FILE *capture;
static int saved_out, saved_err;

static void begin_capture(void)
{
    capture = tmpfile();
    assert_non_null(capture);
    fflush(stdout);
    fflush(stderr);
    saved_out = dup(STDOUT_FILENO);
    saved_err = dup(STDERR_FILENO);
    dup2(fileno(capture), STDOUT_FILENO);
    dup2(fileno(capture), STDERR_FILENO);
}

static void end_capture(char *text, size_t capacity)
{
    fflush(stdout);
    fflush(stderr);
    dup2(saved_out, STDOUT_FILENO);
    dup2(saved_err, STDERR_FILENO);
    close(saved_out);
    close(saved_err);
    rewind(capture);
    text[fread(text, 1, capacity - 1, capture)] = '\0';
    fclose(capture);
}

static const char *const usage_text = "try FILE [options]";

static parsed *parse_all(int argc, char **argv)
{
    static parsed result;
    memset(&result, 0, sizeof result);
    const rh_option options[] = {
        {"--text", "WORD", "a text that is long enough to be wrapped somewhere beyond the "
         "eightieth column of a terminal", &result.text, NULL, NULL},
        {"--flag", NULL, "a flag", NULL, &result.flag, NULL},
        {"-o", "FILE", "repeats", NULL, NULL, &result.words},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    begin_capture();
    result.status = rh_cli_parse(argc, argv, options, usage_text, "Tries things.",
                                 "rehedge try a.json --text x", result.operands, OPERANDS_MAX,
                                 &result.count);
    end_capture(result.printed, sizeof result.printed);
    return &result;
}

/* Arguments up to the first NULL; the command's own name comes first by itself. */
static parsed *parse(const char *first, ...)
{
    static char name[] = "try";
    char *argv[16] = {name};
    int argc = 1;
    va_list rest;
    va_start(rest, first);
    for (const char *next = first; next; next = va_arg(rest, const char *)) {
        union { const char *given; char *taken; } argument = {next};
        argv[argc++] = argument.taken;
    }
    va_end(rest);
    return parse_all(argc, argv);
}

static void refused_with(const parsed *got, const char *message)
{
    assert_int_equal(got->status, 2);
    if (!strstr(got->printed, message)) fail_msg("%s\nlacks: %s", got->printed, message);
    assert_int_equal(strncmp(got->printed, "rehedge: ", 9), 0);
}

static void values_come_in_two_forms(void **state)
{
    (void)state;
    parsed *got = parse("--text", "a", "file", "--flag", "-o", "x", "-o=y", NULL);
    assert_int_equal(got->status, 0);
    assert_string_equal(got->text, "a");
    assert_true(got->flag);
    assert_int_equal(got->words.count, 2);
    assert_string_equal(got->words.items[0], "x");
    assert_string_equal(got->words.items[1], "y");
    assert_null(got->words.items[2]);
    assert_int_equal(got->count, 1);
    assert_string_equal(got->operands[0], "file");
    assert_string_equal(got->printed, "");
    got = parse("--text=a=b=c", NULL);
    assert_string_equal(got->text, "a=b=c");
    got = parse("--text=--flag", NULL);
    assert_string_equal(got->text, "--flag");
    assert_false(got->flag);
    got = parse("--text", "-5", NULL);
    assert_string_equal(got->text, "-5");
    got = parse("--text", "-", NULL);
    assert_string_equal(got->text, "-");
}

static void untouched_when_not_given(void **state)
{
    (void)state;
    parsed *got = parse("a", NULL);
    assert_int_equal(got->status, 0);
    assert_null(got->text);
    assert_false(got->flag);
    assert_int_equal(got->words.count, 0);
}

static void operands_keep_their_order(void **state)
{
    (void)state;
    parsed *got = parse("a", "--flag", "-", "", NULL);
    assert_int_equal(got->status, 0);
    assert_int_equal(got->count, 3);
    assert_string_equal(got->operands[0], "a");
    assert_string_equal(got->operands[1], "-");
    assert_string_equal(got->operands[2], "");
    got = parse("--", "--flag", "--help", "--", NULL);
    assert_int_equal(got->status, 0);
    assert_false(got->flag);
    assert_int_equal(got->count, 3);
    assert_string_equal(got->operands[0], "--flag");
    assert_string_equal(got->operands[2], "--");
    refused_with(parse("a", "b", "c", "d", NULL), "one argument too many: d");
    assert_int_equal(parse(NULL)->status, 0);
}

static void wrong_options_are_named(void **state)
{
    (void)state;
    refused_with(parse("--flg", NULL), "unknown option --flg; did you mean --flag?");
    refused_with(parse("--txt=5", NULL), "unknown option --txt=5; did you mean --text?");
    refused_with(parse("--hlep", NULL), "did you mean --help?");
    refused_with(parse("--flg", NULL), "Usage: rehedge try FILE [options]");
    assert_null(strstr(parse("--quaternion", NULL)->printed, "did you mean"));
    refused_with(parse("--", "--x", "a", "b", "c", NULL), "too many");
    refused_with(parse("-x", NULL), "unknown option -x");
    refused_with(parse("-ofile", NULL), "unknown option -ofile");
    refused_with(parse("--FLAG", NULL), "unknown option --FLAG");
    refused_with(parse("--flags", NULL), "unknown option --flags");
    refused_with(parse("--fla", NULL), "unknown option --fla");
    refused_with(parse("---", NULL), "unknown option ---");
    refused_with(parse("-=", NULL), "unknown option -=");
    refused_with(parse("--=x", NULL), "unknown option --=x");
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    refused_with(parse("--text", NULL), "--text needs a value: --text WORD");
    refused_with(parse("--text", "--flag", NULL), "--text needs a value: --text WORD");
    refused_with(parse("--text=", NULL), "--text needs a value, found an empty one");
    refused_with(parse("--text", "", NULL), "--text needs a value, found an empty one");
    refused_with(parse("-o", NULL), "-o needs a value: -o FILE");
    refused_with(parse("--flag=1", NULL), "--flag takes no value");
    refused_with(parse("--flag=", NULL), "--flag takes no value");
    refused_with(parse("--text", "a", "--text=b", NULL), "--text may be given only once");
    assert_int_equal(parse("--flag", "--flag", NULL)->status, 0);
}

static void lists_are_bounded(void **state)
{
    static char option[] = "-o", value[] = "v", name[] = "try";
    char *argv[ARGUMENTS_MAX] = {name};
    (void)state;
    for (int i = 0; i < 255; i++) {
        argv[1 + 2 * i] = option;
        argv[2 + 2 * i] = value;
    }
    parsed *got = parse_all(1 + 2 * 255, argv);
    assert_int_equal(got->status, 0);
    assert_int_equal(got->words.count, 255);
    assert_null(got->words.items[255]);
    argv[511] = option;
    argv[512] = value;
    refused_with(parse_all(513, argv), "-o may be given 255 times at most");
}

/* A command line from a hostile file name: nothing raw reaches the terminal, nothing overflows. */
static void messages_are_safe(void **state)
{
    (void)state;
    char huge[5000];
    memset(huge, 'x', sizeof huge - 1);
    huge[0] = huge[1] = '-';
    huge[sizeof huge - 1] = '\0';
    parsed *got = parse(huge, NULL);
    refused_with(got, "unknown option --xxx");
    assert_in_range(strlen(got->printed), 1, 1200);
    got = parse("--\x1b[2J\x07\r\n\xff", NULL);
    refused_with(got, "unknown option --");
    for (const char *c = got->printed; *c; c++) {
        assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f));
    }
    got = parse("a", "b", "c", "%s%n%s%n", NULL);
    refused_with(got, "%s%n%s%n");
}

static void help_is_whole(void **state)
{
    (void)state;
    parsed *got = parse("--bogus", "--help", NULL);
    assert_int_equal(got->status, -1);
    assert_non_null(strstr(got->printed, "Usage: rehedge try FILE [options]\n"));
    assert_non_null(strstr(got->printed, "Tries things.\n"));
    assert_non_null(strstr(got->printed, "  --text WORD  a text"));
    assert_non_null(strstr(got->printed, "  -o FILE      repeats\n"));
    assert_non_null(strstr(got->printed, "  -h, --help   show this help\n"));
    assert_non_null(strstr(got->printed, "Example:\n  rehedge try a.json --text x\n"));
    for (const char *line = got->printed; *line;) {
        size_t width = strcspn(line, "\n");
        assert_in_range(width, 0, 80);
        line += width + 1;
    }
    assert_int_equal(parse("-h", NULL)->status, -1);
    assert_int_equal(parse("--", "-h", NULL)->status, 0);
}

static void statuses_follow_the_design(void **state)
{
    static const struct { rh_status status; int exit; } rows[] = {
        {RH_USAGE, 2}, {RH_INPUT, 3}, {RH_CORRUPT, 3}, {RH_NOT_FOUND, 3}, {RH_LIMIT, 3},
        {RH_DOMAIN, 3}, {RH_POLICY, 4}, {RH_NO_MEMORY, 1}, {RH_IO, 1}, {RH_STATE, 1},
        {RH_BROKEN, 1}, {RH_INTERRUPTED, 1}};
    char printed[256];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rh_error error = {0};
        rh_fail(&error, rows[i].status, "a.json: reason");
        begin_capture();
        int status = rh_cli_fail(&error);
        end_capture(printed, sizeof printed);
        assert_int_equal(status, rows[i].exit);
        assert_string_equal(printed, "rehedge: a.json: reason\n");
    }
}

/* stderr is a file here: at most a line at the end, none when quiet, whatever the numbers are. */
static void progress_off_a_terminal_is_lines(void **state)
{
    char printed[1024];
    rh_progress progress;
    (void)state;
    begin_capture();
    rh_progress_begin(&progress, "try\x1b[31m", false);
    for (int i = 0; i < 1000; i++) rh_progress_update(&progress, i * 1e-3, (uint64_t)i);
    rh_progress_update(&progress, (double)NAN, UINT64_MAX);
    rh_progress_end(&progress, 12345678);
    end_capture(printed, sizeof printed);
    assert_non_null(strstr(printed, "[31m: 100%  12.3 M events"));
    assert_null(strchr(printed, '\x1b'));
    assert_ptr_equal(strchr(printed, '\n'), printed + strlen(printed) - 1);
    begin_capture();
    rh_progress_begin(&progress, "try", true);
    rh_progress_update(&progress, 0.5, 1);
    rh_progress_end(&progress, 1);
    rh_progress_abandon(&progress);
    end_capture(printed, sizeof printed);
    assert_string_equal(printed, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_in_two_forms),
        cmocka_unit_test(untouched_when_not_given),
        cmocka_unit_test(operands_keep_their_order),
        cmocka_unit_test(wrong_options_are_named),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(messages_are_safe),
        cmocka_unit_test(help_is_whole),
        cmocka_unit_test(statuses_follow_the_design),
        cmocka_unit_test(progress_off_a_terminal_is_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
