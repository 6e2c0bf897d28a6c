/* Folder, names, binding and peers of control sockets. Must not read or write a socket.
 * Invariant: of two runs that want one name at once, exactly one gets it: looking and binding
 * happen under a lock on the folder. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE         /* struct ucred */
#endif
#include "host/control_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "data/file.h"

enum { BACKLOG = 16 };

/* --- the folder ---------------------------------------------------------------------------- */

static rh_status check_folder(const char *folder, rh_error *error)
{
    struct stat found;
    if (lstat(folder, &found) != 0) {
        return rh_fail(error, RH_IO, "%s: cannot look at it: %s", folder, strerror(errno));
    }
    if (!S_ISDIR(found.st_mode)) return rh_fail(error, RH_INPUT, "%s is not a folder", folder);
    if (found.st_uid != geteuid()) {
        return rh_fail(error, RH_INPUT, "%s belongs to another user", folder);
    }
    if ((found.st_mode & 077) != 0) {
        return rh_fail(error, RH_INPUT, "%s may be entered by others; chmod 700 it", folder);
    }
    return RH_OK;
}

rh_status rh_control_folder(char folder[RH_SOCKET_PATH_MAX], rh_error *error)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR");
    int length = 0;
    if (runtime && runtime[0] == '/') {
        length = snprintf(folder, RH_SOCKET_PATH_MAX, "%s/rehedge", runtime);
    }
    bool too_long = length >= RH_SOCKET_PATH_MAX;
    if (length <= 0 || (!too_long && !rh_file_is_folder(runtime))) {
        if (!temporary || temporary[0] != '/') temporary = P_tmpdir;
        length = snprintf(folder, RH_SOCKET_PATH_MAX, "%s/rehedge-%lu", temporary,
                          (unsigned long)geteuid());
    }
    if (length < 0 || length >= RH_SOCKET_PATH_MAX) {
        return rh_fail(error, RH_INPUT, "the path of the runtime directory is too long for a "
                       "socket (%d bytes at most)", RH_SOCKET_PATH_MAX - 1);
    }
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return rh_fail(error, RH_IO, "%s: cannot make it: %s", folder, strerror(errno));
    }
    return check_folder(folder, error);
}

bool rh_control_left_runtime(const char *path)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    return runtime && runtime[0] == '/' && strncmp(path, runtime, strlen(runtime)) != 0;
}

/* --- names --------------------------------------------------------------------------------- */

static bool good_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.";
    size_t length = strlen(name);
    return length > 0 && length < RH_NAME_MAX && name[0] != '.' && strspn(name, allowed) == length;
}

rh_status rh_control_path_of(const char *name, char path[RH_SOCKET_PATH_MAX], rh_error *error)
{
    char folder[RH_SOCKET_PATH_MAX];
    if (!good_name(name)) {
        return rh_fail(error, RH_USAGE, "\"%.60s\" is no name of a replay: letters, digits, "
                       "'-', '_' and '.', not beginning with '.'", name);
    }
    RH_TRY(rh_control_folder(folder, error));
    int length = snprintf(path, RH_SOCKET_PATH_MAX, "%s/%s.sock", folder, name);
    if (length < 0 || length >= RH_SOCKET_PATH_MAX) {
        return rh_fail(error, RH_INPUT, "%s/%s.sock is too long for a socket (%d bytes at most)",
                       folder, name, RH_SOCKET_PATH_MAX - 1);
    }
    return RH_OK;
}

void rh_control_name_of(const char *scenario_path, char name[RH_NAME_MAX])
{
    const char *slash = strrchr(scenario_path, '/');
    snprintf(name, RH_NAME_MAX, "%.50s", slash ? slash + 1 : scenario_path);
    char *dot = strrchr(name, '.');
    if (dot && dot != name) *dot = '\0';
    for (char *c = name; *c; c++) {
        char one[2] = {*c, '\0'};
        if (!good_name(one) && *c != '.') *c = '-';
    }
    if (name[0] == '.') name[0] = '-';
    if (name[0] == '\0') memcpy(name, "replay", sizeof "replay");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

rh_status rh_control_names(char names[RH_SOCKET_NAMES_MAX][RH_NAME_MAX], int *count,
                           rh_error *error)
{
    char folder[RH_SOCKET_PATH_MAX], path[RH_SOCKET_PATH_MAX];
    *count = 0;
    RH_TRY(rh_control_folder(folder, error));
    DIR *directory = opendir(folder);
    if (!directory) return rh_fail(error, RH_IO, "%s: cannot read it", folder);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        size_t length = strlen(entry->d_name);
        if (length < 6 || length - 5 >= RH_NAME_MAX || *count == RH_SOCKET_NAMES_MAX) continue;
        if (strcmp(entry->d_name + length - 5, ".sock") != 0) continue;
        char *name = names[*count];
        memcpy(name, entry->d_name, length - 5);
        name[length - 5] = '\0';
        if (!good_name(name) || rh_control_path_of(name, path, NULL) != RH_OK) continue;
        int fd = rh_control_dial(path);
        if (fd < 0) continue;
        close(fd);
        (*count)++;
    }
    closedir(directory);
    qsort(names, (size_t)*count, sizeof names[0], compare_names);
    return RH_OK;
}

/* --- sockets ------------------------------------------------------------------------------- */

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) return -errno;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) return fd;
    close(fd);
    return -EIO;
}

static bool fill_address(const char *path, struct sockaddr_un *address)
{
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length >= sizeof address->sun_path) return false;
    memcpy(address->sun_path, path, length + 1);
    return true;
}

int rh_control_dial(const char *path)
{
    struct sockaddr_un address;
    if (!fill_address(path, &address)) return -ENAMETOOLONG;
    int fd = new_socket();
    if (fd < 0) return fd;
    /* never wait: a listener whose queue is full is alive all the same */
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        fcntl(fd, F_SETFL, flags);
        return fd;
    }
    int failed = errno;
    close(fd);
    return -failed;
}

/* What lies at `path` already: nothing or a dead run's socket (then removed), else a refusal. */
static rh_status make_room(const char *path, rh_error *error)
{
    struct stat found;
    if (lstat(path, &found) != 0) return RH_OK;
    if (!S_ISSOCK(found.st_mode)) {
        return rh_fail(error, RH_INPUT, "%s is in the way: it is not a socket", path);
    }
    int fd = rh_control_dial(path);
    if (fd >= 0 || fd == -EAGAIN) {
        if (fd >= 0) close(fd);
        return rh_fail(error, RH_STATE, "%s: another replay listens there; choose a name with "
                       "--name", path);
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        return rh_fail(error, RH_IO, "%s: cannot remove the socket of a dead run: %s", path,
                       strerror(errno));
    }
    return RH_OK;
}

static rh_status bind_at(const char *path, int *out, rh_error *error)
{
    struct sockaddr_un address;
    if (!fill_address(path, &address)) {
        return rh_fail(error, RH_INPUT, "%s is too long for a socket", path);
    }
    RH_TRY(make_room(path, error));
    int fd = new_socket();
    if (fd < 0) return rh_fail(error, RH_IO, "%s: no socket: %s", path, strerror(-fd));
    mode_t before = umask(0177);
    int failed = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    umask(before);
    if (failed == 0 && listen(fd, BACKLOG) != 0) failed = errno;
    if (failed != 0) {
        close(fd);
        return rh_fail(error, RH_IO, "%s: cannot listen there: %s", path, strerror(failed));
    }
    *out = fd;
    return RH_OK;
}

rh_status rh_control_bind(const char *path, int *fd, rh_error *error)
{
    char lock_path[RH_PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(lock_path, sizeof lock_path, "%.*s.lock", slash ? (int)(slash - path + 1) : 0, path);
    int lock = open(lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (lock < 0 || fcntl(lock, F_SETLKW, &whole) != 0) {
        int failed = errno;
        if (lock >= 0) close(lock);
        return rh_fail(error, RH_IO, "%s: cannot lock it: %s", lock_path, strerror(failed));
    }
    rh_status status = bind_at(path, fd, error);
    close(lock);
    return status;
}

bool rh_control_peer_is_us(int fd)
{
#if defined(SO_PEERCRED) && defined(__linux__)
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return size == sizeof peer && peer.uid == geteuid();
#else
    (void)fd;
    return false;       /* no way to know: nobody is let in */
#endif
}
