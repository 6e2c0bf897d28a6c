/* JSON documents and cursors: parse, find, name the place of a node, and walk containers.
 * Must not interpret values (json_get.c) nor change the tree (json_edit.c). Invariant: the tree is
 * only read here, so several threads may read one document. */
#include "data/json.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/file.h"
#include "data/json_tree.h"

#define PATH_BYTES 400
#define SPREAD_CHILDREN_MIN 16 /* fewer children are walked, which is as fast */

const cJSON *rh_json_node(rh_json at)
{
    return at.node;
}

/* --- the index: position -> child in large containers -------------------------------------- */

static bool is_container(const cJSON *node)
{
    return cJSON_IsArray(node) || cJSON_IsObject(node);
}

static size_t walk_count(const cJSON *container)
{
    size_t count = 0;
    if (!is_container(container)) return 0;
    for (const cJSON *child = container->child; child != NULL; child = child->next) count++;
    return count;
}

/* Counts when `index` has no memory yet, fills when it has. */
static void spread(const cJSON *node, rh_json_index *index, size_t *spreads, size_t *children)
{
    size_t count = walk_count(node);
    if (count >= SPREAD_CHILDREN_MIN) {
        if (index->spreads != NULL) {
            index->spreads[*spreads] = (rh_json_spread){node, *children, count};
            size_t i = *children;
            for (const cJSON *child = node->child; child != NULL; child = child->next) {
                index->children[i++] = child;
            }
        }
        *spreads += 1;
        *children += count;
    }
    if (!is_container(node)) return;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        if (is_container(child)) spread(child, index, spreads, children);
    }
}

static int by_container(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const rh_json_spread *)a)->container;
    uintptr_t right = (uintptr_t)((const rh_json_spread *)b)->container;
    return left < right ? -1 : left > right;
}

void rh_json_index_free(rh_json_index *index)
{
    free(index->spreads);
    free(index->children);
    *index = (rh_json_index){0};
}

void rh_json_index_build(rh_json_doc *doc)
{
    rh_json_index *index = &doc->index;
    size_t spreads = 0, children = 0;
    rh_json_index_free(index);
    spread(doc->root, index, &spreads, &children);
    if (spreads == 0) return;
    index->spreads = malloc(spreads * sizeof *index->spreads);
    index->children = malloc(children * sizeof *index->children);
    if (index->spreads == NULL || index->children == NULL) {
        rh_json_index_free(index);
        return;
    }
    index->spread_count = spreads;
    spreads = children = 0;
    spread(doc->root, index, &spreads, &children);
    qsort(index->spreads, index->spread_count, sizeof *index->spreads, by_container);
}

static const rh_json_spread *find_spread(rh_json container)
{
    const rh_json_index *index = &container.doc->index;
    rh_json_spread wanted = {.container = container.node};
    if (index->spread_count == 0) return NULL;
    return bsearch(&wanted, index->spreads, index->spread_count, sizeof wanted, by_container);
}

/* --- documents ----------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

/* *twice is the later of two members with one key, or NULL. */
static rh_status find_twice(const cJSON *object, size_t count, const cJSON **twice,
                            rh_error *error)
{
    const cJSON **members = malloc(count * sizeof *members);
    *twice = NULL;
    if (members == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory to check JSON keys");
    size_t i = 0;
    for (const cJSON *m = object->child; m != NULL; m = m->next) members[i++] = m;
    qsort(members, count, sizeof *members, by_key);
    for (i = 1; i < count && *twice == NULL; i++) {
        if (strcmp(members[i - 1]->string, members[i]->string) == 0) *twice = members[i];
    }
    free(members);
    return RH_OK;
}

static rh_status check_keys(rh_json_doc *doc, const cJSON *node, rh_error *error)
{
    size_t count = cJSON_IsObject(node) ? walk_count(node) : 0;
    if (count > 1) {
        const cJSON *twice;
        RH_TRY(find_twice(node, count, &twice, error));
        if (twice != NULL) {
            return rh_json_fail((rh_json){doc, twice}, error, "the key appears twice");
        }
    }
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        if (is_container(child)) RH_TRY(check_keys(doc, child, error));
    }
    return RH_OK;
}

static rh_status build(rh_json_doc *doc, const char *text, size_t length, rh_error *error)
{
    char *copy = malloc(length + 1);
    if (copy == NULL) return rh_fail(error, RH_NO_MEMORY, "%s: no memory to read it", doc->name);
    if (length > 0) memcpy(copy, text, length);
    copy[length] = '\0';
    rh_status status = rh_json_scan(doc->name, text, length, copy, error);
    if (status == RH_OK) {
        doc->root = cJSON_ParseWithLength(copy, length + 1);
        if (doc->root == NULL) {
            status = rh_fail(error, RH_NO_MEMORY, "%s: no memory for its tree", doc->name);
        }
    }
    free(copy);
    RH_TRY(status);
    RH_TRY(check_keys(doc, doc->root, error));
    rh_json_index_build(doc);
    return RH_OK;
}

rh_status rh_json_parse(const char *name, const char *text, size_t length, rh_json_doc **doc,
                        rh_error *error)
{
    rh_json_doc *made = calloc(1, sizeof *made);
    size_t bytes = strlen(name) + 1;
    if (made != NULL) made->name = malloc(bytes);
    if (made == NULL || made->name == NULL) {
        free(made);
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory to read it", name);
    }
    memcpy(made->name, name, bytes);
    rh_status status = build(made, text, length, error);
    if (status == RH_OK) {
        *doc = made;
    } else {
        rh_json_free(made);
    }
    return status;
}

rh_status rh_json_read(const char *path, size_t max_bytes, rh_json_doc **doc, rh_error *error)
{
    char *text;
    size_t length;
    RH_TRY(rh_file_read(path, max_bytes, &text, &length, error));
    rh_status status = rh_json_parse(path, text, length, doc, error);
    free(text);
    return status;
}

void rh_json_free(rh_json_doc *doc)
{
    if (doc == NULL) return;
    cJSON_Delete(doc->root);
    rh_json_index_free(&doc->index);
    free(doc->name);
    free(doc);
}

rh_json rh_json_root(rh_json_doc *doc)
{
    return (rh_json){doc, doc->root};
}

const char *rh_json_doc_name(const rh_json_doc *doc)
{
    return doc->name;
}

/* --- the place of a node, found when somebody asks ------------------------------------------ */

/* chain[0 .. depth] becomes the nodes from the root to `wanted`. */
static bool find_chain(const cJSON *node, const cJSON *wanted, const cJSON **chain, size_t *depth)
{
    chain[*depth] = node;
    if (node == wanted) return true;
    if (*depth + 1 >= RH_JSON_TREE_DEPTH_MAX) return false;
    *depth += 1;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        if (child == wanted || is_container(child)) {
            if (find_chain(child, wanted, chain, depth)) return true;
        }
    }
    *depth -= 1;
    return false;
}

/* One step of a JSON pointer (RFC 6901): '~' and '/' in keys are ~0 and ~1. */
static size_t put_step(char *out, size_t used, const cJSON *parent, const cJSON *child)
{
    size_t index = 0;
    if (used + 1 < PATH_BYTES) out[used++] = '/';
    if (cJSON_IsObject(parent)) {
        for (const char *c = child->string; *c != '\0' && used + 2 < PATH_BYTES; c++) {
            bool special = *c == '~' || *c == '/';
            out[used++] = special ? '~' : *c;
            if (special) out[used++] = *c == '~' ? '0' : '1';
        }
    } else {
        for (const cJSON *c = parent->child; c != child && c != NULL; c = c->next) index++;
        int length = snprintf(out + used, PATH_BYTES - used, "%zu", index);
        used += length > 0 ? (size_t)length : 0;
    }
    return used < PATH_BYTES ? used : PATH_BYTES - 1;
}

static void put_path(rh_json at, char out[PATH_BYTES])
{
    const cJSON *chain[RH_JSON_TREE_DEPTH_MAX];
    size_t depth = 0, used = 0;
    if (at.node != NULL && find_chain(at.doc->root, at.node, chain, &depth)) {
        for (size_t i = 1; i <= depth; i++) used = put_step(out, used, chain[i - 1], chain[i]);
    }
    if (used == 0) out[used++] = '/';
    out[used] = '\0';
}

rh_status rh_json_fail(rh_json at, rh_error *error, const char *format, ...)
{
    char path[PATH_BYTES], text[RH_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_path(at, path);
    return rh_fail(error, RH_INPUT, "%s: %s: %s", at.doc->name, path, text);
}

/* --- containers ---------------------------------------------------------------------------- */

rh_json_type rh_json_kind(rh_json at)
{
    const cJSON *node = rh_json_node(at);
    if (cJSON_IsBool(node)) return RH_JSON_BOOL;
    if (cJSON_IsNumber(node)) return RH_JSON_NUMBER;
    if (cJSON_IsString(node)) return RH_JSON_STRING;
    if (cJSON_IsArray(node)) return RH_JSON_ARRAY;
    if (cJSON_IsObject(node)) return RH_JSON_OBJECT;
    return RH_JSON_NULL;
}

size_t rh_json_count(rh_json container)
{
    if (container.node == NULL) return 0;
    const rh_json_spread *found = find_spread(container);
    return found != NULL ? found->count : walk_count(container.node);
}

static const cJSON *child_at(rh_json container, size_t index)
{
    if (!is_container(container.node)) return NULL;
    const rh_json_spread *found = find_spread(container);
    if (found != NULL) {
        return index < found->count ? container.doc->index.children[found->first + index] : NULL;
    }
    const cJSON *child = rh_json_node(container)->child;
    while (child != NULL && index-- > 0) child = child->next;
    return child;
}

rh_json rh_json_at(rh_json container, size_t index)
{
    return (rh_json){container.doc, child_at(container, index)};
}

const char *rh_json_key_at(rh_json object, size_t index)
{
    const cJSON *child = cJSON_IsObject(rh_json_node(object)) ? child_at(object, index) : NULL;
    return child == NULL ? NULL : child->string;
}
