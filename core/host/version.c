/* Semantic versions: validity and precedence. Must not allocate or convert: numbers of any length
 * are compared as digits. Invariant: compare is a total order on valid versions. */
#include "host/version.h"

#include <string.h>

#include "base/limits.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static size_t digits(const char *text)
{
    size_t length = 0;
    while (is_digit(text[length])) length++;
    return length;
}

/* A number without leading zeros: its length, 0 when there is none here. */
static size_t number(const char *text)
{
    size_t length = digits(text);
    return length > 1 && text[0] == '0' ? 0 : length;
}

static size_t word(const char *text)
{
    size_t length = 0;
    while (is_word(text[length])) length++;
    return length;
}

bool rh_version_valid(const char *text)
{
    if (strlen(text) >= RH_NAME_MAX) return false;
    for (int part = 0; part < 3; part++) {
        size_t length = number(text);
        if (length == 0 || (part < 2 && text[length] != '.')) return false;
        text += length + (part < 2 ? 1 : 0);
    }
    if (*text == '\0') return true;
    if (*text != '-') return false;
    do {
        size_t length = word(++text);
        if (length == 0 || (digits(text) == length && number(text) == 0)) return false;
        text += length;
    } while (*text == '.');
    return *text == '\0';
}

static int compare_lengths(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

/* Two identifiers: numbers by value, before words; words bytewise. */
static int compare_words(const char *a, size_t a_length, const char *b, size_t b_length)
{
    bool a_number = digits(a) == a_length, b_number = digits(b) == b_length;
    if (a_number != b_number) return a_number ? -1 : 1;
    if (a_number && a_length != b_length) return compare_lengths(a_length, b_length);
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order != 0 ? order : compare_lengths(a_length, b_length);
}

int rh_version_compare(const char *a, const char *b)
{
    for (int part = 0; part < 3; part++) {
        size_t a_length = digits(a), b_length = digits(b);
        int order = compare_words(a, a_length, b, b_length);
        if (order != 0) return order;
        a += a_length + (part < 2 ? 1 : 0);
        b += b_length + (part < 2 ? 1 : 0);
    }
    if (*a == '\0' || *b == '\0') return (*a == '\0') - (*b == '\0');   /* a release comes last */
    while (*a != '\0' && *b != '\0') {
        size_t a_length = word(++a), b_length = word(++b);
        int order = compare_words(a, a_length, b, b_length);
        if (order != 0) return order;
        a += a_length;
        b += b_length;
    }
    return (*a != '\0') - (*b != '\0');
}

bool rh_policy_name_valid(const char *text)
{
    if (strlen(text) >= RH_NAME_MAX || text[0] < 'a' || text[0] > 'z') return false;
    for (; *text != '\0'; text++)
        if (!(*text >= 'a' && *text <= 'z') && !is_digit(*text) && *text != '-' && *text != '_')
            return false;
    return true;
}
