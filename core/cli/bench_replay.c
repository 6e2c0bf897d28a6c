/* Figures of whole runs through the same door as `rehedge run`: events per second by book, policy
 * and feed, and the memory of a long one. Writes scenarios, policies and tape into the folder of
 * the session. Decides nothing. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "data/tape.h"

/* 1 second, and 2021-01-01T00:00:00Z, where every generated market begins */
static const int64_t second_ns = 1000000000, day_ns = INT64_C(86400000000000);
static const int64_t from_ns = INT64_C(1609459200000000000);

/* The same decision twice: asked at every event, and only when C saw the band crossed. */
static const char every_lua[] =
    "return rehedge.policy {\n"
    "  api = 1, name = \"bench-every\", version = \"1.0.0\", license = \"MIT\",\n"
    "  about = \"Back to the edge of a band, asked at every event.\",\n"
    "  params = { band = { default = 0.25, min = 0, unit = \"asset\", about = \"half width\" } },\n"
    "  trigger = function(s, p)\n"
    "    local delta, band = s.delta, p.band\n"
    "    return delta > band or delta < -band, -band, band\n"
    "  end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end,\n"
    "}\n";
static const char wake_lua[] =
    "return rehedge.policy {\n"
    "  api = 1, name = \"bench-wake\", version = \"1.0.0\", license = \"MIT\",\n"
    "  about = \"Back to the edge of a band, woken when it is left.\",\n"
    "  params = { band = { default = 0.25, min = 0, unit = \"asset\", about = \"half width\" } },\n"
    "  wake = { delta_beyond = \"band\" },\n"
    "  trigger = function(s, p) return true, -p.band, p.band end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end,\n"
    "}\n";

/* The least that a wake in Lua can do: what is left over the native policy is the price of Lua. */
static const char fields_lua[] =
    "return rehedge.policy {\n"
    "  api = 1, name = \"bench-fields\", version = \"1.0.0\", license = \"MIT\",\n"
    "  about = \"Reads three fields and never trades.\",\n"
    "  trigger = function(s) return s.spot + s.delta + s.pending < 0 end,\n"
    "  scale = function() return 0 end,\n"
    "}\n";

typedef enum market_kind { MARKET_GENERATED, MARKET_TAPE } market_kind;

typedef struct bench_case {
    const char *name, *about;
    market_kind market;
    int options;                /* 0: the hedge alone */
    bool book;                  /* options and a hedge, or bare */
    const char *policy;         /* a file of the folder, or native */
    uint64_t events;
    double target;              /* events per second */
} bench_case;

/* The three of issue 3 first. The rest says where an event's time goes: without options, then
 * with one and with twenty under the same policy, and without anything to hedge. */
static const bench_case cases[] = {
    {"lua_every_event", "20 options, Lua trigger at every event", MARKET_GENERATED, 20, true,
     "every.lua", 1000000, 1.5e6},
    {"lua_wake", "20 options, the same policy with wake", MARKET_GENERATED, 20, true, "wake.lua",
     2000000, 2.5e6},
    {"native_band_1", "1 option, native delta_band, tape", MARKET_TAPE, 1, true,
     "native:delta_band", 4000000, 9e6},
    {"native_band_20", "20 options, native delta_band, tape", MARKET_TAPE, 20, true,
     "native:delta_band", 2000000, 0},
    {"native_band_0", "no options, native delta_band, tape", MARKET_TAPE, 0, true,
     "native:delta_band", 4000000, 0},
    {"lua_three_fields", "no options, Lua reads 3 fields, tape", MARKET_TAPE, 0, true,
     "fields.lua", 2000000, 0},
    {"tape_to_ledger", "no options, no policy, tape to ledger", MARKET_TAPE, 0, false,
     "native:none", 4000000, 10e6},
};
enum { CASES = sizeof cases / sizeof cases[0] };
static const bench_case long_case = {"memory", "generated feed, bare", MARKET_GENERATED, 0, false,
                                     "native:none", 100000000, 0};
static const double memory_target_mib = 64;

/* --- markets and scenarios ----------------------------------------------------------------- */

static rh_status append_walk(rh_tape_writer *writer, uint64_t records, rh_error *error)
{
    rh_stream stream;
    rh_stream_init(&stream, 7, 0, RH_PURPOSE_FEED);
    double price = 45000;
    for (uint64_t i = 0; i < records; i++) {
        price *= 1 + 2e-4 * (rh_stream_uniform(&stream) - 0.5);
        int64_t time_ns = from_ns + (int64_t)(i + 1) * second_ns;
        rh_record record = {.happened_ns = time_ns, .known_ns = time_ns, .price = price, .size = 1,
                            .kind = RH_RECORD_BAR, .flags = RH_RECORD_END_OF_BATCH};
        RH_TRY(rh_tape_append(writer, &record, error));
    }
    return RH_OK;
}

static rh_status write_tape(const rh_bench *bench, uint64_t records, rh_error *error)
{
    static const char *const instruments[] = {"BTC-SPOT"};
    char path[RH_PATH_MAX];
    rh_tape_writer *writer;
    RH_TRY(rh_bench_path(bench, "bench.tape", path, error));
    RH_TRY(rh_tape_create(path, instruments, 1, second_ns, "rehedge bench", NULL, &writer, error));
    rh_status status = append_walk(writer, records, error);
    if (status == RH_OK) return rh_tape_commit(writer, error);
    rh_tape_abandon(writer);
    return status;
}

static void put_book(rh_buffer *text, int options)
{
    static const int days[] = {30, 60, 90, 180}, strikes[] = {45000, 35000, 40000, 50000, 55000};
    for (int i = 0; i < options; i++) {
        char expiry[RH_TIME_TEXT];
        rh_text_time(expiry, from_ns + (int64_t)days[i % 4] * 16 * day_ns);
        rh_buffer_printf(text, "%s{\"option\": \"%s\", \"asset\": \"BTC\", \"strike\": %d, "
                         "\"expiry\": \"%s\", \"qty\": -1}", i ? "," : "", i % 2 ? "put" : "call",
                         strikes[i / 4 % 5], expiry);
    }
}

static void put_scenario(rh_buffer *text, const bench_case *of, uint64_t events)
{
    char from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_text_time(from, from_ns);
    rh_text_time(to, from_ns + (int64_t)events * second_ns);
    rh_buffer_printf(text,
                     "{\"rehedge\": 1, \"name\": \"bench: %s\", \"seed\": 7,\n"
                     " \"numeraire\": \"USD\",\n \"clock\": {\"from\": \"%s\", \"to\": \"%s\", "
                     "\"end\": \"mark\", \"ledger\": \"1h\"},\n", of->name, from, to);
    rh_buffer_text(text,
                   " \"assets\": {\"BTC\": {\"rate\": 0, \"vol\": {\"mark\": {\"kind\": \"flat\", "
                   "\"sigma\": 0.8}, \"hedge\": \"mark\"}}},\n"
                   " \"instruments\": {\"BTC-SPOT\": {\"kind\": \"spot\", \"asset\": \"BTC\"}");
    if (of->book) {
        rh_buffer_text(text, ", \"BTC-PERP\": {\"kind\": \"perp\", \"asset\": \"BTC\", \"settle\": "
                       "\"USD\", \"venue\": \"ideal\", \"lot\": 0.001}");
    }
    rh_buffer_text(text, "},\n\"feeds\": [{\"instrument\": \"BTC-SPOT\", ");
    if (of->market == MARKET_TAPE) {
        rh_buffer_text(text, "\"file\": \"bench.tape\"}],\n");
    } else {
        rh_buffer_text(text, "\"synth\": {\"model\": \"gbm\", \"spot\": 45000, \"vol\": 0.8, "
                       "\"drift\": 0, \"interval\": \"1s\"}}],\n");
    }
    if (of->book) {
        rh_buffer_text(text, "\"venues\": {\"ideal\": {\"kind\": \"ideal\"}},\n\"portfolio\": [");
        put_book(text, of->options);
        rh_buffer_text(text, "],\n\"hedge\": [\"BTC-PERP\"],\n");
    }
    rh_buffer_text(text, "\"policy\": {\"script\": \"native:none\"}}\n");
}

static rh_status write_market(const rh_bench *bench, const bench_case *of, uint64_t events,
                              rh_error *error)
{
    rh_buffer text = {0};
    put_scenario(&text, of, events);
    rh_status status = text.failed ? rh_fail(error, RH_NO_MEMORY, "out of memory")
                                   : rh_bench_write(bench, "bench.json", text.bytes, error);
    rh_buffer_free(&text);
    if (status == RH_OK && of->market == MARKET_TAPE) status = write_tape(bench, events, error);
    return status;
}

/* --- measuring ----------------------------------------------------------------------------- */

static void pass_progress(void *context, double fraction, uint64_t events)
{
    rh_progress_update(context, fraction, events);
}

static rh_status run_once(rh_bench *bench, const bench_case *of, uint64_t *events,
                          double *per_s, rh_error *error)
{
    char scenario[RH_PATH_MAX], policy[RH_PATH_MAX];
    rh_run_result result = {0};
    bool is_file = strncmp(of->policy, "native:", 7) != 0;
    RH_TRY(rh_bench_path(bench, "bench.json", scenario, error));
    RH_TRY(rh_bench_path(bench, of->policy, policy, error));
    rh_run_request request = rh_cli_request(scenario);
    request.policy = is_file ? policy : of->policy;
    request.progress = pass_progress;
    request.progress_context = &bench->progress;
    rh_progress_begin(&bench->progress, of->name, bench->quiet);
    int64_t started_ns = rh_cli_now_ns();
    rh_status status = rh_run_scenario(&request, &result, error);
    int64_t spent_ns = rh_cli_now_ns() - started_ns;
    rh_progress_abandon(&bench->progress);
    if (status == RH_OK && result.policy_failed) {
        status = rh_fail(error, RH_POLICY, "%s: %s", of->policy, result.policy_message);
    }
    *events = result.events;
    *per_s = spent_ns > 0 ? (double)result.events * 1e9 / (double)spent_ns : 0;
    rh_run_result_free(&result);
    return status;
}

static rh_status measure(rh_bench *bench, const bench_case *of, rh_error *error)
{
    uint64_t events = bench->work ? bench->work : of->events;
    rh_figure *made = rh_bench_figure(bench, of->name, of->about, "events");
    made->target_per_s = of->target;
    RH_TRY(write_market(bench, of, events, error));
    for (int i = 0; i < RH_BENCH_REPEATS; i++) {
        RH_TRY(run_once(bench, of, &made->work, &made->per_s[i], error));
    }
    rh_bench_sort(made);
    return RH_OK;
}

/* The most memory this process ever had resident; 0 where the system does not say. */
static double peak_mib(void)
{
    char line[128];
    double kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    if (!file) return 0;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "VmHWM:", 6) == 0) kib = strtod(line + 6, NULL);
    }
    fclose(file);
    return kib / 1024;
}

/* First of all figures: the peak of a process includes everything that ran before. */
static rh_status measure_memory(rh_bench *bench, rh_error *error)
{
    uint64_t events = bench->work ? bench->work : long_case.events;
    rh_figure *made = rh_bench_figure(bench, long_case.name, long_case.about, "events");
    RH_TRY(write_market(bench, &long_case, events, error));
    RH_TRY(run_once(bench, &long_case, &made->work, &made->per_s[0], error));
    made->per_s[1] = made->per_s[2] = made->per_s[0];
    made->peak_mib = peak_mib();
    made->target_mib = memory_target_mib;
    return RH_OK;
}

rh_status rh_bench_replay(rh_bench *bench, rh_error *error)
{
    RH_TRY(rh_bench_write(bench, "every.lua", every_lua, error));
    RH_TRY(rh_bench_write(bench, "fields.lua", fields_lua, error));
    RH_TRY(rh_bench_write(bench, "wake.lua", wake_lua, error));
    if (bench->with_long) RH_TRY(measure_memory(bench, error));
    for (size_t i = 0; i < CASES; i++) RH_TRY(measure(bench, &cases[i], error));
    return RH_OK;
}
