/* Commands as text and as JSON, read against the one table; answers as both. Must not act on a run.
 * Invariant: a command that was read has its row, an argument if the row asks for one, and none
 * that the row does not know. */
#include "host/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { COMMANDS_MAX = 32 };

const rh_command_row *rh_command_find(const char *name)
{
    for (const rh_command_row *row = rh_commands; row->name; row++) {
        if (strcmp(row->name, name) == 0) return row;
    }
    return NULL;
}

static rh_status refuse_name(const char *name, rh_error *error)
{
    const char *names[COMMANDS_MAX];
    size_t count = 0;
    for (const rh_command_row *row = rh_commands; row->name && count < COMMANDS_MAX; row++) {
        names[count++] = row->name;
    }
    const char *nearest = rh_nearest_name(name, names, count);
    if (nearest) {
        return rh_fail(error, RH_USAGE, "unknown command \"%.60s\"; did you mean %s?", name,
                       nearest);
    }
    return rh_fail(error, RH_USAGE, "unknown command \"%.60s\"; help lists them", name);
}

/* The argument that was found, held against what the row wants. */
static rh_status check_argument(const rh_command *command, rh_error *error)
{
    const rh_command_row *row = command->row;
    bool given = command->argument[0] != '\0';
    if (given && row->need == RH_ARGUMENT_NONE) {
        return rh_fail(error, RH_USAGE, "%s takes no argument, found \"%.60s\"", row->name,
                       command->argument);
    }
    if (!given && row->need == RH_ARGUMENT_MUST) {
        return rh_fail(error, RH_USAGE, "%s needs an argument: %s %s", row->name, row->name,
                       row->shown);
    }
    return RH_OK;
}

/* --- text ---------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A last word "cancel" or "keep" behind the file of a swap says what happens to its orders. */
static void take_orders_word(rh_command *command)
{
    if (strcmp(command->row->name, "swap") != 0) return;
    static const char *const words[] = {"keep", "cancel"};
    size_t length = strlen(command->argument);
    for (int i = 0; i < 2; i++) {
        size_t width = strlen(words[i]);
        if (length < width + 2 || !is_blank(command->argument[length - width - 1])) continue;
        if (strcmp(command->argument + length - width, words[i]) != 0) continue;
        length -= width;
        while (length > 0 && is_blank(command->argument[length - 1])) length--;
        command->argument[length] = '\0';
        command->cancel_orders = i == 1;
        return;
    }
}

rh_status rh_command_from_text(const char *line, rh_command *command, rh_error *error)
{
    memset(command, 0, sizeof *command);
    size_t length = strlen(line);
    while (length > 0 && is_blank(line[length - 1])) length--;
    size_t at = 0;
    while (at < length && is_blank(line[at])) at++;
    if (length - at >= RH_COMMAND_BYTES_MAX) {
        return rh_fail(error, RH_USAGE, "a command of more than %u bytes", RH_COMMAND_BYTES_MAX);
    }
    char name[RH_NAME_MAX];
    size_t width = 0;
    while (at + width < length && !is_blank(line[at + width])) width++;
    snprintf(name, sizeof name, "%.*s", (int)(width < sizeof name ? width : sizeof name - 1),
             line + at);
    command->row = rh_command_find(name);
    if (!command->row) return refuse_name(name, error);
    at += width;
    while (at < length && is_blank(line[at])) at++;
    memcpy(command->argument, line + at, length - at);
    take_orders_word(command);
    return check_argument(command, error);
}

/* --- JSON ---------------------------------------------------------------------------------- */

static rh_status take_json_argument(rh_json root, rh_command *command, rh_error *error)
{
    rh_json value;
    const char *text;
    double number;
    if (!command->row->key || !rh_json_has(root, command->row->key)) return RH_OK;
    RH_TRY(rh_json_get(root, command->row->key, RH_REQUIRED, &value, error));
    if (rh_json_kind(value) == RH_JSON_NUMBER) {
        RH_TRY(rh_json_as_number(value, &number, error));
        rh_text_double(command->argument, number);
        return RH_OK;
    }
    RH_TRY(rh_json_as_text(value, &text, error));
    size_t length = strlen(text);
    if (length >= sizeof command->argument) return rh_json_expect(value, error, "a shorter text");
    memcpy(command->argument, text, length + 1);
    return RH_OK;
}

static rh_status read_object(rh_json root, rh_command *command, rh_error *error)
{
    static const char *const orders_words[] = {"keep", "cancel", NULL};
    const char *name = NULL;
    int orders = 0;
    if (rh_json_kind(root) != RH_JSON_OBJECT) return rh_json_expect(root, error, "an object");
    RH_TRY(rh_json_text(root, "cmd", RH_REQUIRED, &name, error));
    command->row = rh_command_find(name);
    if (!command->row) return refuse_name(name, error);
    bool swaps = strcmp(command->row->name, "swap") == 0;
    bool waits = strcmp(command->row->name, "until") == 0;
    const char *allowed[5] = {"cmd"};
    int count = 1;
    if (command->row->key) allowed[count++] = command->row->key;
    if (swaps) allowed[count++] = "orders";
    if (waits) allowed[count++] = "wait";
    RH_TRY(rh_json_keys(root, allowed, error));
    RH_TRY(take_json_argument(root, command, error));
    if (swaps) RH_TRY(rh_json_choice(root, "orders", RH_OPTIONAL, orders_words, &orders, error));
    if (waits) RH_TRY(rh_json_bool(root, "wait", RH_OPTIONAL, &command->wait, error));
    command->cancel_orders = orders == 1;
    return check_argument(command, error);
}

rh_status rh_command_from_json(const char *line, size_t length, rh_command *command,
                               rh_error *error)
{
    memset(command, 0, sizeof *command);
    rh_json_doc *doc = NULL;
    if (length > RH_COMMAND_BYTES_MAX) {
        return rh_fail(error, RH_USAGE, "a line of more than %u bytes", RH_COMMAND_BYTES_MAX);
    }
    RH_TRY(rh_json_parse("command", line, length, &doc, error));
    rh_status status = read_object(rh_json_root(doc), command, error);
    rh_json_free(doc);
    return status;
}

void rh_command_to_json(const rh_command *command, rh_buffer *line)
{
    rh_json_writer writer = {.out = line};
    rh_json_open(&writer, NULL, '{');
    rh_json_put_text(&writer, "cmd", command->row->name);
    if (command->argument[0]) rh_json_put_text(&writer, command->row->key, command->argument);
    if (command->cancel_orders) rh_json_put_text(&writer, "orders", "cancel");
    if (command->wait) rh_json_put_bool(&writer, "wait", true);
    rh_json_close(&writer, '}');
    rh_buffer_text(line, "\n");
}

/* --- answers ------------------------------------------------------------------------------- */

static void open_line(rh_answer *answer, bool ok)
{
    rh_buffer_clear(&answer->line);
    answer->json = (rh_json_writer){.out = &answer->line};
    rh_json_open(&answer->json, NULL, '{');
    rh_json_put_bool(&answer->json, "ok", ok);
}

void rh_answer_begin(rh_answer *answer, const char *name)
{
    answer->waits = false;
    rh_buffer_clear(&answer->text);
    open_line(answer, true);
    rh_json_put_text(&answer->json, "cmd", name);
}

void rh_answer_refuse(rh_answer *answer, const rh_error *error)
{
    const char *why = error->message[0] ? error->message : rh_status_text(error->status);
    answer->waits = false;
    rh_buffer_clear(&answer->text);
    rh_buffer_text(&answer->text, why);
    rh_buffer_text(&answer->text, "\n");
    open_line(answer, false);
    rh_json_put_text(&answer->json, "error", why);
    rh_json_close(&answer->json, '}');
    rh_buffer_text(&answer->line, "\n");
}

void rh_answer_end(rh_answer *answer)
{
    if (answer->text.length > 0) {
        size_t length = answer->text.length;
        char *bytes = answer->text.bytes;
        bytes[length - 1] = '\0';       /* the last line's end is not part of the message */
        rh_json_put_text(&answer->json, "message", bytes);
        bytes[length - 1] = '\n';
    }
    rh_json_close(&answer->json, '}');
    rh_buffer_text(&answer->line, "\n");
}

void rh_answer_say(rh_answer *answer, const char *format, ...)
{
    char raw[RH_ERROR_MESSAGE_MAX], safe[RH_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    rh_text_escape(safe, sizeof safe, raw, strlen(raw));
    rh_buffer_text(&answer->text, safe);
    rh_buffer_text(&answer->text, "\n");
}

void rh_answer_free(rh_answer *answer)
{
    rh_buffer_free(&answer->text);
    rh_buffer_free(&answer->line);
}
