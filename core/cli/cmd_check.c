/* rehedge check POLICY: load a policy as a run would, and say what it is: what wakes it, its params
 * with defaults and ranges, its features, its limits; and which names in it lead nowhere, in
 * branches that are never run as well. Must not run trigger or scale. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "data/json.h"
#include "host/bundle.h"
#include "lua/globals.h"
#include "lua/lua_policy.h"
#include "policy/describe.h"

static void log_line(void *host, const char *text)
{
    (void)host;
    fprintf(stderr, "log: %s\n", text);
}

/* --- loading, and what is wrong ------------------------------------------------------------ */

enum { FINDINGS_MAX = 100 };

typedef struct check {
    rh_policy_source source;
    rh_policy *policy;              /* NULL when it cannot be loaded */
    rh_error refused;               /* then: why */
    rh_lua_finding findings[FINDINGS_MAX];
    int count, wrong;               /* wrong: those that are no notes */
    int64_t gas;                    /* instructions used by loading, at most */
} check;

static void keep_finding(void *host, const rh_lua_finding *finding)
{
    check *c = host;
    for (int i = 0; i < c->count; i++) {       /* a note is said once */
        bool is_same = strcmp(c->findings[i].text, finding->text) == 0;
        bool is_place = c->findings[i].line == finding->line &&
                        strcmp(c->findings[i].file, finding->file) == 0;
        if (is_same && (finding->is_note || is_place)) return;
    }
    if (c->count == FINDINGS_MAX) return;
    c->findings[c->count++] = *finding;
    if (!finding->is_note) c->wrong++;
}

/* What loading said already: the same file, line and beginning. */
static bool is_said(const check *c, const rh_lua_finding *finding)
{
    char at[RH_PATH_MAX + 32];
    snprintf(at, sizeof at, "%s:%d: %s", finding->file, finding->line, finding->text);
    return c->policy == NULL && strncmp(c->refused.message, at, strlen(at)) == 0;
}

static void print_findings(const check *c)
{
    for (int i = 0; i < c->count; i++) {
        rh_error error;
        const rh_lua_finding *finding = &c->findings[i];
        if (is_said(c, finding)) continue;
        rh_fail(&error, RH_POLICY, "%s:%d: %s%s", finding->file, finding->line,
                finding->is_note ? "note: " : "", finding->text);
        rh_cli_fail(&error);
    }
}

static void check_policy(check *c)
{
    rh_error error;
    const rh_policy_services services = {.log = log_line, .gas_matters = true};
    const rh_json defaults = {NULL, NULL};
    if (rh_lua_loader.load(rh_lua_loader.context, &c->source, defaults, &services, &c->policy,
                           &c->refused) != RH_OK)
        c->policy = NULL;
    else
        c->gas = rh_lua_gas(c->policy) + 10;    /* fewer than that are not counted */
    rh_lua_check_names(&c->source, c->policy, false, keep_finding, c, &error);
}

/* A bound of a param as people write it; empty when it has none. */
static void bound_text(const rh_param_spec *spec, double bound, char text[RH_NAME_MAX])
{
    rh_param_value value = {.number = bound};
    text[0] = '\0';
    if (!isfinite(bound)) return;
    if (spec->type == RH_PARAM_DURATION) value.duration_ns = (int64_t)bound;
    rh_param_value_text(spec, &value, text);
}

static bool has_range(const rh_param_spec *spec)
{
    return spec->type == RH_PARAM_NUMBER || spec->type == RH_PARAM_DURATION;
}

/* --- for people ---------------------------------------------------------------------------- */

static void print_param(const rh_param_spec *spec, const rh_param_value *value)
{
    char shown[RH_NAME_MAX], low[RH_NAME_MAX] = "", high[RH_NAME_MAX] = "";
    rh_param_value_text(spec, value, shown);
    printf("  %-14s %s%s%s", spec->name, shown, spec->unit[0] != '\0' ? " " : "", spec->unit);
    if (has_range(spec)) {
        bound_text(spec, spec->min, low);
        bound_text(spec, spec->max, high);
    }
    if (low[0] != '\0') printf(", at least %s", low);
    if (high[0] != '\0') printf(", at most %s", high);
    for (int i = 0; i < spec->word_count; i++)
        printf("%s%s", i == 0 ? " (" : " | ", spec->words[i]);
    printf("%s%s%s\n", spec->word_count > 0 ? ")" : "", spec->about[0] != '\0' ? ": " : "",
           spec->about);
}

static void print_wake(const rh_wake *wake)
{
    char shown[RH_TIME_TEXT];
    if (wake->always) printf("  every known time\n");
    if (wake->every_ns > 0) {
        rh_text_duration(shown, wake->every_ns);
        printf("  every %s\n", shown);
    }
    if (!isnan(wake->delta_beyond)) {
        rh_text_double(shown, wake->delta_beyond);
        printf("  net delta beyond %s (%s)\n", shown, rh_band_unit_words[wake->delta_unit]);
    }
    if (!isnan(wake->move_beyond)) {
        rh_text_double(shown, wake->move_beyond);
        printf("  spot moved beyond a fraction of %s\n", shown);
    }
    for (int on = 0; on < RH_ON_KINDS; on++)
        if (wake->on >> on & 1u) printf("  on %s\n", rh_wake_on_words[on]);
}

static void print_features(const rh_policy *policy)
{
    char shown[RH_NUMBER_TEXT];
    if (policy->feature_count > 0) printf("features\n");
    for (int i = 0; i < policy->feature_count; i++) {
        const rh_feature_spec *spec = &policy->features[i];
        printf("  %-14s %s", spec->name, spec->kind);
        for (int at = 0; at < spec->arg_count; at++) {
            rh_text_double(shown, spec->args[at].number);
            printf("%s%s %s", at == 0 ? " " : ", ", spec->args[at].key,
                   spec->args[at].is_text ? spec->args[at].text : shown);
        }
        printf("\n");
    }
}

/* What it is told of, and what it records. */
static void print_callbacks(const rh_policy *policy)
{
    if (policy->told != 0) printf("hears of\n ");
    for (int n = 0; n < RH_NOTICES; n++)
        if (policy->told >> n & 1u) printf(" %s", rh_notice_words[n]);
    if (policy->told != 0) printf("\n");
    if (policy->series_count > 0) printf("records\n ");
    for (int k = 0; k < policy->series_count; k++) printf(" %s", policy->series[k]);
    if (policy->series_count > 0) printf("\n");
}

static void print_policy(const check *c)
{
    const rh_policy *policy = c->policy;
    printf("%s %s%s%s\n", policy->name, policy->version, policy->license[0] != '\0' ? ", " : "",
           policy->license);
    if (policy->about[0] != '\0') printf("%s\n", policy->about);
    printf("\ndecides\n  %s%s%s\n", policy->has_trigger ? "when (trigger)" : "",
           policy->has_trigger && policy->has_scale ? ", " : "",
           policy->has_scale ? "how much (scale)" : "");
    printf("looks at\n  %s\n", policy->portfolio ? "all hedged assets (scope \"portfolio\")"
                                                   : "one asset (scope \"asset\")");
    printf("wakes\n");
    print_wake(&policy->wake);
    print_callbacks(policy);
    if (policy->params.count > 0) printf("params\n");
    for (int i = 0; i < policy->params.count; i++)
        print_param(&policy->params.spec[i], &policy->params.value[i]);
    print_features(policy);
    printf("limits\n  %d instructions a call, %d to load; %u MiB of memory; texts of %u KiB\n"
           "  state of %u KiB; %d orders a call; %d log lines a second\n",
           RH_LUA_INSTRUCTIONS_PER_CALL, RH_LUA_INSTRUCTIONS_PER_LOAD,
           RH_LUA_MEMORY_BYTES_MAX >> 20, RH_LUA_STRING_BYTES_MAX >> 10,
           RH_LUA_STATE_BYTES_MAX >> 10, RH_ORDERS_PER_CALL_MAX, RH_LUA_LOG_LINES_PER_SECOND);
    printf("loading took\n  at most %lld instructions\n", (long long)c->gas);
    printf("sha256\n  %s\n", policy->sha256);
}

/* --- for machines -------------------------------------------------------------------------- */

static void put_wake(rh_json_writer *writer, const rh_wake *wake)
{
    char text[RH_TIME_TEXT];
    rh_json_open(writer, "wake", '{');
    rh_json_put_bool(writer, "always", wake->always);
    if (wake->every_ns > 0) {
        rh_text_duration(text, wake->every_ns);
        rh_json_put_text(writer, "every", text);
    }
    if (!isnan(wake->delta_beyond)) {
        rh_json_put_double(writer, "delta_beyond", wake->delta_beyond);
        rh_json_put_text(writer, "unit", rh_band_unit_words[wake->delta_unit]);
    }
    if (!isnan(wake->move_beyond)) rh_json_put_double(writer, "move_beyond", wake->move_beyond);
    rh_json_open(writer, "on", '[');
    for (int on = 0; on < RH_ON_KINDS; on++)
        if (wake->on >> on & 1u) rh_json_put_text(writer, NULL, rh_wake_on_words[on]);
    rh_json_close(writer, ']');
    rh_json_close(writer, '}');
}

static void put_findings(rh_json_writer *writer, const check *c)
{
    rh_json_open(writer, "findings", '[');
    for (int i = 0; i < c->count; i++) {
        rh_json_open(writer, NULL, '{');
        rh_json_put_text(writer, "file", c->findings[i].file);
        rh_json_put_i64(writer, "line", c->findings[i].line);
        rh_json_put_text(writer, "kind", c->findings[i].is_note ? "note" : "error");
        rh_json_put_text(writer, "text", c->findings[i].text);
        rh_json_close(writer, '}');
    }
    rh_json_close(writer, ']');
}

static void put_limits(rh_json_writer *writer)
{
    static const struct { const char *name; int64_t value; } limits[] = {
        {"call_instructions", RH_LUA_INSTRUCTIONS_PER_CALL},
        {"load_instructions", RH_LUA_INSTRUCTIONS_PER_LOAD},
        {"memory_bytes", RH_LUA_MEMORY_BYTES_MAX},
        {"text_bytes", RH_LUA_STRING_BYTES_MAX},
        {"state_bytes", RH_LUA_STATE_BYTES_MAX},
        {"orders_per_call", RH_ORDERS_PER_CALL_MAX},
        {"log_lines_per_second", RH_LUA_LOG_LINES_PER_SECOND}};
    rh_json_open(writer, "limits", '{');
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        rh_json_put_i64(writer, limits[i].name, limits[i].value);
    rh_json_close(writer, '}');
}

static void put_policy(rh_json_writer *writer, const check *c)
{
    const rh_policy *policy = c->policy;
    rh_json_put_text(writer, "name", policy->name);
    rh_json_put_text(writer, "version", policy->version);
    rh_json_put_text(writer, "license", policy->license);
    rh_json_put_text(writer, "about", policy->about);
    rh_json_put_text(writer, "sha256", policy->sha256);
    rh_json_put_bool(writer, "trigger", policy->has_trigger);
    rh_json_put_bool(writer, "scale", policy->has_scale);
    rh_json_put_i64(writer, "load_instructions", c->gas);
    rh_json_put_text(writer, "scope", policy->portfolio ? "portfolio" : "asset");
    put_wake(writer, &policy->wake);
    rh_json_open(writer, "callbacks", '[');
    for (int n = 0; n < RH_NOTICES; n++)
        if (policy->told >> n & 1u) rh_json_put_text(writer, NULL, rh_notice_words[n]);
    rh_json_close(writer, ']');
    rh_json_open(writer, "series", '[');
    for (int k = 0; k < policy->series_count; k++)
        rh_json_put_text(writer, NULL, policy->series[k]);
    rh_json_close(writer, ']');
    put_limits(writer);
    rh_policy_describe_params(writer, &policy->params);
    rh_policy_describe_features(writer, policy);
}

static bool print_json(const check *c)
{
    rh_buffer out = {0};
    rh_json_writer writer = {.out = &out, .pretty = true};
    rh_json_open(&writer, NULL, '{');
    rh_json_put_bool(&writer, "ok", c->policy != NULL && c->wrong == 0);
    if (c->policy != NULL)
        put_policy(&writer, c);
    else
        rh_json_put_text(&writer, "refused", c->refused.message);
    put_findings(&writer, c);
    rh_json_close(&writer, '}');
    bool written = !out.failed && fwrite(out.bytes, 1, out.length, stdout) == out.length;
    if (written) putchar('\n');
    rh_buffer_free(&out);
    return written;
}

/* Everything that is known about the policy; the exit status. */
static int say(const check *c, bool json)
{
    if (json && !print_json(c)) return 1;
    if (!json && c->policy != NULL && c->wrong == 0) print_policy(c);
    if (c->policy == NULL) return rh_cli_fail(&c->refused);
    return c->wrong > 0 ? 4 : 0;
}

int rh_cmd_check(int argc, char **argv)
{
    bool json = false;
    const char *operand = NULL;
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"--json", NULL, "print what the policy declares, and what is wrong, as JSON", NULL, &json,
         NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "check POLICY [--json]",
                              "Load a policy as a run would and print what it declares, or which "
                              "names in it lead nowhere. POLICY is the name of a shipped or "
                              "installed policy, a path that ends in .lua, or a bundle: a folder "
                              "or an archive.",
                              "rehedge check scripts/delta_band.lua", &operand, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count == 0) return rh_cli_usage("check needs a policy: rehedge check my_policy.lua");
    check *c = calloc(1, sizeof *c);
    if (c == NULL) return rh_cli_usage("no memory");
    int result = 0;
    if (rh_policy_source_open(&rh_bundle_finder, operand, &c->source, &error) != RH_OK) {
        result = rh_cli_fail(&error);
    } else {
        check_policy(c);
        print_findings(c);
        result = say(c, json);
    }
    rh_policy_free(c->policy);
    rh_policy_source_free(&c->source);
    free(c);
    return result;
}
