/* The commands of a replay: one table for the terminal and the control socket, and what a command
 * and its answer are. Reading a command changes nothing; acting on one is the replay's business.
 * Invariant: whatever can be said on the socket can be said at the terminal, and nothing more. */
#ifndef RH_HOST_COMMAND_H
#define RH_HOST_COMMAND_H

#include "base/buffer.h"
#include "data/json.h"

#define RH_COMMAND_BYTES_MAX (8u << 10)     /* one line, at the terminal or on the socket */

struct rh_replay;
struct rh_command_row;

typedef struct rh_command {
    const struct rh_command_row *row;
    char argument[RH_COMMAND_BYTES_MAX];    /* as typed; "" when there is none */
    bool cancel_orders;                     /* swap: cancel what is in flight */
    bool wait;                              /* until: the answer comes when it is reached */
} rh_command;

typedef struct rh_answer {
    rh_buffer text;             /* for people: lines, escaped */
    rh_buffer line;             /* for machines: one JSON object */
    rh_json_writer json;        /* open on `line`, for the members a command adds */
    bool waits;                 /* there is no answer yet */
} rh_answer;

typedef enum rh_argument_need {
    RH_ARGUMENT_NONE, RH_ARGUMENT_MAY, RH_ARGUMENT_MUST
} rh_argument_need;

typedef struct rh_command_row {
    const char *name;
    rh_argument_need need;
    const char *key;            /* of the argument in JSON */
    const char *shown;          /* the argument in the help: "[N]", "TIME" */
    const char *about;
    /* Not RH_OK: refused, nothing changed, error says why. */
    rh_status (*act)(struct rh_replay *replay, const rh_command *command, rh_answer *answer,
                     rh_error *error);
} rh_command_row;

extern const rh_command_row rh_commands[];      /* ended by a NULL name */
const rh_command_row *rh_command_find(const char *name);

/* "swap a.lua cancel": a name, then the rest of the line. RH_USAGE with a message. */
rh_status rh_command_from_text(const char *line, rh_command *command, rh_error *error);
/* {"cmd": "swap", "file": "a.lua", "orders": "cancel"}: unknown keys, wrong types, anything that is
 * not one object of at most RH_COMMAND_BYTES_MAX bytes: RH_USAGE or RH_INPUT with a message. */
rh_status rh_command_from_json(const char *line, size_t length, rh_command *command,
                               rh_error *error);
/* The line that a client sends for a command; the other direction of rh_command_from_json. */
void rh_command_to_json(const rh_command *command, rh_buffer *line);

void rh_answer_begin(rh_answer *answer, const char *name);      /* {0} before the first time */
void rh_answer_refuse(rh_answer *answer, const rh_error *error);
void rh_answer_end(rh_answer *answer);      /* text becomes "message"; the object is closed */
void rh_answer_free(rh_answer *answer);
/* One more line for people, escaped. */
void rh_answer_say(rh_answer *answer, const char *format, ...) RH_PRINTF(2, 3);

#endif
