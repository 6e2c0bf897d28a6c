/* CSV rows: the fields and line numbers of ordinary and odd files, the same however the bytes come
 * (plain or gzip, any line end), and hostile files refused with file and line. */
#include "data_test.h"

#include <zlib.h>

#include "base/buffer.h"
#include "data/csv.h"

static rh_error error;

/* All rows as "LINE:a|b|c;" with the status that ended the file. */
static rh_status read_rows(const char *path, char delimiter, rh_buffer *text)
{
    rh_csv *csv;
    rh_csv_row row;
    rh_buffer_clear(text);
    rh_buffer_text(text, "");
    error = (rh_error){0};
    rh_status status = rh_csv_open(path, delimiter, &csv, &error);
    if (status != RH_OK) return status;
    while ((status = rh_csv_next(csv, &row, &error)) == RH_OK) {
        rh_buffer_printf(text, "%ld:", row.line);
        for (size_t i = 0; i < row.count; i++) {
            rh_buffer_printf(text, "%s%s", i == 0 ? "" : "|", row.fields[i]);
        }
        rh_buffer_text(text, ";");
    }
    /* What ended it ends it again. */
    rh_status again = rh_csv_next(csv, &row, NULL);
    assert_true(status == RH_END ? again == RH_END : again != RH_OK && again != RH_END);
    rh_csv_close(csv);
    return status;
}

static void expect_rows(const char *bytes, size_t length, char delimiter, const char *wanted)
{
    rh_buffer text = {0};
    const char *path = write_bytes("rows.csv", bytes, length);
    rh_status status = read_rows(path, delimiter, &text);
    if (status != RH_END) fail_msg("%s: %s", rh_status_name(status), error.message);
    assert_string_equal(text.bytes, wanted);
    rh_buffer_free(&text);
}

#define EXPECT(text, wanted) expect_rows(text, sizeof(text) - 1, ',', wanted)

static void ordinary_files(void **state)
{
    (void)state;
    EXPECT("a,b\n1,2\n", "1:a|b;2:1|2;");
    EXPECT("a,b\n1,2", "1:a|b;2:1|2;");
    EXPECT("a,b\r\n1,2\r\n", "1:a|b;2:1|2;");
    EXPECT("a,b\r1,2\r", "1:a|b;2:1|2;");
    EXPECT("\xef\xbb\xbf" "a,b\n", "1:a|b;");
    EXPECT("", "");
    EXPECT("\xef\xbb\xbf", "");
    EXPECT("\xef\xbb", "1:\xef\xbb;");
    EXPECT(",,\n", "1:||;");
    EXPECT(" a , b \n", "1:a|b;");
    expect_rows("a;b\tc\n", 6, ';', "1:a|b\tc;");
    expect_rows("a\t\tc\n\t\n", 7, '\t', "1:a||c;2:|;");
}

/* Lines of plain cells take a shorter way: the same rows, however odd the lines between them. */
static void plain_lines_read_like_quoted_ones(void **state)
{
    (void)state;
    rh_buffer plain = {0}, quoted = {0}, rows[2] = {{0}, {0}};
    uint64_t random = 7;
    for (int line = 0; line < 3000; line++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int fields = 1 + (int)(random >> 33) % 5;
        for (int field = 0; field < fields; field++) {
            char cell[32];
            snprintf(cell, sizeof cell, "%llx", (unsigned long long)(random >> (field * 7 + 20)));
            cell[(random >> (field + 40)) % 12] = '\0';
            bool odd = (random >> (field + 50)) % 16 == 0;     /* blanks around, as a few have */
            bool blank = fields == 1 && cell[0] == '\0';   /* no row unless in quotes */
            rh_buffer_printf(&plain, blank ? "%s\"%s\"" : odd ? "%s %s " : "%s%s",
                             field > 0 ? "," : "", cell);
            rh_buffer_printf(&quoted, "%s\"%s\"", field > 0 ? "," : "", cell);
        }
        rh_buffer_text(&plain, random % 7 == 0 ? "\r\n" : "\n");
        rh_buffer_text(&quoted, "\n");
    }
    assert_false(plain.failed || quoted.failed);
    assert_int_equal(read_rows(write_bytes("plain.csv", plain.bytes, plain.length), ',', &rows[0]),
                     RH_END);
    assert_int_equal(read_rows(write_bytes("quoted.csv", quoted.bytes, quoted.length), ',',
                               &rows[1]), RH_END);
    assert_string_equal(rows[0].bytes, rows[1].bytes);
    for (int i = 0; i < 2; i++) rh_buffer_free(&rows[i]);
    rh_buffer_free(&plain);
    rh_buffer_free(&quoted);
}

static void quotes(void **state)
{
    (void)state;
    EXPECT("\"a,b\",\"c\"\"d\"\n\"\",x\n", "1:a,b|c\"d;2:|x;");
    EXPECT("\"a\nb\",c\nd,e\n", "1:a\nb|c;3:d|e;");
    EXPECT("\"a\r\nb\",c\r\nd,e\r\n", "1:a\r\nb|c;3:d|e;");
    EXPECT("\"a\n\n\nb\"\n\nx\n", "1:a\n\n\nb;6:x;");
    EXPECT(" \"a\" ,b\n", "1:a|b;");
}

static void blank_lines_are_skipped_and_counted(void **state)
{
    (void)state;
    EXPECT("\n\na\n\n  \t\nb\n\n", "3:a;6:b;");
    EXPECT("\r\n\r\na\r\n\r\nb", "3:a;5:b;");
    EXPECT("\r\ra\n\rb", "3:a;5:b;");
}

/* Lines that lie across the 64 KiB portions in which the file is read, at every shift. */
static void rows_across_portions(void **state)
{
    (void)state;
    rh_buffer text = {0}, got = {0}, wanted = {0};
    for (int shift = 0; shift < 12; shift++) {
        rh_buffer_clear(&text);
        rh_buffer_clear(&wanted);
        for (int i = 0; i < shift; i++) rh_buffer_text(&text, "x");
        rh_buffer_text(&text, "\r\n");
        if (shift > 0) rh_buffer_printf(&wanted, "1:%.*s;", shift, "xxxxxxxxxxxx");
        for (int i = 0; i < 15000; i++) {
            rh_buffer_printf(&text, "%d,\"q\r\nr\"\r\n", i);
            rh_buffer_printf(&wanted, "%d:%d|q\r\nr;", 2 + 2 * i, i);
        }
        const char *path = write_bytes("long.csv", text.bytes, text.length);
        assert_int_equal(read_rows(path, ',', &got), RH_END);
        assert_int_equal(got.length, wanted.length);
        assert_memory_equal(got.bytes, wanted.bytes, wanted.length);
    }
    gzFile file = gzopen(in_folder("long.csv.gz"), "wb");
    assert_int_equal(gzwrite(file, text.bytes, (unsigned)text.length), text.length);
    gzclose(file);
    assert_int_equal(read_rows(in_folder("long.csv.gz"), ',', &got), RH_END);
    assert_memory_equal(got.bytes, wanted.bytes, wanted.length);
    rh_buffer_free(&text);
    rh_buffer_free(&got);
    rh_buffer_free(&wanted);
}

static void refused(const char *bytes, size_t length, const char *words)
{
    rh_buffer text = {0};
    rh_status status = read_rows(write_bytes("bad.csv", bytes, length), ',', &text);
    expect_error(&error, status, RH_INPUT, words);
    rh_buffer_free(&text);
}

#define REFUSED(text, words) refused(text, sizeof(text) - 1, words)

static void hostile_files(void **state)
{
    (void)state;
    REFUSED("a\nb\nc,\0d\n", "bad.csv:3: a NUL byte");
    REFUSED("\xff\xfe" "a\0,\0", "bad.csv:1: a NUL byte");
    REFUSED("a\nb,\"c\nd\n", "bad.csv:2: a quote opened in this row is never closed");
    REFUSED("a\nb\"c\n", "bad.csv:2: a quote inside a field");
    REFUSED("a\n\"b\"c\n", "bad.csv:2: a quote inside a field");
    REFUSED("\"", "bad.csv:1: a quote opened");
}

static void refused_repeat(const char *before, const char *repeated, size_t times,
                           const char *words)
{
    rh_buffer text = {0};
    rh_buffer_text(&text, before);
    for (size_t i = 0; i < times; i++) rh_buffer_text(&text, repeated);
    refused(text.bytes, text.length, words);
    rh_buffer_free(&text);
}

static void limits(void **state)
{
    (void)state;
    refused_repeat("a\n", "1234567890", RH_CSV_FIELD_BYTES_MAX / 10 + 1, "bad.csv:2: a field of");
    refused_repeat("a\n\"", "1,2\n", RH_CSV_ROW_BYTES_MAX / 4 + 9, "bad.csv:2: a row of more");
    refused_repeat("a\n\"", "\r\n", RH_CSV_ROW_BYTES_MAX + 9, "bad.csv:2: a row of more");
    refused_repeat("a\n", "x,", RH_CSV_FIELDS_MAX + 1, "bad.csv:2: more than 256 fields");
    rh_buffer text = {0};
    for (int i = 1; i < RH_CSV_FIELDS_MAX; i++) rh_buffer_text(&text, ",");
    rh_buffer_text(&text, "\n");
    rh_csv *csv;
    rh_csv_row row;
    const char *path = write_bytes("wide.csv", text.bytes, text.length);
    expect_ok(&error, rh_csv_open(path, ',', &csv, &error));
    expect_ok(&error, rh_csv_next(csv, &row, &error));
    assert_int_equal(row.count, RH_CSV_FIELDS_MAX);
    rh_csv_close(csv);
    rh_buffer_free(&text);
}

static void damaged_gzip_and_bad_arguments(void **state)
{
    rh_csv *csv;
    rh_buffer text = {0};
    (void)state;
    gzFile file = gzopen(in_folder("cut.csv.gz"), "wb");
    for (int i = 0; i < 9999; i++) gzprintf(file, "%d,%d\n", i, i * i);
    gzclose(file);
    assert_int_equal(truncate(in_folder("cut.csv.gz"), 9000), 0);
    expect_error(&error, read_rows(in_folder("cut.csv.gz"), ',', &text), RH_CORRUPT, "ends too");
    expect_error(&error, rh_csv_open(folder, ',', &csv, &error), RH_INPUT, "Is a directory");
    expect_error(&error, rh_csv_open(in_folder("none"), ',', &csv, &error), RH_INPUT, "No such");
    expect_error(&error, rh_csv_open(folder, '"', &csv, &error), RH_INPUT, "delimiter");
    rh_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_files),
        cmocka_unit_test(plain_lines_read_like_quoted_ones),
        cmocka_unit_test(quotes),
        cmocka_unit_test(blank_lines_are_skipped_and_counted),
        cmocka_unit_test(rows_across_portions),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(limits),
        cmocka_unit_test(damaged_gzip_and_bad_arguments),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
