/* What the JSON units of this folder share: the document, its tree and its checks. Private to
 * core/data; the only header that shows cJSON. Invariant: a tree has passed rh_json_scan and the
 * check of keys: keys are unique in their object, numbers finite, strings UTF-8 without NUL. */
#ifndef RH_DATA_JSON_TREE_H
#define RH_DATA_JSON_TREE_H

#include <cjson/cJSON.h>

#include "data/json.h"

/* Children of a large container by position; small ones are walked. */
typedef struct rh_json_spread {
    const cJSON *container;
    size_t first, count; /* in `children` of the index */
} rh_json_spread;

typedef struct rh_json_index {
    rh_json_spread *spreads; /* sorted by container address */
    size_t spread_count;
    const cJSON **children;
} rh_json_index;

struct rh_json_doc {
    char *name;
    cJSON *root;
    rh_json_index index; /* empty when memory was short: slower, never wrong */
};

/* Depth that a tree can reach: a var as deep as a document in place of the deepest string. */
#define RH_JSON_TREE_DEPTH_MAX (2 * RH_JSON_DEPTH_MAX + 2)

/* Strict JSON (RFC 8259) with comments and a byte order mark, which are blanked in `copy` (a copy
 * of the text, same length). What passes is accepted by cJSON without loss. */
rh_status rh_json_scan(const char *name, const char *text, size_t length, char *copy,
                       rh_error *error);
/* True when the whole text is one JSON scalar, nothing around it. */
bool rh_json_is_scalar(const char *text, size_t length);

const cJSON *rh_json_node(rh_json at);
const char *rh_json_describe(const cJSON *node, char *out, size_t capacity);
/* Rebuilt after every edit; built by parse. */
void rh_json_index_build(rh_json_doc *doc);
void rh_json_index_free(rh_json_index *index);

#endif
