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

enum { KEYS_MAX = 40, OPTIONS_MAX = KEYS_MAX + 12, NAME_MAX_BYTES = RH_NAME_MAX };

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
    for (const rh_feed_model *model = rh_feed_models; model->name; ++model)
        for (size_t i = 0; model->keys[i]; ++i) add_key(words, model->keys[i]);
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
        {"vol", "gbm, merton: volatility per sqrt(year), 0.8 is 80%"},
        {"v0", "heston: variance at the start"},
        {"kappa", "heston: speed of mean reversion per year"},
        {"theta", "heston: variance in the long run"},
        {"xi", "heston: volatility of variance"},
        {"rho", "heston: correlation of price and variance"},
        {"jump_intensity", "merton: jumps per year"},
        {"jump_mean", "merton: mean jump of the log price"},
        {"jump_vol", "merton: its standard deviation"},
    };
    for (size_t i = 0; i < sizeof abouts / sizeof *abouts; ++i)
        if (strcmp(abouts[i][0], key) == 0) return abouts[i][1];
    return "";
}

/* The model's JSON: numbers as written, so that they are read as a scenario's would be. */
static rh_status build_config(const synth_words *words, const char *model, rh_json_doc **doc,
                              rh_error *error)
{
    RH_TRY(rh_json_parse("synth", "{}", 2, doc, error));
    RH_TRY(rh_json_set(*doc, "model", model, error));
    for (int i = 0; i < words->count; ++i)
        if (words->values[i]) RH_TRY(rh_json_set(*doc, words->keys[i], words->values[i], error));
    return RH_OK;
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
        status = rh_feed_synth(rh_json_root(doc), from_ns, to_ns, seed, path, 0, &feed, error);
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
    for (const rh_feed_model *model = rh_feed_models; model->name; ++model)
        printf("  %-10s%s\n", model->name, model->about);
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
                              "Generate a market: gbm, heston or merton. Without MODEL: list them.",
                              "rehedge synth gbm -o gbm.tape --spot 100 --vol 0.8 "
                              "--from 2025-01-01 --to 2025-02-01 --seed 7",
                              operands, 1, &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    return count == 0 ? list_models() : synth_parsed(&words, operands[0]);
}
