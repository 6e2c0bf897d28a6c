/* `rehedge ctl`: one command to a replay that runs elsewhere, by its control socket.
 * The command is checked here against the same table, so that a typo is refused before it is sent.
 * Invariant: what the replay answers is printed as one escaped text, or as its JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "data/file.h"
#include "data/json.h"
#include "host/command.h"
#include "host/control_client.h"

enum { WORDS_MAX = 16, ANSWER_MS = 30000 };

/* A file of ours is named from our folder; the replay has its own. */
static void make_absolute(rh_command *command)
{
    char *found = NULL;
    if (strcmp(command->row->name, "swap") != 0 || command->argument[0] == '/') return;
    char name[RH_COMMAND_BYTES_MAX];
    size_t width = strcspn(command->argument, ":");
    snprintf(name, sizeof name, "%.*s", (int)width, command->argument);
    if (rh_file_exists(name)) found = realpath(name, NULL);
    if (!found) return;
    char whole[RH_COMMAND_BYTES_MAX];
    int length = snprintf(whole, sizeof whole, "%s%s", found, command->argument + width);
    if (length > 0 && (size_t)length < sizeof whole) memcpy(command->argument, whole, sizeof whole);
    free(found);
}

static void print_lines(FILE *stream, const char *prefix, const char *text)
{
    char safe[RH_ERROR_MESSAGE_MAX * 2];
    while (*text) {
        size_t width = strcspn(text, "\n");
        rh_text_escape(safe, sizeof safe, text, width);
        fprintf(stream, "%s%s\n", prefix, safe);
        text += width + (text[width] == '\n');
    }
}

static int print_answer(const rh_buffer *answer, bool json)
{
    rh_json_doc *doc = NULL;
    rh_error error = {0};
    bool ok = false;
    const char *text = "";
    rh_status status = rh_json_parse("the answer", answer->bytes ? answer->bytes : "",
                                     answer->length, &doc, &error);
    if (status != RH_OK) return rh_cli_fail(&error);
    rh_json root = rh_json_root(doc);
    status = rh_json_bool(root, "ok", RH_REQUIRED, &ok, &error);
    if (status == RH_OK) {
        status = rh_json_text(root, ok ? "message" : "error", RH_OPTIONAL, &text, &error);
    }
    if (status == RH_OK && json) {
        print_lines(stdout, "", answer->bytes);
    } else if (status == RH_OK) {
        print_lines(ok ? stdout : stderr, ok ? "" : "rehedge: ", text);
    }
    rh_json_free(doc);
    if (status != RH_OK) return rh_cli_fail(&error);
    return ok ? 0 : 1;
}

static int ask(const char *name, const char *socket, rh_command *command, bool json)
{
    rh_error error = {0};
    rh_buffer line = {0}, answer = {0};
    char path[RH_PATH_MAX];
    rh_status status = RH_OK;
    make_absolute(command);
    bool waits = command->wait = strcmp(command->row->name, "until") == 0;
    if (socket) snprintf(path, sizeof path, "%s", socket);
    else status = rh_control_choose(name, path, sizeof path, &error);
    rh_command_to_json(command, &line);
    if (status == RH_OK && line.failed) {
        status = rh_fail(&error, RH_NO_MEMORY, "no memory for the command");
    }
    if (status == RH_OK) {
        status = rh_control_ask(path, line.bytes, line.length, waits ? -1 : ANSWER_MS, &answer,
                                &error);
    }
    int result = status == RH_OK ? print_answer(&answer, json) : rh_cli_fail(&error);
    rh_buffer_free(&line);
    rh_buffer_free(&answer);
    return result;
}

static rh_status join(const char *const *words, int count, char *text, size_t capacity,
                      rh_error *error)
{
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        int length = snprintf(text + used, capacity - used, "%s%s", i > 0 ? " " : "", words[i]);
        if (length < 0 || (size_t)length >= capacity - used) {
            return rh_fail(error, RH_USAGE, "the command is too long");
        }
        used += (size_t)length;
    }
    return RH_OK;
}

int rh_cmd_ctl(int argc, char **argv)
{
    const char *socket = NULL, *name = NULL, *words[WORDS_MAX];
    bool json = false;
    int count = 0;
    rh_command command;
    rh_error error = {0};
    char text[RH_COMMAND_BYTES_MAX];
    const rh_option options[] = {
        {"--socket", "PATH", "of the replay, instead of NAME", &socket, NULL, NULL},
        {"--json", NULL, "print the answer as it came", NULL, &json, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(
        argc, argv, options, "ctl [NAME | --socket PATH] COMMAND...",
        "Send one command to a replay that was started with --socket, and print its answer. NAME "
        "can be left out while one replay runs. Commands: pause, resume, step [N], until TIME "
        "(returns when it is reached), speed X, swap POLICY [cancel], set NAME=VALUE, status, "
        "positions, quit, help.",
        "rehedge ctl swap my_policy.lua", words, WORDS_MAX, &count);
    if (status != 0) return status < 0 ? 0 : status;
    int first = 0;
    if (count > 1 && !socket && !rh_command_find(words[0])) name = words[first++];
    if (first >= count) return rh_cli_usage("ctl needs a command, such as status");
    rh_status read = join(words + first, count - first, text, sizeof text, &error);
    if (read == RH_OK) read = rh_command_from_text(text, &command, &error);
    if (read != RH_OK) return rh_cli_fail(&error);
    return ask(name, socket, &command, json);
}
