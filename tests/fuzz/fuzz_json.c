/* JSON: whatever the strict parser accepts, it can walk, substitute, edit and write, and what it
 * wrote it reads back to the same text. Refusals carry a message of one line. */
#include <string.h>

#include "base/buffer.h"
#include "data/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void walk(rh_json at, int *left)
{
    static const char *const words[] = {"a", "b", NULL};
    rh_error error;
    double number;
    int64_t integer;
    int index;
    if ((*left)-- <= 0) return;
    (void)rh_json_as_number(at, &number, &error);
    (void)rh_json_keys(at, words, &error);
    for (size_t i = 0; i < rh_json_count(at); i++) {
        const char *key = rh_json_key_at(at, i);
        if (key != NULL) {
            RH_ASSERT(rh_json_has(at, key));
            (void)rh_json_integer(at, key, RH_REQUIRED, 0, INT64_MAX, &integer, &error);
            (void)rh_json_time(at, key, RH_REQUIRED, &integer, &error);
            (void)rh_json_duration(at, key, RH_REQUIRED, &integer, &error);
            (void)rh_json_choice(at, key, RH_REQUIRED, words, &index, &error);
        }
        walk(rh_json_at(at, i), left);
    }
}

static void write(rh_json_doc *doc, rh_buffer *out)
{
    rh_json_writer writer = {.out = out, .pretty = true};
    rh_buffer_clear(out);
    rh_json_put_value(&writer, NULL, rh_json_root(doc));
    RH_ASSERT(!out->failed);
}

/* A document may get deeper than a text by its vars; nothing else may be lost. */
static void check_round_trip(rh_json_doc *doc)
{
    rh_buffer first = {0}, second = {0};
    rh_json_doc *again;
    rh_error error;
    write(doc, &first);
    rh_status status = rh_json_parse("again", first.bytes, first.length, &again, &error);
    if (status == RH_OK) {
        write(again, &second);
        RH_ASSERT(first.length == second.length);
        RH_ASSERT(memcmp(first.bytes, second.bytes, first.length) == 0);
        rh_json_free(again);
    } else {
        RH_ASSERT(strstr(error.message, "nested deeper") != NULL);
    }
    rh_buffer_free(&first);
    rh_buffer_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    rh_json_doc *doc;
    rh_json vars;
    rh_error error = {0};
    int left = 1000;
    rh_status status = rh_json_parse("fuzz", (const char *)bytes, length, &doc, &error);
    if (status != RH_OK) {
        RH_ASSERT(status == RH_INPUT && error.status == RH_INPUT);
        RH_ASSERT(error.message[0] != '\0' && strchr(error.message, '\n') == NULL);
        return 0;
    }
    walk(rh_json_root(doc), &left);
    check_round_trip(doc);
    if (rh_json_get(rh_json_root(doc), "vars", RH_OPTIONAL, &vars, &error) == RH_OK) {
        (void)rh_json_substitute(doc, vars, &error);
    }
    char text[16] = "";
    memcpy(text, bytes, length < 15 ? length : 15);
    (void)rh_json_set(doc, "a.b", text, &error);
    if (text[0] != '\0') (void)rh_json_set(doc, text, "1", &error);
    rh_json_remove(doc, "vars");
    check_round_trip(doc);
    rh_json_free(doc);
    return 0;
}
