/* rehedge import: market files into a tape, with a report of what was found in them.
 * It parses words into options and prints; judging is core/feed's. Nothing is treated that the
 * person did not ask to be treated. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "feed/feed.h"

typedef struct import_words {
    const char *output, *gaps, *duplicates, *reversals, *absurd, *bar_path, *interval, *from, *to;
    const char *map, *kind, *time_unit, *instrument, *delimiter;
    bool quiet;
} import_words;

static int parse_treatment(const char *option, const char *word, const char *allowed,
                           rh_treatment *treatment)
{
    if (!word) return 0;
    for (int i = 0; rh_treatment_words[i]; ++i) {
        if (strcmp(word, rh_treatment_words[i]) != 0 || !strstr(allowed, word)) continue;
        *treatment = (rh_treatment)i;
        return 0;
    }
    return rh_cli_usage("%s takes %s, found \"%.40s\"", option, allowed, word);
}

static int parse_times(const import_words *words, rh_import_options *options)
{
    if (words->from && !rh_parse_time(words->from, &options->from_ns))
        return rh_cli_usage("--from: \"%.60s\" is no time", words->from);
    if (words->to && !rh_parse_time(words->to, &options->to_ns))
        return rh_cli_usage("--to: \"%.60s\" is no time", words->to);
    if (words->interval &&
        (!rh_parse_duration(words->interval, &options->interval_ns) || options->interval_ns == 0))
        return rh_cli_usage("--interval: \"%.60s\" is no duration like 1m", words->interval);
    return 0;
}

static int parse_options(const import_words *words, rh_import_options *options)
{
    rh_import_defaults(options);
    int status = parse_treatment("--gaps", words->gaps, "refuse, keep or fill", &options->gaps);
    if (!status)
        status = parse_treatment("--duplicates", words->duplicates, "refuse or drop",
                                 &options->duplicates);
    if (!status)
        status = parse_treatment("--reversals", words->reversals, "refuse or drop",
                                 &options->reversals);
    if (!status)
        status = parse_treatment("--absurd", words->absurd, "refuse or drop", &options->absurd);
    if (!status) status = parse_times(words, options);
    if (status) return status;
    if (words->bar_path && strcmp(words->bar_path, "close") != 0 &&
        strcmp(words->bar_path, "ohlc") != 0)
        return rh_cli_usage("--bar-path takes close or ohlc, found \"%.40s\"", words->bar_path);
    options->ohlc = words->bar_path && strcmp(words->bar_path, "ohlc") == 0;
    if (words->delimiter && strcmp(words->delimiter, "\\t") == 0)
        options->delimiter = '\t';
    else if (words->delimiter && strlen(words->delimiter) == 1)
        options->delimiter = words->delimiter[0];
    else if (words->delimiter)
        return rh_cli_usage("--delimiter takes one character, found \"%.40s\"", words->delimiter);
    if (words->instrument && (!*words->instrument || strlen(words->instrument) >= RH_NAME_MAX))
        return rh_cli_usage("--instrument takes a name of 1 to %d bytes", RH_NAME_MAX - 1);
    options->map = words->map;
    options->kind = words->kind;
    options->time_unit = words->time_unit;
    options->instrument = words->instrument;
    return 0;
}

static void print_gap(const char *label, int64_t from_ns, int64_t to_ns)
{
    char length[RH_TIME_TEXT], from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_text_duration(length, to_ns - from_ns);
    rh_text_time(from, from_ns);
    rh_text_time(to, to_ns);
    printf("%-12s%s from %s to %s\n", label, length, from, to);
}

static void print_report(const rh_import_report *report, const char *tape)
{
    char text[RH_TIME_TEXT];
    printf("%-12s%" PRIu64 "\n", "rows", report->rows);
    printf("%-12s%" PRIu64 "%s%s\n", "records", report->records, tape ? " in " : "",
           tape ? tape : " fit for use, none written");
    if (report->interval_ns > 0) {
        rh_text_duration(text, report->interval_ns);
        printf("%-12s%s\n", "interval", text);
    }
    if (report->outside > 0)
        printf("%-12s%" PRIu64 " rows\n", "outside", report->outside);
    printf("%-12s%" PRIu64 "\n", "gaps", report->gaps);
    if (report->gaps > 0)
        print_gap("  first", report->first_gap_from_ns, report->first_gap_to_ns);
    if (report->gaps > 1)
        print_gap("  longest", report->longest_gap_from_ns, report->longest_gap_to_ns);
    printf("%-12s%" PRIu64 "\n", "duplicates", report->duplicates);
    printf("%-12s%" PRIu64 "\n", "reversals", report->reversals);
    printf("%-12s%" PRIu64 "\n", "absurd", report->absurd);
    if (report->first_problem[0]) printf("%-12s%s\n", "first", report->first_problem);
}

static int import_parsed(const import_words *words, const char *const *operands, int count)
{
    rh_error error;
    rh_import_options options;
    rh_import_report report;
    int exit_status = parse_options(words, &options);
    if (exit_status) return exit_status;
    const rh_feed_format *format = rh_feed_format_find(operands[0], &error);
    if (!format) return rh_cli_fail(&error);
    rh_status status = rh_import_files(format, operands + 1, (size_t)count - 1, &options,
                                       words->output, &report, &error);
    if (!words->quiet && report.rows > 0)
        print_report(&report, status == RH_OK ? words->output : NULL);
    fflush(stdout);
    return status == RH_OK ? 0 : rh_cli_fail(&error);
}

int rh_cmd_import(int argc, char **argv)
{
    import_words words = {0};
    const rh_option options[] = {
        {.name = "-o", .value = "TAPE", .about = "the tape to write", .text = &words.output},
        {.name = "--gaps", .value = "WORD", .text = &words.gaps,
         .about = "missing bars: refuse (default), keep the hole, fill with the last close"},
        {.name = "--duplicates", .value = "WORD", .text = &words.duplicates,
         .about = "refuse (default), drop all but the first"},
        {.name = "--reversals", .value = "WORD", .text = &words.reversals,
         .about = "rows that go back in time: refuse (default), drop"},
        {.name = "--absurd", .value = "WORD", .text = &words.absurd,
         .about = "not finite, zero, negative, high < low: refuse (default), drop"},
        {.name = "--bar-path", .value = "WORD", .text = &words.bar_path,
         .about = "close (default), or ohlc: open, low, high, close inside the bar"},
        {.name = "--interval", .value = "TIME", .text = &words.interval,
         .about = "bar length like 1m; found out when not given"},
        {.name = "--from", .value = "TIME", .text = &words.from, .about = "keep and judge from"},
        {.name = "--to", .value = "TIME", .text = &words.to, .about = "keep and judge up to"},
        {.name = "--map", .value = "MAP", .text = &words.map,
         .about = "csv: time=ts,price=px,size=qty,side=side; FIELD=#3 is the third column"},
        {.name = "--kind", .value = "KIND", .text = &words.kind,
         .about = "csv: trade, bar, quote, vol or funding; shows in the map when not given"},
        {.name = "--time-unit", .value = "UNIT", .text = &words.time_unit,
         .about = "s, ms, us, ns or iso; found out when not given"},
        {.name = "--instrument", .value = "NAME", .text = &words.instrument,
         .about = "the name written into the tape"},
        {.name = "--delimiter", .value = "C", .text = &words.delimiter,
         .about = "csv: the character between fields, \\t for a tab"},
        {.name = "--quiet", .flag = &words.quiet, .about = "print no report"},
        {0},
    };
    const char *operands[257];
    int count = 0;
    int parsed = rh_cli_parse(
        argc, argv, options, "rehedge import FORMAT FILE... -o TAPE [options]",
        "Import market files (gzip or not), in the order given, into one tape of one instrument.\n"
        "Formats: binance-klines (CSV or JSON candles), csv (anything, by --map).",
        "rehedge import binance-klines BTCUSDT-1m-2021-05.csv -o btc.tape --gaps keep", operands,
        257, &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    if (count < 2) return rh_cli_usage("import: expected FORMAT FILE... (try --help)");
    if (!words.output) return rh_cli_usage("import: expected -o TAPE");
    return import_parsed(&words, operands, count);
}
