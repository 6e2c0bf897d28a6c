/* Option parsing with help, and the one way a command fails.
 * Knows nothing of what a command does and never exits: it prints and returns the exit status.
 * Invariants: whatever came from the command line is escaped before it reaches a terminal; a value
 * or operand handed back points into argv, which outlives the command. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { HELP_COLUMNS = 80, HELP_VALUE_COLUMN_MAX = 28, OPTIONS_MAX = 64 };

/* --- failing ------------------------------------------------------------------------------- */

int rh_cli_usage(const char *format, ...)
{
    char plain[RH_ERROR_MESSAGE_MAX], safe[RH_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(plain, sizeof plain, format, arguments);
    va_end(arguments);
    rh_text_escape(safe, sizeof safe, plain, strlen(plain));
    fprintf(stderr, "rehedge: %s\n", safe);
    return 2;
}

static int exit_status(rh_status status)
{
    switch (status) {
    case RH_OK: return 0;
    case RH_USAGE: return 2;
    case RH_INPUT:
    case RH_CORRUPT:
    case RH_NOT_FOUND:
    case RH_LIMIT:
    case RH_DOMAIN: return 3;
    case RH_POLICY: return 4;
    default: return 1;
    }
}

void rh_cli_say(const char *bar, const char *message)
{
    int length = bar != NULL ? (int)(bar - message) : (int)strlen(message);
    fprintf(stderr, "rehedge: %.*s\n", length, message);
    if (bar != NULL) fprintf(stderr, "    %s\n", bar + 1);
}

int rh_cli_fail(const rh_error *error)
{
    const char *message = error->message[0] ? error->message : rh_status_text(error->status);
    rh_cli_say(error->status == RH_POLICY ? strstr(message, " | ") : NULL, message);
    return exit_status(error->status);
}

/* --- help ---------------------------------------------------------------------------------- */

/* Words of `text` from `column` on, wrapped at HELP_COLUMNS, continued at `indent`. */
static void print_wrapped(const char *text, int column, int indent)
{
    bool first = true;
    while (*text) {
        text += strspn(text, " ");
        int width = (int)strcspn(text, " \n");
        if (!first && column + 1 + width > HELP_COLUMNS) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (!first && width > 0) {
            putchar(' ');
            column++;
        }
        printf("%.*s", width, text);
        column += width;
        first = false;
        text += width;
        if (*text == '\n') {
            printf("\n%*s", indent, "");
            column = indent;
            first = true;
            text++;
        }
    }
    putchar('\n');
}

/* Each line of `text`, the first after `lead`, all preceded by "rehedge " unless they have it. */
static void print_usage(FILE *stream, const char *usage)
{
    const char *lead = "Usage: ";
    while (*usage) {
        int width = (int)strcspn(usage, "\n");
        bool named = strncmp(usage, "rehedge", 7) == 0;
        fprintf(stream, "%s%s%.*s\n", lead, named ? "" : "rehedge ", width, usage);
        usage += width + (usage[width] == '\n');
        lead = "       ";
    }
}

static int option_width(const rh_option *option)
{
    return (int)strlen(option->name) + (option->value ? 1 + (int)strlen(option->value) : 0);
}

static void print_option(const rh_option *option, int value_column)
{
    int width = option_width(option);
    printf("  %s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
    int column = 2 + width;
    if (column + 2 > value_column) {
        printf("\n%*s", value_column, "");
    } else {
        printf("%*s", value_column - column, "");
    }
    print_wrapped(option->about, value_column, value_column);
}

static void print_help(const rh_option *options, const char *usage, const char *about,
                       const char *example)
{
    static const rh_option help = {"-h, --help", NULL, "show this help", NULL, NULL, NULL};
    print_usage(stdout, usage);
    if (about && about[0]) {
        printf("\n");
        print_wrapped(about, 0, 0);
    }
    int value_column = 2 + option_width(&help) + 2;
    for (const rh_option *option = options; option && option->name; option++) {
        int column = 2 + option_width(option) + 2;
        if (column > value_column && column <= HELP_VALUE_COLUMN_MAX) value_column = column;
    }
    printf("\nOptions:\n");
    for (const rh_option *option = options; option && option->name; option++) {
        print_option(option, value_column);
    }
    print_option(&help, value_column);
    if (!example || !example[0]) return;
    printf("\nExample:\n");
    while (*example) {
        int width = (int)strcspn(example, "\n");
        printf("  %.*s\n", width, example);
        example += width + (example[width] == '\n');
    }
}

/* --- parsing ------------------------------------------------------------------------------- */

typedef struct parse {
    const rh_option *options;
    const char *usage;
    bool given[OPTIONS_MAX];
} parse;

/* The option that `argument` names; *value is what follows "=", else NULL. */
static const rh_option *find_option(const rh_option *options, const char *argument,
                                    const char **value)
{
    size_t width = strcspn(argument, "=");
    *value = argument[width] == '=' ? argument + width + 1 : NULL;
    for (const rh_option *option = options; option && option->name; option++) {
        if (strlen(option->name) == width && memcmp(option->name, argument, width) == 0) {
            return option;
        }
    }
    return NULL;
}

static int refuse_unknown(const parse *state, const char *argument)
{
    const char *names[OPTIONS_MAX + 1];
    size_t count = 0;
    for (const rh_option *option = state->options; option && option->name; option++) {
        if (count < OPTIONS_MAX) names[count++] = option->name;
    }
    names[count++] = "--help";
    char name[RH_NAME_MAX];
    int width = (int)strcspn(argument, "=");
    snprintf(name, sizeof name, "%.*s", width, argument);
    const char *nearest = rh_nearest_name(name, names, count);
    if (nearest) {
        rh_cli_usage("unknown option %.200s; did you mean %s?", argument, nearest);
    } else {
        rh_cli_usage("unknown option %.200s", argument);
    }
    print_usage(stderr, state->usage);
    return 2;
}

static int store_value(parse *state, const rh_option *option, const char *value)
{
    size_t at = (size_t)(option - state->options);
    RH_ASSERT(at < OPTIONS_MAX);
    if (value[0] == '\0') return rh_cli_usage("%s needs a value, found an empty one", option->name);
    if (option->list) {
        /* the last item stays NULL */
        int room = (int)(sizeof option->list->items / sizeof option->list->items[0]) - 1;
        if (option->list->count >= room) {
            return rh_cli_usage("%s may be given %d times at most", option->name, room);
        }
        option->list->items[option->list->count++] = value;
        return 0;
    }
    if (state->given[at]) return rh_cli_usage("%s may be given only once", option->name);
    state->given[at] = true;
    *option->text = value;
    return 0;
}

/* argv[*at] starts with '-': take it, and its value when that is the next argument. */
static int take_option(parse *state, int argc, char **argv, int *at)
{
    const char *value;
    const rh_option *option = find_option(state->options, argv[*at], &value);
    if (!option) return refuse_unknown(state, argv[*at]);
    if (option->flag) {
        if (value) return rh_cli_usage("%s takes no value", option->name);
        *option->flag = true;
        return 0;
    }
    if (!value) {
        /* "--out --json" is a forgotten value far more often than a folder named --json */
        if (*at + 1 >= argc || strncmp(argv[*at + 1], "--", 2) == 0) {
            return rh_cli_usage("%s needs a value: %s %s", option->name, option->name,
                                option->value ? option->value : "VALUE");
        }
        value = argv[++*at];
    }
    return store_value(state, option, value);
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    }
    return false;
}

int rh_cli_parse(int argc, char **argv, const rh_option *options, const char *usage,
                 const char *about, const char *example, const char **operands, int operands_max,
                 int *operand_count)
{
    parse state = {options, usage, {false}};
    if (operand_count) *operand_count = 0;
    if (wants_help(argc, argv)) {
        print_help(options, usage, about, example);
        return -1;
    }
    int count = 0;
    bool options_ended = false;
    for (int i = 1; i < argc; i++) {
        if (!options_ended && strcmp(argv[i], "--") == 0) {
            options_ended = true;
        } else if (!options_ended && argv[i][0] == '-' && argv[i][1] != '\0') {
            int status = take_option(&state, argc, argv, &i);
            if (status != 0) return status;
        } else if (count >= operands_max) {
            rh_cli_usage("one argument too many: %.200s", argv[i]);
            print_usage(stderr, usage);
            return 2;
        } else {
            operands[count++] = argv[i];
        }
    }
    if (operand_count) *operand_count = count;
    return 0;
}
