/* rehedge synth: a generated market as a tape. The options are the keys of the models' table, so a
 * new model needs no line here. The tape is what the same feed streams inside a run, bit by bit. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/cli.h"
#include "data/json.h"
#include "feed/feed.h"

enum { KEYS_MAX = 48, OPTIONS_MAX = KEYS_MAX + 12, NAME_MAX_BYTES = RH_NAME_MAX };

typedef struct synth_words {
    const char *output, *from, *to, *seed, *path;
    bool quiet;
    const char *keys[KEYS_MAX], *values[KEYS_MAX];      /* keys of JSON, texts of options */
    char names[KEYS_MAX][NAME_MAX_BYTES];
    int count;
} synth_words;

static void add_key(synth_words *words, const char *key)
{
    for (int i = 0; i < words->count; ++i)
        if (strcmp(words->keys[i], key) == 0) return;
    RH_ASSERT(words->count < KEYS_MAX);
    char *name = words->names[words->count];
    snprintf(name, NAME_MAX_BYTES, "--%s", key);
    for (; *name; ++name)
        if (*name == '_') *name = '-';
    words->keys[words->count++] = key;
}

static void collect_keys(synth_words *words)
{
    static const char *const common[] = {"spot", "drift", "interval", "steps", "size",
                                         "instrument"};
    for (size_t i = 0; i < sizeof common / sizeof *common; ++i) add_key(words, common[i]);
    for (size_t m = 0; rh_feed_models[m]; ++m)
        for (size_t i = 0; rh_feed_models[m]->keys[i]; ++i)
            add_key(words, rh_feed_models[m]->keys[i]);
}

static const char *about_key(const char *key)
{
    static const char *const abouts[][2] = {
        {"spot", "the first price"},
        {"drift", "expected growth per year, continuous (0)"},
        {"interval", "time between bars (1m)"},
        {"steps", "instead of interval: so many equal steps from --from to --to"},
        {"size", "mean volume of a bar (1)"},
        {"instrument", "the name written into the tape"},
        {"vol", "gbm, merton, kou, garch: volatility per sqrt(year), 0.8 is 80%"},
        {"v0", "heston, bates: variance at the start"},
        {"kappa", "heston, bates: speed of mean reversion per year"},
        {"theta", "heston, bates: variance in the long run"},
        {"xi", "heston, bates: volatility of variance"},
        {"rho", "heston, bates: correlation of price and variance"},
        {"jump_intensity", "merton, bates, kou: jumps per year"},
        {"jump_mean", "merton, bates: mean jump of the log price"},
        {"jump_vol", "merton, bates: its standard deviation"},
        {"jump_up", "kou: the chance that a jump goes up"},
        {"jump_up_mean", "kou: mean jump of the log price up, below 1"},
        {"jump_down_mean", "kou: mean jump of the log price down, as a positive number"},
        {"vol0", "garch: volatility at the start (vol)"},
        {"alpha", "garch: weight of the last squared return, per step"},
        {"beta", "garch: weight of the last variance, per step"},
        {"vols", "regime: a volatility for each state, [0.4, 1.2]"},
        {"drifts", "regime: a drift for each, instead of drift"},
        {"rates", "regime: switches per year from each to each, [[0, 12], [52, 0]]"},
        {"start", "regime: the state at the start (0)"},
        {"mean_block", "bootstrap: mean length of a block, bars"},
        {"file", "bootstrap: a tape, or a file with its format"},
        {"format", "bootstrap: binance-klines or csv, read as import does; so are those below"},
    };
    for (size_t i = 0; i < sizeof abouts / sizeof *abouts; ++i)
        if (strcmp(abouts[i][0], key) == 0) return abouts[i][1];
    return "";
}

static bool is_list(const char *value)
{
    return value && value[0] == '[';
}

/* On its own, so that a refusal names the option. */
static rh_status check_list(const char *option, const char *value, rh_error *error)
{
    rh_json_doc *doc = NULL;
    rh_status status = rh_json_parse(option, value, strlen(value), &doc, error);
    rh_json_free(doc);
    return status;
}

/* The model's JSON: numbers and lists as written, to be read as a scenario's would be. */
static rh_status build_config(const synth_words *words, const char *model, rh_json_doc **doc,
                              rh_error *error)
{
    rh_buffer lists = {0};
    for (int i = 0; i < words->count; ++i)
        if (is_list(words->values[i]))
            RH_TRY(check_list(words->names[i], words->values[i], error));
    rh_buffer_text(&lists, "{");
    for (int i = 0; i < words->count; ++i)
        if (is_list(words->values[i]))
            rh_buffer_printf(&lists, "%s\"%s\": %s", lists.length > 1 ? ", " : "", words->keys[i],
                             words->values[i]);
    rh_buffer_text(&lists, "}");
    rh_status status = lists.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the model")
                                    : rh_json_parse("synth", lists.bytes, lists.length, doc, error);
    rh_buffer_free(&lists);
    if (status == RH_OK) status = rh_json_set(*doc, "model", model, error);
    for (int i = 0; i < words->count && status == RH_OK; ++i)
        if (words->values[i] && !is_list(words->values[i]))
            status = rh_json_set(*doc, words->keys[i], words->values[i], error);
    return status;
}

static rh_status open_feed(rh_json at, int64_t from_ns, int64_t to_ns, uint64_t seed, uint32_t path,
                           rh_feed **feed, rh_error *error)
{
    rh_import_options options;
    rh_tape *tape = NULL;
    bool is_tape;
    if (!rh_feed_resamples(at))
        return rh_feed_synth(at, from_ns, to_ns, seed, path, 0, feed, error);
    rh_import_defaults(&options);
    RH_TRY(rh_import_read_options(at, &options, error));
    RH_TRY(rh_import_named(at, NULL, NULL, &options, NULL, NULL, &is_tape, &tape, error));
    rh_status status = rh_feed_resample(at, tape, from_ns, to_ns, seed, path, 0, feed, error);
    rh_tape_close(tape);
    return status;
}

static rh_status pump(rh_feed *feed, rh_tape_writer *writer, int64_t from_ns, int64_t to_ns,
                      rh_progress *progress, rh_error *error)
{
    rh_record record;
    uint64_t count = 0;
    rh_status status;
    while ((status = rh_feed_next(feed, &record, error)) == RH_OK) {
        RH_TRY(rh_tape_append(writer, &record, error));
        if ((++count & 0xffff) == 0)
            rh_progress_update(progress, (double)(record.happened_ns - from_ns) /
                                             (double)(to_ns - from_ns), count);
    }
    rh_progress_end(progress, count);
    return status == RH_END ? RH_OK : status;
}

static rh_status write_tape(const synth_words *words, const char *model, int64_t from_ns,
                            int64_t to_ns, uint64_t seed, uint32_t path, rh_error *error)
{
    rh_json_doc *doc = NULL;
    rh_feed *feed = NULL;
    rh_tape_writer *writer = NULL;
    rh_progress progress;
    char origin[256];
    rh_status status = build_config(words, model, &doc, error);
    if (status == RH_OK)
        status = open_feed(rh_json_root(doc), from_ns, to_ns, seed, path, &feed, error);
    if (status == RH_OK) {
        const char *name = feed->instrument_name(feed, 0);
        snprintf(origin, sizeof origin, "synth %s seed=%" PRIu64 " path=%" PRIu32, model, seed,
                 path);
        status = rh_tape_create(words->output, &name, 1, feed->interval_ns, origin, NULL, &writer,
                                error);
    }
    if (status == RH_OK) {
        rh_progress_begin(&progress, "synth", words->quiet);
        status = pump(feed, writer, from_ns, to_ns, &progress, error);
    }
    if (status == RH_OK) {
        status = rh_tape_commit(writer, error);
        writer = NULL;
    }
    if (writer) rh_tape_abandon(writer);
    if (feed) feed->free(feed);
    rh_json_free(doc);
    return status;
}

static int list_models(void)
{
    printf("models:\n");
    for (size_t m = 0; rh_feed_models[m]; ++m)
        printf("  %-10s%s\n", rh_feed_models[m]->name, rh_feed_models[m]->about);
    printf("common: spot, drift, interval or steps, size, instrument; "
           "rehedge synth --help says more\n");
    return 0;
}

static int synth_parsed(const synth_words *words, const char *model)
{
    int64_t from_ns, to_ns;
    uint64_t seed = 1, path = 0;
    rh_error error;
    if (!words->output) return rh_cli_usage("synth: expected -o TAPE");
    if (!words->from || !rh_parse_time(words->from, &from_ns))
        return rh_cli_usage("synth: expected --from TIME like 2025-01-06T00:00:00Z");
    if (!words->to || !rh_parse_time(words->to, &to_ns) || to_ns <= from_ns)
        return rh_cli_usage("synth: expected --to TIME, after --from");
    if (words->seed && !rh_parse_u64(words->seed, &seed))
        return rh_cli_usage("--seed: \"%.40s\" is no whole number", words->seed);
    if (words->path && (!rh_parse_u64(words->path, &path) || path > UINT32_MAX))
        return rh_cli_usage("--path: \"%.40s\" is no number of a path", words->path);
    rh_status status = write_tape(words, model, from_ns, to_ns, seed, (uint32_t)path, &error);
    return status == RH_OK ? 0 : rh_cli_fail(&error);
}

int rh_cmd_synth(int argc, char **argv)
{
    synth_words words = {0};
    rh_option options[OPTIONS_MAX] = {
        {.name = "-o", .value = "TAPE", .about = "the tape to write", .text = &words.output},
        {.name = "--from", .value = "TIME", .about = "time of the first bar", .text = &words.from},
        {.name = "--to", .value = "TIME", .about = "last bar at or before", .text = &words.to},
        {.name = "--seed", .value = "N", .about = "of the random numbers (1)", .text = &words.seed},
        {.name = "--path", .value = "N", .about = "which path of the seed (0)",
         .text = &words.path},
        {.name = "--quiet", .about = "no progress", .flag = &words.quiet},
    };
    collect_keys(&words);
    for (int i = 0; i < words.count; ++i)
        options[6 + i] = (rh_option){.name = words.names[i], .value = "X",
                                     .about = about_key(words.keys[i]), .text = &words.values[i]};
    const char *operands[1];
    int count = 0;
    int parsed = rh_cli_parse(argc, argv, options, "rehedge synth MODEL -o TAPE [options]",
                              "Generate a market from a model or a tape. Without MODEL: list them.",
                              "rehedge synth gbm -o gbm.tape --spot 100 --vol 0.8 "
                              "--from 2025-01-01 --to 2025-02-01 --seed 7",
                              operands, 1, &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    return count == 0 ? list_models() : synth_parsed(&words, operands[0]);
}
