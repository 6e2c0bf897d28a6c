/* The branches: a child per policy, a window of them at a time, read in order. What crosses a pipe
 * is one record of fixed width and then the summary; a child that says less has died. */
#include "study/fork.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/live.h"

#define SUMMARY_BYTES_MAX ((size_t)64 << 20)

typedef struct verdict { /* what a branch says before its summary; processes of one program */
    rh_status status;
    rh_error error;
    char digest[RH_DIGEST_HEX];
    uint64_t events;
    bool policy_failed;
    char policy_message[RH_ERROR_MESSAGE_MAX];
    size_t summary_length;
} verdict;

typedef struct branch {
    pid_t process;
    int pipe; /* our end */
} branch;

typedef struct trunk { /* what all branches grow from */
    const rh_fork_request *request;
    rh_run_request base;
    rh_live *live;
} trunk;

/* --- in the child -------------------------------------------------------------------------- */

static bool write_all(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t done = write(fd, at, length);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        at += done;
        length -= (size_t)done;
    }
    return true;
}

static bool directory_of(const rh_fork_request *request, const rh_compare_run *run,
                         char out[RH_PATH_MAX])
{
    int length = snprintf(out, RH_PATH_MAX, "%s/%s", request->out_dir, run->label);
    return length > 0 && length < RH_PATH_MAX;
}

static rh_status run_branch(const rh_fork_request *request, const rh_compare_run *run,
                            size_t index, rh_live *live, rh_run_result *result, rh_error *error)
{
    char out[RH_PATH_MAX];
    if (request->out_dir && !directory_of(request, run, out)) {
        return rh_fail(error, RH_INPUT, "%s/%s: the path is too long", request->out_dir,
                       run->label);
    }
    RH_TRY(rh_live_branch(live, (int)index, request->out_dir ? out : NULL, error));
    RH_TRY(rh_live_finish(live, result, error));
    return request->finish ? request->finish(request->context, index, result, error) : RH_OK;
}

static void be_a_branch(trunk *from, const rh_compare_run *run, size_t index,
                                  int to_parent)
{
    rh_run_result result = {0};
    from->base.progress = NULL; /* the parent's */
    verdict *said = calloc(1, sizeof *said);
    if (!said) {
        from->request->leave(1);
        return;
    }
    said->status = run_branch(from->request, run, index, from->live, &result, &said->error);
    if (said->status == RH_OK) {
        memcpy(said->digest, result.digest, sizeof said->digest);
        memcpy(said->policy_message, result.policy_message, sizeof said->policy_message);
        said->events = result.events;
        said->policy_failed = result.policy_failed;
        said->summary_length = result.summary.length;
    } else {
        rh_live_close(from->live); /* takes an unfinished directory of this branch away */
    }
    bool whole = write_all(to_parent, said, sizeof *said) &&
                 write_all(to_parent, result.summary.bytes, said->summary_length);
    from->request->leave(whole ? 0 : 1); /* no handlers, no buffers: they are the parent's */
}

/* --- in the parent ------------------------------------------------------------------------- */

static rh_status start(trunk *from, const rh_compare_run *run, size_t index, branch *made,
                       rh_error *error)
{
    int ends[2];
    if (pipe(ends) != 0) return rh_fail(error, RH_IO, "no pipe for a branch: %s", strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fflush(NULL); /* what is buffered is written once */
    made->process = fork();
    if (made->process == 0) {
        close(ends[0]);
        be_a_branch(from, run, index, ends[1]);
        bool left = false; /* request->leave came back: a branch must not go on as its parent */
        RH_ASSERT(left);
    }
    close(ends[1]);
    made->pipe = ends[0];
    if (made->process > 0) return RH_OK;
    close(ends[0]);
    return rh_fail(error, RH_IO, "no process for a branch: %s", strerror(errno));
}

static bool read_all(int fd, void *bytes, size_t length)
{
    char *at = bytes;
    while (length > 0) {
        ssize_t got = read(fd, at, length);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        length -= (size_t)got;
    }
    return true;
}

static bool read_summary(int fd, size_t length, rh_buffer *summary)
{
    char piece[16384];
    if (length > SUMMARY_BYTES_MAX) return false;
    while (length > 0) {
        size_t part = length < sizeof piece ? length : sizeof piece;
        if (!read_all(fd, piece, part)) return false;
        rh_buffer_append(summary, piece, part);
        length -= part;
    }
    return !summary->failed;
}

static void take(const verdict *said, rh_compare_run *run)
{
    run->status = said->status;
    run->error = said->error;
    memcpy(run->result.digest, said->digest, sizeof run->result.digest);
    memcpy(run->result.policy_message, said->policy_message, sizeof said->policy_message);
    run->result.events = said->events;
    run->result.policy_failed = said->policy_failed;
}

static void collect(const branch *made, rh_compare_run *run)
{
    int ended = 0;
    verdict *said = calloc(1, sizeof *said);
    bool whole = said && read_all(made->pipe, said, sizeof *said) &&
                 read_summary(made->pipe, said->summary_length, &run->result.summary);
    close(made->pipe);
    while (waitpid(made->process, &ended, 0) < 0 && errno == EINTR) {
    }
    if (whole) take(said, run);
    free(said);
    if (whole) return;
    rh_buffer_free(&run->result.summary);
    if (WIFSIGNALED(ended)) {
        run->status = rh_fail(&run->error, RH_STATE, "the branch died of signal %d (%s)",
                              WTERMSIG(ended), strsignal(WTERMSIG(ended)));
    } else {
        run->status = rh_fail(&run->error, RH_STATE, "the branch ended without a result");
    }
}

static rh_status branch_all(trunk *from, rh_compare_run *runs, rh_error *error)
{
    const rh_fork_request *request = from->request;
    size_t window = request->processes > 0 ? (size_t)request->processes : 1, started = 0;
    branch *branches = calloc(request->count, sizeof *branches);
    if (!branches) return rh_fail(error, RH_NO_MEMORY, "no memory for the branches");
    for (size_t next = 0; next < request->count; next++) {
        while (started < request->count && started < next + window) {
            size_t i = started++;
            runs[i].status = start(from, &runs[i], i, &branches[i], &runs[i].error);
        }
        if (branches[next].process > 0) collect(&branches[next], &runs[next]);
    }
    free(branches);
    return RH_OK;
}

/* Before hours of work, not after: no directory of a branch may be there yet. */
static rh_status prepare_directories(const rh_fork_request *request, const rh_compare_run *runs,
                                     char shared[RH_PATH_MAX + 32], rh_error *error)
{
    for (size_t i = 0; i < request->count; i++) {
        char out[RH_PATH_MAX];
        struct stat found;
        if (directory_of(request, &runs[i], out) && lstat(out, &found) == 0) {
            return rh_fail(error, RH_INPUT, "%s: exists already; choose another --out or remove it",
                           out);
        }
    }
    snprintf(shared, RH_PATH_MAX + 32, "%s/before-the-fork-%ld", request->out_dir, (long)getpid());
    return rh_make_directories(request->out_dir, error);
}

rh_status rh_fork(const rh_fork_request *request, rh_compare_run *runs, rh_error *error)
{
    char shared[RH_PATH_MAX + 32];
    trunk from = {.request = request, .base = request->base};
    rh_run_request *base = &from.base;
    if (request->count < 1 || request->count > RH_COMPARE_POLICIES_MAX) {
        return rh_fail(error, RH_USAGE, "from 1 to %d branches can be made, found %zu",
                       RH_COMPARE_POLICIES_MAX, request->count);
    }
    rh_compare_labels(request->policies, NULL, request->count, runs);
    base->fork_at = request->at;
    base->branches = request->policies;
    base->branch_count = (int)request->count;
    base->out_dir = NULL;
    if (request->out_dir) {
        RH_TRY(prepare_directories(request, runs, shared, error));
        base->out_dir = shared; /* never gets its name: each branch begins with a copy */
    }
    RH_TRY(rh_live_open(base, &from.live, error));
    rh_status status = rh_live_go_to_fork(from.live, error);
    if (status == RH_OK) status = branch_all(&from, runs, error);
    rh_live_close(from.live);
    return status;
}
