/* The fuzzers' way to functions that take a path: one file per process in memory (/dev/shm where
 * there is one), rewritten for each input, removed at the end. */
#ifndef TESTS_FUZZ_FUZZ_FILE_H
#define TESTS_FUZZ_FUZZ_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

static char fuzz_path[64];

static inline void fuzz_remove(void)
{
    unlink(fuzz_path);
}

static inline const char *fuzz_file(const void *bytes, size_t length)
{
    if (fuzz_path[0] == '\0') {
        const char *home = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        snprintf(fuzz_path, sizeof fuzz_path, "%s/rehedge-fuzz-%ld", home, (long)getpid());
        atexit(fuzz_remove);
    }
    FILE *file = fopen(fuzz_path, "wb");
    RH_ASSERT(file != NULL);
    RH_ASSERT(fwrite(bytes, 1, length, file) == length);
    RH_ASSERT(fclose(file) == 0);
    return fuzz_path;
}

#endif
