/* The identity of a script with its modules: which names it requires, and one hash over all bytes.
 * Reads text only as far as "require NAME" goes; must not run or judge it. Invariant: at most
 * RH_WATCH_MODULES_MAX modules, each once, each read as policies are: regular, small. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/file.h"
#include "host/watch.h"
#include "policy/source.h"

typedef struct module_list {
    int count;
    char names[RH_WATCH_MODULES_MAX][RH_NAME_MAX];
} module_list;

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void add_module(module_list *list, const char *name, size_t length)
{
    if (length == 0 || length >= RH_NAME_MAX || list->count == RH_WATCH_MODULES_MAX) return;
    for (size_t i = 0; i < length; i++) {
        bool dot = name[i] == '.' && i > 0 && name[i - 1] != '.' && i + 1 < length;
        if (!is_word(name[i]) && name[i] != '-' && !dot) return;
    }
    for (int i = 0; i < list->count; i++) {
        if (strlen(list->names[i]) == length && !memcmp(list->names[i], name, length)) return;
    }
    memcpy(list->names[list->count], name, length);
    list->names[list->count++][length] = '\0';
}

/* Every require "x", require 'x', require("x") of a text; one in a comment only costs a look. */
static void find_modules(const rh_policy_source *source, module_list *list)
{
    static const char word[] = "require";
    const char *at = source->bytes, *end = source->bytes + source->length;
    while ((at = memchr(at, 'r', (size_t)(end - at))) != NULL) {
        const char *from = at++;
        if ((size_t)(end - from) < sizeof word || memcmp(from, word, sizeof word - 1)) continue;
        if (from > source->bytes && is_word(from[-1])) continue;
        const char *p = from + sizeof word - 1;
        while (p < end && (*p == ' ' || *p == '\t' || *p == '(')) p++;
        if (p == end || (*p != '"' && *p != '\'')) continue;
        const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));
        if (close) add_module(list, p + 1, (size_t)(close - p - 1));
    }
}

static void module_path(const char *path, const char *name, char *out, size_t capacity)
{
    const char *slash = strrchr(path, '/');
    int width = slash ? (int)(slash - path + 1) : 0;
    int length = snprintf(out, capacity, "%.*s%s.lua", width, path, name);
    if (length < 0 || (size_t)length >= capacity) out[0] = '\0';
    for (char *c = out + width; *c && c < out + width + strlen(name); c++) {
        if (*c == '.') *c = '/';
    }
}

rh_status rh_watch_hash(const char *path, char hex[RH_SHA256_HEX], rh_error *error)
{
    rh_policy_source source;
    module_list list = {0};
    rh_sha256 state;
    char file[RH_PATH_MAX];
    RH_TRY(rh_policy_source_file(path, &source, error));
    rh_sha256_begin(&state);
    rh_sha256_bytes(&state, source.sha256, sizeof source.sha256);
    find_modules(&source, &list);
    rh_policy_source_free(&source);
    for (int i = 0; i < list.count; i++) {
        module_path(path, list.names[i], file, sizeof file);
        bool there = rh_policy_source_file(file, &source, NULL) == RH_OK;
        rh_sha256_bytes(&state, list.names[i], strlen(list.names[i]) + 1);
        if (!there) continue;
        rh_sha256_bytes(&state, source.sha256, sizeof source.sha256);
        find_modules(&source, &list);
        rh_policy_source_free(&source);
    }
    rh_sha256_hex(&state, hex);
    return RH_OK;
}
