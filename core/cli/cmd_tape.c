/* rehedge tape info|head|check: look into a tape. Opening verifies every checksum; check also
 * measures what the records say. Text from the tape is escaped before it is printed. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/cli.h"
#include "data/json.h"
#include "feed/statistics.h"

typedef struct tape_words { const char *count, *from; bool json; } tape_words;

static int print_buffer(rh_buffer *buffer)
{
    bool failed = buffer->failed;
    if (!failed) {
        fwrite(buffer->bytes, 1, buffer->length, stdout);
        putchar('\n');
    }
    rh_buffer_free(buffer);
    return failed ? 1 : 0;
}

static void put_time(rh_json_writer *writer, const char *key, int64_t time_ns)
{
    char text[RH_TIME_TEXT];
    rh_text_time(text, time_ns);
    rh_json_put_text(writer, key, text);
}

static void line_time(const char *label, int64_t time_ns)
{
    char text[RH_TIME_TEXT];
    rh_text_time(text, time_ns);
    printf("%-15s%s\n", label, text);
}

static void line_text(const char *label, const char *text)
{
    char shown[512];
    rh_text_escape(shown, sizeof shown, text, strlen(text));
    printf("%-15s%s\n", label, shown);
}

/* --- info ---------------------------------------------------------------------------------- */

static void put_info(rh_json_writer *writer, const rh_tape *tape)
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    rh_json_put_i64(writer, "version", info->version);
    rh_json_put_i64(writer, "records", (int64_t)info->records);
    put_time(writer, "first", info->first_ns);
    put_time(writer, "last", info->last_ns);
    rh_json_put_i64(writer, "interval_ns", info->interval_ns);
    rh_json_open(writer, "instruments", '[');
    for (uint32_t i = 0; i < info->instruments; ++i)
        rh_json_put_text(writer, NULL, rh_tape_instrument(tape, i));
    rh_json_close(writer, ']');
    rh_json_put_text(writer, "origin", info->origin);
    rh_json_put_text(writer, "source_sha256", info->source_sha256);
    rh_json_put_text(writer, "content_hash", info->content_hash);
}

static void print_info(const rh_tape *tape)
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    char interval[RH_TIME_TEXT];
    rh_text_duration(interval, info->interval_ns);
    printf("%-15s%" PRIu32 "\n", "version", info->version);
    printf("%-15s%" PRIu64 "\n", "records", info->records);
    line_time("first", info->first_ns);
    line_time("last", info->last_ns);
    line_text("interval", info->interval_ns > 0 ? interval : "none (ticks)");
    for (uint32_t i = 0; i < info->instruments; ++i)
        line_text(i == 0 ? "instruments" : "", rh_tape_instrument(tape, i));
    line_text("origin", info->origin);
    line_text("source sha256", info->source_sha256);
    line_text("content hash", info->content_hash);
}

static int tape_info(const rh_tape *tape, const tape_words *words)
{
    rh_buffer buffer = {0};
    rh_json_writer writer = {.out = &buffer, .pretty = true};
    if (!words->json) {
        print_info(tape);
        return 0;
    }
    rh_json_open(&writer, NULL, '{');
    put_info(&writer, tape);
    rh_json_close(&writer, '}');
    return print_buffer(&buffer);
}

/* --- head ---------------------------------------------------------------------------------- */

/* A comma or quote would shift the columns, a leading = + - @ is a formula in spreadsheets. */
static void csv_name(char *out, size_t capacity, const char *name)
{
    rh_text_escape(out, capacity, name, strlen(name));
    if (*out && strchr("=+-@", *out)) *out = '_';
    for (; *out; ++out)
        if (*out == ',' || *out == '"') *out = '_';
}

static void print_record(const rh_tape *tape, const rh_record *record)
{
    char happened[RH_TIME_TEXT], known[RH_TIME_TEXT], name[4 * RH_NAME_MAX];
    char price[RH_NUMBER_TEXT], size[RH_NUMBER_TEXT], extra[RH_NUMBER_TEXT];
    const char *instrument = rh_tape_instrument(tape, record->instrument);
    rh_text_time(happened, record->happened_ns);
    rh_text_time(known, record->known_ns);
    csv_name(name, sizeof name, instrument);
    rh_text_double(price, record->price);
    rh_text_double(size, record->size);
    rh_text_double(extra, record->extra);
    printf("%s,%s,%s,%s,%s,%s,%s,%" PRIu32 "\n", happened, known,
           rh_record_kind_name((rh_record_kind)record->kind), name, price, size, extra,
           record->flags);
}

static int tape_head(const rh_tape *tape, const tape_words *words)
{
    int64_t count = 10, from_ns = INT64_MIN;
    if (words->count && (!rh_parse_i64(words->count, &count) || count < 0))
        return rh_cli_usage("-n: \"%.40s\" is no count", words->count);
    if (words->from && !rh_parse_time(words->from, &from_ns))
        return rh_cli_usage("--from: \"%.60s\" is no time", words->from);
    const rh_record *records = rh_tape_records(tape);
    uint64_t end = rh_tape_get_info(tape)->records;
    uint64_t first = words->from ? rh_tape_lower_bound(tape, from_ns) : 0;
    if (end - first > (uint64_t)count) end = first + (uint64_t)count;
    printf("happened,known,kind,instrument,price,size,extra,flags\n");
    for (uint64_t i = first; i < end; ++i) print_record(tape, &records[i]);
    return 0;
}

/* --- check --------------------------------------------------------------------------------- */

static void put_statistics(rh_json_writer *writer, const rh_tape *tape, uint32_t instrument)
{
    rh_tape_statistics found;
    rh_tape_measure(tape, instrument, &found);
    rh_json_open(writer, NULL, '{');
    rh_json_put_text(writer, "instrument", rh_tape_instrument(tape, instrument));
    rh_json_put_i64(writer, "records", (int64_t)found.records);
    for (int kind = 0; kind < RH_RECORD_KINDS; ++kind)
        if (found.by_kind[kind] > 0)
            rh_json_put_i64(writer, rh_record_kind_name((rh_record_kind)kind),
                            (int64_t)found.by_kind[kind]);
    rh_json_put_i64(writer, "gaps", (int64_t)found.gaps);
    rh_json_put_i64(writer, "longest_spacing_ns", found.longest_ns);
    if (found.longest_ns > 0) {
        put_time(writer, "longest_spacing_from", found.longest_from_ns);
        put_time(writer, "longest_spacing_to", found.longest_to_ns);
    }
    rh_json_put_i64(writer, "moves", (int64_t)found.moves);
    rh_json_put_i64(writer, "zero_moves", (int64_t)found.zero_moves);
    rh_json_put_double(writer, "largest_move", found.largest_move);
    if (found.largest_move_ns > 0) put_time(writer, "largest_move_at", found.largest_move_ns);
    rh_json_put_double(writer, "price_min", found.price_min);
    rh_json_put_double(writer, "price_max", found.price_max);
    rh_json_put_double(writer, "size_total", found.size_total);
    rh_json_close(writer, '}');
}

static void print_spacing(const rh_tape_statistics *found)
{
    char length[RH_TIME_TEXT], from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_text_duration(length, found->longest_ns);
    rh_text_time(from, found->longest_from_ns);
    rh_text_time(to, found->longest_to_ns);
    if (found->by_kind[RH_RECORD_BAR] > 0) printf("%-15s%" PRIu64 "\n", "gaps", found->gaps);
    if (found->gaps > 0 || found->by_kind[RH_RECORD_BAR] == 0)
        printf("%-15s%s from %s to %s\n",
               found->by_kind[RH_RECORD_BAR] > 0 ? "longest gap" : "longest silence", length,
               from, to);
}

static void print_statistics(const rh_tape *tape, uint32_t instrument)
{
    rh_tape_statistics found;
    char low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT], time[RH_TIME_TEXT];
    rh_tape_measure(tape, instrument, &found);
    line_text("instrument", rh_tape_instrument(tape, instrument));
    for (int kind = 0; kind < RH_RECORD_KINDS; ++kind)
        if (found.by_kind[kind] > 0)
            printf("%-15s%" PRIu64 "\n", rh_record_kind_name((rh_record_kind)kind),
                   found.by_kind[kind]);
    if (found.moves == 0) return;
    print_spacing(&found);
    rh_text_double(low, found.price_min);
    rh_text_double(high, found.price_max);
    rh_text_time(time, found.largest_move_ns);
    printf("%-15s%s to %s\n", "price", low, high);
    printf("%-15s%" PRIu64 " of %" PRIu64 " (%.1f%%)\n", "zero moves", found.zero_moves,
           found.moves, 100 * (double)found.zero_moves / (double)found.moves);
    if (found.largest_move != 0)
        printf("%-15s%+.2f%% at %s\n", "largest move", 100 * found.largest_move, time);
}

static int tape_check(const rh_tape *tape, const tape_words *words)
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    if (!words->json) {
        printf("%-15s%" PRIu64 " records, every checksum is right\n", "whole", info->records);
        for (uint32_t i = 0; i < info->instruments; ++i) print_statistics(tape, i);
        return 0;
    }
    rh_buffer buffer = {0};
    rh_json_writer writer = {.out = &buffer, .pretty = true};
    rh_json_open(&writer, NULL, '{');
    put_info(&writer, tape);
    rh_json_open(&writer, "statistics", '[');
    for (uint32_t i = 0; i < info->instruments; ++i) put_statistics(&writer, tape, i);
    rh_json_close(&writer, ']');
    rh_json_close(&writer, '}');
    return print_buffer(&buffer);
}

int rh_cmd_tape(int argc, char **argv)
{
    static const struct { const char *name; int (*run)(const rh_tape *, const tape_words *); }
    actions[] = {{"info", tape_info}, {"head", tape_head}, {"check", tape_check}};
    tape_words words = {0};
    const rh_option options[] = {
        {.name = "-n", .value = "N", .about = "head: how many records (10)", .text = &words.count},
        {.name = "--from", .value = "TIME", .about = "head: begin at", .text = &words.from},
        {.name = "--json", .about = "info, check: for machines", .flag = &words.json},
        {0},
    };
    const char *operands[2];
    int count = 0;
    int parsed = rh_cli_parse(argc, argv, options, "rehedge tape info|head|check TAPE [options]",
                              "Look into a tape: what it is, its first records as CSV, or whether "
                              "it is whole and\nwhat its records say.",
                              "rehedge tape head btc.tape -n 3", operands, 2, &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    if (count != 2) return rh_cli_usage("tape: expected info, head or check and a TAPE");
    for (size_t i = 0; i < sizeof actions / sizeof *actions; ++i) {
        if (strcmp(operands[0], actions[i].name) != 0) continue;
        rh_error error;
        rh_tape *tape = NULL;
        if (rh_tape_open(operands[1], &tape, &error) != RH_OK) return rh_cli_fail(&error);
        int status = actions[i].run(tape, &words);
        rh_tape_close(tape);
        return status;
    }
    return rh_cli_usage("tape: expected info, head or check, found \"%.40s\"", operands[0]);
}
