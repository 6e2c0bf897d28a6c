/* JSON text into a buffer: commas, line breaks and escapes are decided here and nowhere else.
 * Must not fail by itself: a buffer that ran out of memory says so at the end. Invariant: whatever
 * bytes come in, the output is valid JSON, valid UTF-8, and free of terminal control characters. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/json_tree.h"
#include "data/utf8.h"

#define INDENT "  "

static void put_line(rh_json_writer *writer)
{
    if (!writer->pretty) return;
    rh_buffer_text(writer->out, "\n");
    for (int i = 0; i < writer->depth; i++) rh_buffer_text(writer->out, INDENT);
}

static const char *short_escape(char c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

/* One character of `bytes` bytes, 0 for a byte that is not UTF-8. */
static void put_character(rh_buffer *out, const char *text, size_t bytes)
{
    const unsigned char *c = (const unsigned char *)text;
    const char *escape = short_escape(text[0]);
    if (escape != NULL) {
        rh_buffer_text(out, escape);
    } else if (bytes == 0) {
        rh_buffer_text(out, "\\ufffd");
    } else if (c[0] < 0x20 || c[0] == 0x7f) {
        rh_buffer_printf(out, "\\u%04x", (unsigned)c[0]);
    } else if (c[0] == 0xc2 && c[1] < 0xa0) { /* C1 controls, which terminals obey */
        rh_buffer_printf(out, "\\u%04x", (unsigned)c[1]);
    } else {
        rh_buffer_append(out, text, bytes);
    }
}

static void put_string(rh_buffer *out, const char *text)
{
    size_t left = strlen(text);
    rh_buffer_text(out, "\"");
    while (left > 0) {
        size_t bytes = rh_utf8_sequence(text, left), step = bytes > 0 ? bytes : 1;
        put_character(out, text, bytes);
        text += step;
        left -= step;
    }
    rh_buffer_text(out, "\"");
}

/* Everything before a value: the comma behind the last one, the line, the key. */
static void put_key(rh_json_writer *writer, const char *key)
{
    if (writer->depth > 0) {
        if (writer->needs_comma) rh_buffer_text(writer->out, writer->pretty ? "," : ", ");
        put_line(writer);
    }
    if (key != NULL) {
        put_string(writer->out, key);
        rh_buffer_text(writer->out, ": ");
    }
    writer->needs_comma = true;
}

void rh_json_open(rh_json_writer *writer, const char *key, char bracket)
{
    put_key(writer, key);
    rh_buffer_append(writer->out, &bracket, 1);
    writer->depth++;
    writer->needs_comma = false;
}

void rh_json_close(rh_json_writer *writer, char bracket)
{
    writer->depth--;
    if (writer->needs_comma) put_line(writer);
    rh_buffer_append(writer->out, &bracket, 1);
    writer->needs_comma = true;
}

void rh_json_put_text(rh_json_writer *writer, const char *key, const char *value)
{
    put_key(writer, key);
    if (value != NULL) {
        put_string(writer->out, value);
    } else {
        rh_buffer_text(writer->out, "null");
    }
}

void rh_json_put_double(rh_json_writer *writer, const char *key, double value)
{
    put_key(writer, key);
    if (isfinite(value)) {
        rh_buffer_double(writer->out, value);
    } else {
        rh_buffer_text(writer->out, "null");
    }
}

void rh_json_put_i64(rh_json_writer *writer, const char *key, int64_t value)
{
    put_key(writer, key);
    rh_buffer_printf(writer->out, "%lld", (long long)value);
}

void rh_json_put_bool(rh_json_writer *writer, const char *key, bool value)
{
    put_key(writer, key);
    rh_buffer_text(writer->out, value ? "true" : "false");
}

static void put_node(rh_json_writer *writer, const char *key, const cJSON *node)
{
    if (cJSON_IsString(node)) {
        rh_json_put_text(writer, key, node->valuestring);
    } else if (cJSON_IsNumber(node)) {
        rh_json_put_double(writer, key, node->valuedouble);
    } else if (cJSON_IsBool(node)) {
        rh_json_put_bool(writer, key, cJSON_IsTrue(node) != 0);
    } else if (cJSON_IsArray(node) || cJSON_IsObject(node)) {
        bool object = cJSON_IsObject(node) != 0;
        rh_json_open(writer, key, object ? '{' : '[');
        for (const cJSON *child = node->child; child != NULL; child = child->next) {
            put_node(writer, object ? child->string : NULL, child);
        }
        rh_json_close(writer, object ? '}' : ']');
    } else {
        rh_json_put_text(writer, key, NULL);
    }
}

void rh_json_put_value(rh_json_writer *writer, const char *key, rh_json value)
{
    put_node(writer, key, rh_json_node(value));
}
