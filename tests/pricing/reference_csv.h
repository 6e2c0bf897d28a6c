/* The tables of independent reference numbers, for tests that read them by column name. They lie
 * beside the repository or where REHEDGE_REFERENCE says; without them the test is skipped. */
#ifndef TESTS_PRICING_REFERENCE_CSV_H
#define TESTS_PRICING_REFERENCE_CSV_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFERENCE_FIELDS = 40, REFERENCE_LINE = 4096 };

typedef struct reference_csv {
    FILE *file;
    char header[REFERENCE_LINE], line[REFERENCE_LINE];
    char *names[REFERENCE_FIELDS], *fields[REFERENCE_FIELDS];
    int columns, count;
} reference_csv;

static int reference_split(char *line, char **fields)
{
    int count = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at && count < REFERENCE_FIELDS; count++) {
        fields[count] = at;
        at = strchr(at, ',');
        if (at) *at++ = '\0';
    }
    return count;
}

static bool reference_open(reference_csv *csv, const char *name)
{
    char path[4096];
    const char *folder = getenv("REHEDGE_REFERENCE");
    if (folder) snprintf(path, sizeof path, "%s/%s", folder, name);
    else snprintf(path, sizeof path, "%s/../shared/reference/%s", REHEDGE_SOURCE_DIR, name);
    csv->file = fopen(path, "r");
    if (!csv->file) {
        print_message("the reference table is absent: set REHEDGE_REFERENCE to its folder\n");
        return false;
    }
    assert_non_null(fgets(csv->header, sizeof csv->header, csv->file));
    csv->columns = reference_split(csv->header, csv->names);
    return true;
}

static bool reference_next(reference_csv *csv)
{
    if (fgets(csv->line, sizeof csv->line, csv->file)) {
        csv->count = reference_split(csv->line, csv->fields);
        return true;
    }
    fclose(csv->file);
    return false;
}

static const char *reference_text(const reference_csv *csv, const char *name)
{
    for (int i = 0; i < csv->columns && i < csv->count; i++)
        if (strcmp(csv->names[i], name) == 0) return csv->fields[i];
    fail_msg("the reference table has no column %s", name);
    return "";
}

static double reference_number(const reference_csv *csv, const char *name)
{
    return strtod(reference_text(csv, name), NULL);
}

#endif
