/* Walks the grammar of a script that Lua's parser has accepted, knowing scopes and nothing else,
 * and says which names lead nowhere. Twice: first for the globals the script itself assigns, then
 * to report. Must not run the script and need not refuse anything: the syntax is known to be right.
 * Invariant: recursion is as deep as blocks and brackets nest, which lexer.c bounds. */
#include "lua/globals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lua/api.h"
#include "lua/host.h"
#include "lua/lexer.h"

/* What a local is known to hold: the arguments of trigger and scale. */
typedef enum role { PLAIN, VIEW, PARAMS, FEATURES } role;

typedef struct name { const char *bytes; size_t length; } name;
typedef struct local { name name; role role; } local;

typedef struct walk {
    rh_lua_lexer lex;
    bool collecting;            /* the first time round: nothing is reported */
    bool is_test, failed;       /* failed: no memory */
    const rh_policy *policy;
    local *locals;
    int local_count, local_room;
    name *assigned;             /* globals of the script */
    int assigned_count, assigned_room;
    void (*say)(void *host, const rh_lua_finding *finding);
    void *host;
} walk;

static void block(walk *w);
static void expression(walk *w);
static void table(walk *w, bool is_policy);

/* --- tokens -------------------------------------------------------------------------------- */

static bool at(const walk *w, const char *text)
{
    return rh_lua_token_is(&w->lex, text) && w->lex.kind != RH_TOKEN_TEXT;
}

static void step(walk *w)
{
    rh_lua_next_token(&w->lex);
}

static bool take(walk *w, const char *text)
{
    if (!at(w, text)) return false;
    step(w);
    return true;
}

static char following(const walk *w)
{
    return w->lex.at < w->lex.end ? *w->lex.at : '\0';
}

/* "=" and not "==" */
static bool at_assignment(const walk *w)
{
    return at(w, "=") && following(w) != '=';
}

static name this_name(const walk *w)
{
    return (name){w->lex.start, (size_t)(w->lex.at - w->lex.start)};
}

static bool same(name a, name b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

static bool is_text(name a, const char *text)
{
    return same(a, (name){text, strlen(text)});
}

/* --- scopes -------------------------------------------------------------------------------- */

static void *grown(walk *w, void *items, int count, int *room, size_t bytes)
{
    if (count < *room) return items;
    int wanted = *room * 2 + 64;
    void *moved = realloc(items, (size_t)wanted * bytes);
    if (moved == NULL) {
        w->failed = true;
        return items;
    }
    *room = wanted;
    return moved;
}

static void declare(walk *w, name declared, role holds)
{
    w->locals = grown(w, w->locals, w->local_count, &w->local_room, sizeof *w->locals);
    if (w->local_count < w->local_room) w->locals[w->local_count++] = (local){declared, holds};
}

static local *find_local(const walk *w, name wanted)
{
    for (int i = w->local_count; i-- > 0;)
        if (same(w->locals[i].name, wanted)) return &w->locals[i];
    return NULL;
}

static bool is_assigned(const walk *w, name wanted)
{
    for (int i = 0; i < w->assigned_count; i++)
        if (same(w->assigned[i], wanted)) return true;
    return false;
}

static const rh_lua_api_library *library_of(name wanted)
{
    for (const rh_lua_api_library *row = rh_lua_api_libraries; row->name != NULL; row++)
        if (row->call == '.' && is_text(wanted, row->name)) return row;
    return NULL;
}

/* --- reports ------------------------------------------------------------------------------- */

enum { CANDIDATES_MAX = 512 };

typedef struct candidates {
    const char *names[CANDIDATES_MAX];
    char copies[CANDIDATES_MAX][RH_NAME_MAX];
    size_t count;
} candidates;

static void add_text(candidates *c, const char *text)
{
    if (c->count < CANDIDATES_MAX) c->names[c->count++] = text;
}

static void add_name(candidates *c, name added)
{
    if (c->count >= CANDIDATES_MAX || added.length >= RH_NAME_MAX) return;
    memcpy(c->copies[c->count], added.bytes, added.length);
    c->copies[c->count][added.length] = '\0';
    c->names[c->count] = c->copies[c->count];
    c->count++;
}

static void text_of(name shown, char out[RH_NAME_MAX])
{
    rh_text_escape(out, RH_NAME_MAX, shown.bytes, shown.length);
}

static void report(walk *w, int line, bool is_note, const char *text)
{
    rh_lua_finding finding = {.file = w->lex.label, .line = line, .is_note = is_note};
    snprintf(finding.text, sizeof finding.text, "%s", text);
    if (!w->collecting) w->say(w->host, &finding);
}

static bool is_known_global(const walk *w, name wanted)
{
    if (library_of(wanted) != NULL) return true;
    for (const rh_lua_api_library *row = rh_lua_api_libraries; row->name != NULL; row++) {
        if (row->call != 0 || (row->for_tests && !w->is_test)) continue;
        for (const rh_lua_api_row *function = row->rows; function->name != NULL; function++)
            if (is_text(wanted, function->name)) return true;
    }
    return false;
}

static void report_global(walk *w, name wanted, int line)
{
    candidates *c = calloc(1, sizeof *c);
    char shown[RH_NAME_MAX], text[3 * RH_NAME_MAX + 64];
    if (c == NULL) {
        w->failed = true;
        return;
    }
    for (int i = 0; i < w->local_count; i++) add_name(c, w->locals[i].name);
    for (int i = 0; i < w->assigned_count; i++) add_name(c, w->assigned[i]);
    for (const rh_lua_api_library *row = rh_lua_api_libraries; row->name != NULL; row++) {
        if (row->call == '.') add_text(c, row->name);
        if (row->call != 0 || (row->for_tests && !w->is_test)) continue;
        for (const rh_lua_api_row *function = row->rows; function->name != NULL; function++)
            add_text(c, function->name);
    }
    text_of(wanted, shown);
    rh_lua_say_absent(shown, rh_nearest_name(shown, c->names, c->count), text, sizeof text);
    report(w, line, false, text);
    free(c);
}

/* A read of `wanted`; what it holds, as far as it is known. */
static role use(walk *w, name wanted, int line)
{
    const local *found = find_local(w, wanted);
    if (found != NULL) return found->role;
    if (!w->collecting && !is_known_global(w, wanted) && !is_assigned(w, wanted))
        report_global(w, wanted, line);
    return PLAIN;
}

static void assign(walk *w, name target, int line)
{
    char shown[RH_NAME_MAX], text[2 * RH_NAME_MAX + 64];
    local *found = find_local(w, target);
    if (found != NULL) {
        found->role = PLAIN;
        return;
    }
    if (!w->collecting) {
        text_of(target, shown);
        snprintf(text, sizeof text, "'%s' is a global here: write `local %s` before its first use",
                 shown, shown);
        report(w, line, true, text);
        return;
    }
    if (is_assigned(w, target)) return;
    w->assigned = grown(w, w->assigned, w->assigned_count, &w->assigned_room, sizeof *w->assigned);
    if (w->assigned_count < w->assigned_room) w->assigned[w->assigned_count++] = target;
}

/* --- members ------------------------------------------------------------------------------- */

static void members_of_view(candidates *c)
{
    add_text(c, "time");
    for (int i = 0; i < RH_VIEW_FIELDS; i++) add_text(c, rh_view_field_name((rh_view_field)i));
#define X(method, ...) add_text(c, method);
    RH_LUA_VIEW_METHOD_MAP(X)
#undef X
}

static void members_of_library(candidates *c, const rh_lua_api_library *library)
{
    for (const rh_lua_api_library *part = rh_lua_api_libraries; part->name != NULL; part++) {
        if (part->call != '.' || strcmp(part->name, library->name) != 0) continue;
        for (const rh_lua_api_row *row = part->rows; row->name != NULL; row++)
            add_text(c, row->name);
    }
    if (strcmp(library->name, "math") != 0) return;
#define X(constant, ...) add_text(c, constant);
    RH_LUA_MATH_VALUE_MAP(X)
#undef X
}

/* The member `wanted` of something that has the members `c` only; `what` begins the text. */
static void check_among(walk *w, const candidates *c, name wanted, int line, const char *what)
{
    char shown[RH_NAME_MAX], text[4 * RH_NAME_MAX];
    for (size_t i = 0; i < c->count; i++)
        if (is_text(wanted, c->names[i])) return;
    text_of(wanted, shown);
    const char *near = rh_nearest_name(shown, c->names, c->count);
    snprintf(text, sizeof text, "%s '%s'%s%s%s", what, shown,
             near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
             near != NULL ? "'?" : "");
    report(w, line, false, text);
}

/* The lexer stands at the name after '.' or ':' of `base`, a local of a known role or a global. */
static void check_member(walk *w, name base, role holds)
{
    char what[RH_NAME_MAX + 16];
    const rh_lua_api_library *library =
        find_local(w, base) == NULL && !is_assigned(w, base) ? library_of(base) : NULL;
    if (w->collecting || (holds == PLAIN && library == NULL)) return;
    candidates *c = calloc(1, sizeof *c);
    if (c == NULL) {
        w->failed = true;
        return;
    }
    if (holds == VIEW) {
        members_of_view(c);
        snprintf(what, sizeof what, "the view has no field");
    } else if (holds == PLAIN) {
        members_of_library(c, library);
        snprintf(what, sizeof what, "%s has no", library->name);
    } else if (holds == PARAMS && w->policy != NULL) {
        for (int i = 0; i < w->policy->params.count; i++)
            add_text(c, w->policy->params.spec[i].name);
        snprintf(what, sizeof what, "undeclared param");
    } else if (w->policy != NULL) {
        for (int i = 0; i < w->policy->feature_count; i++)
            add_text(c, w->policy->features[i].name);
        snprintf(what, sizeof what, "undeclared feature");
    }
    if (holds == PLAIN || holds == VIEW || w->policy != NULL)
        check_among(w, c, this_name(w), w->lex.token_line, what);
    free(c);
}

/* --- expressions --------------------------------------------------------------------------- */

/* "(a, b, ...) block end"; `roles` of the first parameters, or NULL. */
static void function_body(walk *w, const role *roles, bool has_self)
{
    int scope = w->local_count, parameter = 0;
    if (has_self) declare(w, (name){"self", 4}, PLAIN);
    take(w, "(");
    while (!at(w, ")") && w->lex.kind != RH_TOKEN_END) {
        if (w->lex.kind == RH_TOKEN_NAME) {
            declare(w, this_name(w), roles != NULL && parameter < 3 ? roles[parameter] : PLAIN);
            parameter++;
        }
        step(w);        /* names, commas, the dots of "..." */
    }
    take(w, ")");
    block(w);
    take(w, "end");
    w->local_count = scope;
}

static void expressions(walk *w)
{
    do expression(w);
    while (take(w, ","));
}

/* "(...)", a table or a text behind what is called; `is_policy`: rehedge.policy is called. */
static void arguments(walk *w, bool is_policy)
{
    if (at(w, "{")) {
        table(w, is_policy);
    } else if (w->lex.kind == RH_TOKEN_TEXT) {
        step(w);
    } else if (take(w, "(")) {
        if (is_policy && at(w, "{")) table(w, true);
        if (take(w, ",") || !at(w, ")")) expressions(w);
        take(w, ")");
    }
}

static bool at_call(const walk *w)
{
    return at(w, "(") || at(w, "{") || w->lex.kind == RH_TOKEN_TEXT;
}

/* What follows a name or a bracket; true when something did. */
static bool suffixes(walk *w, const name *base, role holds)
{
    bool any = false, is_policy = false;
    for (;; any = true) {
        bool is_method = at(w, ":") && following(w) != ':';
        if (is_method || (at(w, ".") && following(w) != '.')) {
            step(w);
            if (!any && base != NULL) check_member(w, *base, holds);
            is_policy = !any && base != NULL && is_text(*base, "rehedge") && at(w, "policy");
            step(w);
            if (is_method) arguments(w, false);
        } else if (take(w, "[")) {
            expression(w);
            take(w, "]");
        } else if (at_call(w)) {
            arguments(w, is_policy);
            is_policy = false;
        } else {
            return any;
        }
    }
}

static void primary(walk *w)
{
    if (take(w, "(")) {
        expression(w);
        take(w, ")");
        suffixes(w, NULL, PLAIN);
    } else {
        name read = this_name(w);
        role holds = use(w, read, w->lex.token_line);
        step(w);
        suffixes(w, &read, holds);
    }
}

/* What the function under the present key of the policy is given; NULL: it is no callback. */
static const role *roles_of_key(const walk *w)
{
    static const role deciding[] = {VIEW, PARAMS, FEATURES}, told[] = {VIEW, PARAMS, PLAIN};
    if (at(w, "trigger") || at(w, "scale")) return deciding;
    for (int i = 0; rh_notice_words[i] != NULL; i++)
        if (at(w, rh_notice_words[i])) return told;
    return NULL;
}

/* The lexer stands at "{". */
static void table(walk *w, bool is_policy)
{
    take(w, "{");
    while (!at(w, "}") && w->lex.kind != RH_TOKEN_END) {
        walk ahead = *w;
        step(&ahead);
        if (take(w, "[")) {
            expression(w);
            take(w, "]");
            take(w, "=");
            expression(w);
        } else if (w->lex.kind == RH_TOKEN_NAME && at_assignment(&ahead)) {
            const role *roles = is_policy ? roles_of_key(w) : NULL;
            step(w);
            take(w, "=");
            walk value = *w;
            step(&value);
            if (roles != NULL && at(w, "function") && at(&value, "(")) {
                step(w);
                function_body(w, roles, false);
            } else {
                expression(w);
            }
        } else {
            expression(w);
        }
        if (!take(w, ",")) take(w, ";");
    }
    take(w, "}");
}

/* The present token begins a binary operator: consume it. */
static bool take_operator(walk *w)
{
    static const char *const words[] = {"and", "or", NULL};
    for (int i = 0; words[i] != NULL; i++)
        if (take(w, words[i])) return true;
    if (w->lex.kind != RH_TOKEN_OTHER) return false;
    char first = *w->lex.start, second = following(w);
    bool is_double = (first == '/' && second == '/') || (first == '.' && second == '.') ||
                     (first == '<' && (second == '<' || second == '=')) ||
                     (first == '>' && (second == '>' || second == '=')) ||
                     (first == '=' && second == '=') || (first == '~' && second == '=');
    if (!is_double && (strchr("+-*/%^&|<>~", first) == NULL || first == '\0')) return false;
    step(w);
    if (is_double) step(w);
    return true;
}

static void operand(walk *w)
{
    if (w->lex.kind == RH_TOKEN_NUMERAL || w->lex.kind == RH_TOKEN_TEXT || at(w, "nil") ||
        at(w, "true") || at(w, "false")) {
        step(w);
    } else if (at(w, ".")) {
        for (int i = 0; i < 3; i++) step(w);    /* "..." */
    } else if (at(w, "{")) {
        table(w, false);
    } else if (take(w, "function")) {
        function_body(w, NULL, false);
    } else {
        primary(w);
    }
}

static void expression(walk *w)
{
    do {
        while (take(w, "not") || take(w, "-") || take(w, "#") || take(w, "~")) {}
        operand(w);
    } while (take_operator(w));
}

/* --- statements ---------------------------------------------------------------------------- */

static bool at_end_of_block(const walk *w)
{
    return w->lex.kind == RH_TOKEN_END || at(w, "end") || at(w, "else") || at(w, "elseif") ||
           at(w, "until");
}

static void scoped_block(walk *w)
{
    int scope = w->local_count;
    block(w);
    w->local_count = scope;
}

static void if_statement(walk *w)
{
    do {
        expression(w);
        take(w, "then");
        scoped_block(w);
    } while (take(w, "elseif"));
    if (take(w, "else")) scoped_block(w);
    take(w, "end");
}

static void for_statement(walk *w)
{
    name names[256];
    int count = 0, scope = w->local_count;
    while (!at(w, "=") && !at(w, "in") && w->lex.kind != RH_TOKEN_END) {
        if (w->lex.kind == RH_TOKEN_NAME && count < 256) names[count++] = this_name(w);
        step(w);
    }
    step(w);
    expressions(w);
    take(w, "do");
    for (int i = 0; i < count; i++) declare(w, names[i], PLAIN);
    scoped_block(w);
    take(w, "end");
    w->local_count = scope;
}

static void repeat_statement(walk *w)
{
    int scope = w->local_count;
    block(w);
    take(w, "until");
    expression(w);
    w->local_count = scope;
}

/* "function a.b:c() ... end": a is assigned when it stands alone, read otherwise. */
static void function_statement(walk *w)
{
    name first = this_name(w);
    int line = w->lex.token_line;
    bool is_member = false, has_self = false;
    for (step(w); at(w, ".") || at(w, ":"); step(w)) {
        has_self = at(w, ":");
        is_member = true;
        step(w);
    }
    if (is_member)
        use(w, first, line);
    else
        assign(w, first, line);
    function_body(w, NULL, has_self);
}

static void local_statement(walk *w)
{
    name names[256];
    int count = 0;
    if (take(w, "function")) {
        declare(w, this_name(w), PLAIN);
        step(w);
        function_body(w, NULL, false);
        return;
    }
    do {
        if (count < 256) names[count++] = this_name(w);
        step(w);
        if (take(w, "<")) {
            step(w);
            take(w, ">");
        }
    } while (take(w, ","));
    if (take(w, "=")) expressions(w);
    for (int i = 0; i < count; i++) declare(w, names[i], PLAIN);
}

/* A call, or an assignment to names, fields and elements. */
static void expression_statement(walk *w)
{
    for (;;) {
        name first = this_name(w);
        int line = w->lex.token_line;
        walk ahead = *w;
        step(&ahead);
        bool is_alone = w->lex.kind == RH_TOKEN_NAME && (at_assignment(&ahead) || at(&ahead, ","));
        if (is_alone) {
            step(w);
            assign(w, first, line);
        } else {
            primary(w);
        }
        if (!take(w, ",")) break;
    }
    if (at_assignment(w)) {
        step(w);
        expressions(w);
    }
}

static void label(walk *w)
{
    while (take(w, ":")) {}
    step(w);
    for (int i = 0; i < 2; i++) take(w, ":");
}

static void statement(walk *w)
{
    if (take(w, ";") || take(w, "break")) return;
    if (at(w, ":")) {
        label(w);
    } else if (take(w, "goto")) {
        step(w);
    } else if (take(w, "do")) {
        scoped_block(w);
        take(w, "end");
    } else if (take(w, "while")) {
        expression(w);
        take(w, "do");
        scoped_block(w);
        take(w, "end");
    } else if (take(w, "repeat")) {
        repeat_statement(w);
    } else if (take(w, "if")) {
        if_statement(w);
    } else if (take(w, "for")) {
        for_statement(w);
    } else if (take(w, "function")) {
        function_statement(w);
    } else if (take(w, "local")) {
        local_statement(w);
    } else if (take(w, "return")) {
        if (!at(w, ";") && !at_end_of_block(w)) expressions(w);
    } else {
        expression_statement(w);
    }
}

static void block(walk *w)
{
    while (!at_end_of_block(w) && !w->failed) {
        const char *before = w->lex.start;
        statement(w);
        if (w->lex.start == before) step(w);    /* whatever happens, it ends */
    }
}

static void walk_file(walk *w, const char *label, const char *bytes, size_t length)
{
    w->local_count = 0;
    w->lex = (rh_lua_lexer){.label = label, .at = bytes, .end = bytes + length, .line = 1};
    step(w);
    block(w);
}

/* Is every module Lua? It need not have been loaded: nothing requires it, perhaps. */
static rh_status check_modules(const rh_policy_source *source, rh_error *error)
{
    for (size_t i = 0; i < source->module_count; i++) {
        const rh_policy_module *module = &source->modules[i];
        rh_policy_source alone = {.bytes = module->bytes, .length = module->length};
        snprintf(alone.label, sizeof alone.label, "%s", module->path);
        RH_TRY(rh_lua_check_syntax(&alone, error));
    }
    return RH_OK;
}

rh_status rh_lua_check_names(const rh_policy_source *source, const rh_policy *policy, bool is_test,
                             void (*say)(void *host, const rh_lua_finding *finding), void *host,
                             rh_error *error)
{
    walk w = {.is_test = is_test, .policy = policy, .say = say, .host = host};
    const char *slash = strrchr(source->label, '/');
    RH_TRY(rh_lua_check_syntax(source, error));
    RH_TRY(check_modules(source, error));
    for (int round = 0; round < 2 && !w.failed; round++) {
        w.collecting = round == 0;
        walk_file(&w, slash != NULL ? slash + 1 : source->label, source->bytes, source->length);
        for (size_t i = 0; i < source->module_count && !w.failed; i++)
            walk_file(&w, source->modules[i].path, source->modules[i].bytes,
                      source->modules[i].length);
    }
    free(w.locals);
    free(w.assigned);
    return w.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a check") : RH_OK;
}
