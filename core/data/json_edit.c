/* Changes to a JSON document before anybody reads it: values set from the command line, variables
 * put in place of "$name", keys dropped. Must not be used while other threads read the document.
 * Invariant: afterwards the tree is as strict as a parsed one, and within the tree depth limit. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/json_tree.h"
#include "data/utf8.h"

#define SET_DEPTH_MAX RH_JSON_DEPTH_MAX
#define SUBSTITUTED_NODES_MAX (1u << 20)
#define EXACT_DIGITS_MAX 15 /* integers of so many digits are exact doubles */

/* Puts `value` in the place of `old`, under its key when it has one. Owns `value` only on success.
 * cJSON's own replacement by key (1.7.15) leaves a member without a key when memory is short. */
static bool replace_node(cJSON *parent, cJSON *old, cJSON *value)
{
    if (old->string != NULL) {
        size_t bytes = strlen(old->string) + 1;
        char *key = cJSON_malloc(bytes);
        if (key == NULL) return false;
        memcpy(key, old->string, bytes);
        cJSON_free(value->string);
        value->string = key;
    }
    return cJSON_ReplaceItemViaPointer(parent, old, value) != 0;
}

/* --- set ----------------------------------------------------------------------------------- */

/* Digits only, and more of them than a double surely keeps: a seed, better kept as a string. */
static bool is_long_integer(const char *text, size_t length)
{
    size_t sign = text[0] == '-' ? 1 : 0;
    return length - sign > EXACT_DIGITS_MAX && strspn(text + sign, "0123456789") == length - sign;
}

static cJSON *make_value(const char *text)
{
    size_t length = strlen(text);
    if (rh_json_is_scalar(text, length) && !is_long_integer(text, length)) {
        return cJSON_ParseWithLength(text, length + 1);
    }
    return cJSON_CreateString(text);
}

static rh_status put_member(rh_json_doc *doc, cJSON *object, const char *key, cJSON *value,
                            rh_error *error)
{
    bool done = value != NULL;
    cJSON *old = cJSON_GetObjectItemCaseSensitive(object, key);
    if (done && old != NULL) {
        done = replace_node(object, old, value);
    } else if (done) {
        done = cJSON_AddItemToObject(object, key, value) != 0;
    }
    if (done) return RH_OK;
    cJSON_Delete(value);
    return rh_fail(error, RH_NO_MEMORY, "%s: no memory to set \"%s\"", doc->name, key);
}

/* The object member `key`, made when absent. */
static rh_status enter(rh_json_doc *doc, cJSON **object, const char *key, rh_error *error)
{
    char found[96];
    cJSON *child = cJSON_GetObjectItemCaseSensitive(*object, key);
    if (child == NULL) {
        RH_TRY(put_member(doc, *object, key, cJSON_CreateObject(), error));
        child = cJSON_GetObjectItemCaseSensitive(*object, key);
    }
    if (!cJSON_IsObject(child)) {
        return rh_json_fail((rh_json){doc, child}, error, "found %s, expected an object to set in",
                            rh_json_describe(child, found, sizeof found));
    }
    *object = child;
    return RH_OK;
}

static rh_status set(rh_json_doc *doc, char *path, const char *text, rh_error *error)
{
    cJSON *object = doc->root;
    char *key = path;
    for (char *dot = strchr(key, '.'); dot != NULL; dot = strchr(key, '.')) {
        *dot = '\0';
        RH_TRY(enter(doc, &object, key, error));
        key = dot + 1;
    }
    return put_member(doc, object, key, make_value(text), error);
}

static bool is_utf8(const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        size_t bytes = rh_utf8_sequence(text, length);
        if (bytes == 0) return false;
        text += bytes;
        length -= bytes;
    }
    return true;
}

static rh_status check_set(const rh_json_doc *doc, const char *path, const char *text,
                           rh_error *error)
{
    size_t length = strlen(path), dots = 0;
    bool empty = length == 0 || path[0] == '.' || path[length - 1] == '.';
    for (size_t i = 0; i < length; i++) {
        if (path[i] != '.') continue;
        dots++;
        if (path[i + 1] == '.') empty = true;
    }
    if (empty) return rh_fail(error, RH_INPUT, "\"%s\": expected keys joined by dots", path);
    if (dots >= SET_DEPTH_MAX) return rh_fail(error, RH_LIMIT, "\"%.60s...\": too deep", path);
    if (!is_utf8(path) || !is_utf8(text)) {
        return rh_fail(error, RH_INPUT, "%s: neither key nor value may be invalid UTF-8", path);
    }
    if (!cJSON_IsObject(doc->root)) {
        return rh_fail(error, RH_INPUT, "%s: not an object, so \"%s\" cannot be set in it",
                       doc->name, path);
    }
    return RH_OK;
}

rh_status rh_json_set(rh_json_doc *doc, const char *path, const char *text, rh_error *error)
{
    RH_TRY(check_set(doc, path, text, error));
    size_t bytes = strlen(path) + 1;
    char *copy = malloc(bytes);
    if (copy == NULL) return rh_fail(error, RH_NO_MEMORY, "%s: no memory to set it", path);
    memcpy(copy, path, bytes);
    rh_status status = set(doc, copy, text, error);
    free(copy);
    rh_json_index_build(doc);
    return status;
}

rh_status rh_json_default(rh_json object, const char *key, int64_t value, rh_error *error)
{
    if (rh_json_kind(object) != RH_JSON_OBJECT || rh_json_has(object, key)) return RH_OK;
    cJSON *node = (cJSON *)(uintptr_t)object.node; /* the document's, which may be changed */
    RH_TRY(put_member(object.doc, node, key, cJSON_CreateNumber((double)value), error));
    rh_json_index_build(object.doc);
    return RH_OK;
}

void rh_json_remove(rh_json_doc *doc, const char *key)
{
    if (!cJSON_IsObject(doc->root)) return;
    cJSON_DeleteItemFromObjectCaseSensitive(doc->root, key);
    rh_json_index_build(doc);
}

/* --- substitute ---------------------------------------------------------------------------- */

typedef struct substitution {
    rh_json_doc *doc;
    const cJSON *vars;
    size_t nodes; /* copied so far: a large var used often must not fill the memory */
    rh_error *error;
} substitution;

static size_t count_nodes(const cJSON *node)
{
    size_t count = 1;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        count += count_nodes(child);
    }
    return count;
}

static rh_status fail_undefined(const substitution *s, const cJSON *at, const char *name)
{
    const char *names[RH_VARS_MAX];
    size_t count = 0;
    rh_json place = {s->doc, at};
    for (const cJSON *v = s->vars == NULL ? NULL : s->vars->child; v != NULL; v = v->next) {
        names[count++] = v->string;
    }
    const char *nearest = rh_nearest_name(name, names, count);
    if (nearest != NULL) {
        return rh_json_fail(place, s->error,
                            "found \"$%s\", which is not among the vars; did you mean \"$%s\"?",
                            name, nearest);
    }
    return rh_json_fail(place, s->error,
                        "found \"$%s\", which is not among the vars (a plain string that begins "
                        "with $ is written \"$$...\")", name);
}

/* "$$x" is the string "$x". Returns true when the string was such a one. */
static bool unescape(cJSON *node)
{
    char *text = node->valuestring;
    if (text[0] != '$' || text[1] != '$') return false;
    memmove(text, text + 1, strlen(text));
    return true;
}

static void unescape_all(cJSON *node)
{
    if (cJSON_IsString(node)) unescape(node);
    for (cJSON *child = node->child; child != NULL; child = child->next) unescape_all(child);
}

static rh_status replace(substitution *s, cJSON *parent, cJSON *node)
{
    const char *name = node->valuestring + 1;
    const cJSON *var = s->vars == NULL ? NULL : cJSON_GetObjectItemCaseSensitive(s->vars, name);
    if (var == NULL) return fail_undefined(s, node, name);
    s->nodes += count_nodes(var);
    if (s->nodes > SUBSTITUTED_NODES_MAX) {
        rh_json_fail((rh_json){s->doc, node}, s->error, "the vars grow the file beyond %u values",
                     SUBSTITUTED_NODES_MAX);
        if (s->error != NULL) s->error->status = RH_LIMIT;
        return RH_LIMIT;
    }
    cJSON *copy = cJSON_Duplicate(var, true);
    if (copy != NULL) unescape_all(copy);
    if (copy != NULL && replace_node(parent, node, copy)) return RH_OK;
    cJSON_Delete(copy);
    return rh_fail(s->error, RH_NO_MEMORY, "%s: no memory for its vars", s->doc->name);
}

/* Copies are not entered again: a var's value is literal, so vars cannot form a loop. */
static rh_status walk(substitution *s, cJSON *container)
{
    cJSON *next;
    for (cJSON *child = container->child; child != NULL; child = next) {
        next = child->next;
        if (child == s->vars) continue;
        if (cJSON_IsString(child)) {
            if (child->valuestring[0] != '$' || unescape(child)) continue;
            RH_TRY(replace(s, container, child));
        } else {
            RH_TRY(walk(s, child));
        }
    }
    return RH_OK;
}

/* A var that refers to a var would depend on an order that nobody sees. */
static rh_status check_literal(const substitution *s, const cJSON *node)
{
    if (cJSON_IsString(node) && node->valuestring[0] == '$' && node->valuestring[1] != '$') {
        return rh_json_fail((rh_json){s->doc, node}, s->error,
                            "found \"%s\": a var may not refer to a var", node->valuestring);
    }
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        RH_TRY(check_literal(s, child));
    }
    return RH_OK;
}

rh_status rh_json_substitute(rh_json_doc *doc, rh_json vars, rh_error *error)
{
    substitution s = {.doc = doc, .vars = vars.node, .error = error};
    if (s.vars != NULL) {
        char found[96];
        if (!cJSON_IsObject(s.vars)) {
            return rh_json_fail(vars, error, "found %s, expected an object of vars",
                                rh_json_describe(s.vars, found, sizeof found));
        }
        if (rh_json_count(vars) > RH_VARS_MAX) {
            rh_json_fail(vars, error, "more than %d vars", RH_VARS_MAX);
            if (error != NULL) error->status = RH_LIMIT;
            return RH_LIMIT;
        }
        substitution in_vars = {.doc = vars.doc, .error = error};
        RH_TRY(check_literal(&in_vars, s.vars));
    }
    rh_status status = walk(&s, doc->root);
    rh_json_index_build(doc);
    return status;
}
