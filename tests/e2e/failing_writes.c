/* Loaded in front of a program (LD_PRELOAD) by the end-to-end tests: the N-th write to a regular
 * file fails with ENOSPC, and every later one as a full disk does. REHEDGE_FAIL_WRITE=N chooses N;
 * REHEDGE_COUNT_WRITES=FILE appends the number of writes seen at the end. Pipes and terminals are
 * left alone: the program must be able to say what went wrong. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long seen;
static long fail_at = -1;

static int is_regular(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

static int fails(void)
{
    if (fail_at < 0) {
        const char *text = getenv("REHEDGE_FAIL_WRITE");
        fail_at = text ? strtol(text, NULL, 10) : 0;
    }
    seen++;
    if (fail_at == 0 || seen < fail_at) return 0;
    errno = ENOSPC;
    return 1;
}

/* dlsym gives an object pointer; ISO C wants it copied into a function pointer. */
static void next_symbol(const char *name, void *function)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(function, &symbol, sizeof symbol);
}

ssize_t write(int file, const void *bytes, size_t length)
{
    ssize_t (*next)(int, const void *, size_t);
    next_symbol("write", &next);
    if (is_regular(file) && fails()) return -1;
    return next(file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    ssize_t (*next)(int, const void *, size_t, off_t);
    next_symbol("pwrite", &next);
    if (fails()) return -1;
    return next(file, bytes, length, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    ssize_t (*next)(int, const struct iovec *, int);
    next_symbol("writev", &next);
    if (is_regular(file) && fails()) return -1;
    return next(file, parts, count);
}

/* Inside the C library stdio does not call the write above: buffered output is counted here. */
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
    size_t (*next)(const void *, size_t, size_t, FILE *);
    next_symbol("fwrite", &next);
    if (is_regular(fileno(stream)) && fails()) return 0;
    return next(bytes, size, count, stream);
}

int fflush(FILE *stream)
{
    int (*next)(FILE *);
    next_symbol("fflush", &next);
    if (stream && is_regular(fileno(stream)) && fails()) return EOF;
    return next(stream);
}

int fsync(int file)
{
    int (*next)(int);
    next_symbol("fsync", &next);
    if (is_regular(file) && fails()) {
        errno = EIO;
        return -1;
    }
    return next(file);
}

int rename(const char *from, const char *to)
{
    int (*next)(const char *, const char *);
    next_symbol("rename", &next);
    if (fails()) return -1;
    return next(from, to);
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("REHEDGE_COUNT_WRITES");
    FILE *stream = path ? fopen(path, "a") : NULL;
    if (!stream) return;
    fprintf(stream, "%ld\n", seen);
    fclose(stream);
}
