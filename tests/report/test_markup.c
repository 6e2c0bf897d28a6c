/* Escaping: whatever bytes come in, nothing that acts comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above */
#include <cmocka.h>
#include <string.h>

#include "report/markup.h"

static void expect(const char *text, const char *plain, const char *html)
{
    rh_buffer out = {0};
    rh_buffer_text(&out, "");
    rh_plain_text(&out, text, 0);
    assert_string_equal(out.bytes ? out.bytes : "", plain);
    rh_buffer_clear(&out);
    rh_buffer_text(&out, "|");
    rh_html_text(&out, text);
    assert_string_equal(out.bytes + 1, html);
    rh_buffer_free(&out);
}

static void known_texts(void **state)
{
    (void)state;
    expect("", "", "");
    expect("delta-band", "delta-band", "delta-band");
    expect("<script>", "<script>", "&lt;script&gt;");
    expect("a & \"b\" 'c'", "a & \"b\" 'c'", "a &amp; &quot;b&quot; &#39;c&#39;");
    expect("\033[2Jx", "\\x1B[2Jx", "\\x1B[2Jx");
    expect("a\nb\tc\r", "a\\x0Ab\\x09c\\x0D", "a\\x0Ab\\x09c\\x0D");
    expect("\x7f", "\\x7F", "\\x7F");
    expect("\xC2\x9B" "31m", "\\x9B31m", "\\x9B31m");             /* C1: CSI in one character */
    expect("\xE2\x80\xAE" "x", "\\u{202E}x", "\\u{202E}x");       /* right-to-left override */
    expect("\xE2\x80\xA8", "\\u{2028}", "\\u{2028}");
    expect("Gr\xC3\xBC\xC3\x9F" "e", "Gr\xC3\xBC\xC3\x9F" "e", "Gr\xC3\xBC\xC3\x9F" "e");
    expect("\xC0\xBC", "\\xC0\\xBC", "\\xC0\\xBC");               /* overlong '<' */
    expect("\xE0\x80\xBC", "\\xE0\\x80\\xBC", "\\xE0\\x80\\xBC");
    expect("\xED\xA0\x80", "\\xED\\xA0\\x80", "\\xED\\xA0\\x80"); /* a surrogate */
    expect("\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80", "\\xF4\\x90\\x80\\x80");
    expect("cut \xE2\x82", "cut \\xE2\\x82", "cut \\xE2\\x82");
    expect("\xFF\xFE", "\\xFF\\xFE", "\\xFF\\xFE");
}

/* Every byte pair and random triples: no byte of the output may act. */
static void check_inert(const char *text)
{
    rh_buffer html = {0}, plain = {0};
    rh_buffer_text(&html, "|");
    rh_html_text(&html, text);
    rh_plain_text(&plain, text, 0);
    assert_null(strpbrk(html.bytes, "<>\"'"));
    for (size_t i = 0; i < plain.length; i++) {
        unsigned char byte = (unsigned char)plain.bytes[i];
        assert_true(byte >= 0x20 && byte != 0x7F);
        if (byte == 0xC2) assert_true((unsigned char)plain.bytes[i + 1] >= 0xA0);
    }
    /* escaping what is escaped changes nothing: the output is valid and inert */
    rh_buffer again = {0};
    rh_plain_text(&again, plain.bytes, 0);
    assert_string_equal(again.bytes, plain.bytes);
    rh_buffer_free(&again);
    rh_buffer_free(&html);
    rh_buffer_free(&plain);
}

static void all_byte_pairs_are_inert(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int first = 1; first < 256; first++) {
        for (int second = 1; second < 256; second++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            char text[5] = {(char)first, (char)second, (char)(random & 0xFF),
                            (char)(random >> 8 & 0xFF), '\0'};
            check_inert(text);
        }
    }
}

static void expect_cut(const char *text, size_t width, const char *wanted)
{
    rh_buffer out = {0};
    rh_plain_text(&out, text, width);
    assert_string_equal(out.bytes, wanted);
    assert_true(rh_plain_width(out.bytes) <= width);
    rh_buffer_free(&out);
}

static void cutting_counts_columns(void **state)
{
    (void)state;
    expect_cut("exact", 5, "exact");
    expect_cut("longer", 5, "lon..");
    expect_cut("\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", 5, "\xE6\xBC\xA2..");    /* wide */
    expect_cut("ab\033", 5, "ab..");                  /* an escape is never halved */
    expect_cut("abc", 1, ".");
    assert_int_equal(rh_plain_width("Gr\xC3\xBC\xC3\x9F"), 4);
    assert_int_equal(rh_plain_width("e\xCC\x81"), 1);   /* a combining accent */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(all_byte_pairs_are_inert),
        cmocka_unit_test(cutting_counts_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
