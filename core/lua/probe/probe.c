/* Asks the Lua that is being linked which of the known bugs of 5.4 it has, each in a child process
 * of its own, and prints one line for each. Run once, at configure time; not part of the program.
 * Invariant: ends within seconds whatever the library does. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

static size_t live_bytes, cap_bytes;

static void *allocate(void *context, void *pointer, size_t old_bytes, size_t new_bytes)
{
    size_t held = pointer != NULL ? old_bytes : 0;
    (void)context;
    if (new_bytes == 0) {
        free(pointer);
        live_bytes -= held;
        return NULL;
    }
    if (cap_bytes > 0 && new_bytes > held && live_bytes + new_bytes - held > cap_bytes)
        return NULL;
    void *moved = realloc(pointer, new_bytes);
    if (moved != NULL) live_bytes += new_bytes - held;
    return moved;
}

/* 0 when the chunk returns true, 2 when it does anything else. */
static int run(const char *chunk, size_t cap)
{
    lua_State *L = lua_newstate(allocate, NULL);
    if (L == NULL) return 2;
    luaL_openlibs(L);
    if (cap > 0) cap_bytes = live_bytes + cap;
    int code = luaL_loadstring(L, chunk);
    if (code == LUA_OK) code = lua_pcall(L, 0, 1, 0);
    /* Running out of the memory it was given, in an orderly way, is what is wanted. */
    int right = code == LUA_ERRMEM || (code == LUA_OK && lua_toboolean(L, -1));
    cap_bytes = 0;
    lua_close(L);
    return right ? 0 : 2;
}

/* True in the child, whose exit status is then *code; the parent prints what became of it. */
static bool probe(const char *what, const char *chunk, size_t cap, int *code)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        alarm(5);
        *code = run(chunk, cap);
        return true;
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        printf("%s: not known\n", what);
    } else if (WIFSIGNALED(status)) {
        printf("%s: %s\n", what, WTERMSIG(status) == SIGALRM ? "hangs" : "CRASHES");
    } else {
        printf("%s: %s\n", what, WEXITSTATUS(status) == 0 ? "right" : "WRONG RESULT");
    }
    return false;
}

/* Constants of bitwise operations beyond the reach of an operand (5.4.0 to 5.4.4). */
static const char constants_chunk[] =
    "local t = {}\n"
    "for i = 1, 300 do t[i] = 'x = ' .. i .. '.5' end\n"
    "local code = 'local x, a = 0, 7\\n' .. table.concat(t, '\\n') ..\n"
    "  '\\nreturn (987654321 & a) == (a & 987654321) and (a | 123456789) == (123456789 | a)'\n"
    "  .. ' and (987654321 ~ a) == (a ~ 987654321) and a - 87654321 == -87654314'\n"
    "return load(code)()";

static const char close_chunk[] =
    "local function chain(n)\n"
    "  local co\n"
    "  for i = 1, n do\n"
    "    local inner = co\n"
    "    co = coroutine.create(function()\n"
    "      local x <close> = setmetatable({}, { __close = function()\n"
    "        if inner then coroutine.close(inner) end end })\n"
    "      coroutine.yield()\n"
    "    end)\n"
    "    coroutine.resume(co)\n"
    "  end\n"
    "  return co\n"
    "end\n"
    "pcall(coroutine.close, chain(30000))\n"
    "return true";

static const char concat_chunk[] =
    "local function grow(n) if n > 0 then return grow(n - 1) .. '' end return 'x' end\n"
    "local mt = { __concat = function(a, b) grow(150) return 'y' end }\n"
    "for i = 1, 200 do\n"
    "  local co = coroutine.wrap(function()\n"
    "    local v = setmetatable({}, mt)\n"
    "    return 'a' .. 'b' .. v .. 'c' .. v .. 'd' .. v\n"
    "  end)\n"
    "  if type(co()) ~= 'string' then return false end\n"
    "end\n"
    "return true";

static const char weak_chunk[] =
    "local keep = {}\n"
    "for i = 1, 1e7 do\n"
    "  keep[#keep + 1] = setmetatable({}, { __mode = i % 2 == 0 and 'k' or 'v' })\n"
    "  keep[#keep][{}] = {}\n"
    "end\n"
    "return true";

int main(void)
{
    static const struct { const char *what, *chunk; size_t cap; } probes[] = {
        {"operators with many constants", constants_chunk, 0},
        {"30,000 chained coroutine.close", close_chunk, 0},
        {"__concat with stack growth", concat_chunk, 0},
        {"weak tables under a memory cap", weak_chunk, 8u << 20},
    };
    int code = 0;
    printf("version: %s\n", LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE);
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
        if (probe(probes[i].what, probes[i].chunk, probes[i].cap, &code)) break;
    return code;
}
