/* What this program was built with and where it runs, in words, for `version` and the bench.
 * Reads /proc where there is one and says "unknown" elsewhere; never part of a digest. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/text.h"
#include "cli/commands.h"

#ifndef REHEDGE_BUILD_FLAGS
#define REHEDGE_BUILD_FLAGS "unknown"
#endif

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *rh_build_compiler(void)
{
#if defined(__clang__)
    return "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__);
#elif defined(__GNUC__)
    return "gcc " TEXT(__GNUC__) "." TEXT(__GNUC_MINOR__) "." TEXT(__GNUC_PATCHLEVEL__);
#else
    return "unknown";
#endif
}

const char *rh_build_flags(void)
{
    return REHEDGE_BUILD_FLAGS;
}

const char *rh_machine_system(char text[160])
{
    struct utsname system;
    snprintf(text, 160, "unknown");
    if (uname(&system) == 0) {
        snprintf(text, 160, "%.40s %.60s %.40s", system.sysname, system.release, system.machine);
    }
    return text;
}

const char *rh_machine_processor(char text[160])
{
    char line[256];
    snprintf(text, 160, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file) return text;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "model name", 10) != 0) continue;
        const char *value = strchr(line, ':');
        if (!value) continue;
        value += 1 + strspn(value + 1, " \t");
        rh_text_escape(text, 160, value, strcspn(value, "\n"));
        break;
    }
    fclose(file);
    return text;
}
