/* What an instruction weighs. Lua counts instructions, and most take about as long as one another;
 * some take as long as their operands are large: comparing or converting long texts, copying many
 * values, rebuilding a table. No hook sees operands, but the allocator sees every large one made.
 * Invariant: what is charged to the budget depends on what the script did alone, so it is the same
 * in every process; only `moved` and `scanned`, which are apart from it, may differ (a little, by
 * the hashes of texts). The shifts below are held to their word by tests/lua/test_weight.c. */
#include "lua/host.h"

enum {
    NODES_BYTES_MIN = 128,          /* tables of up to four keys stay out */
    STACK_BYTES_MIN = 2048,
    OBJECT_LOAD = 8,                /* an object made while loading */
    CLOSURE_SHIFT = 5,              /* finding n captured locals takes n^2 / 2 steps */
    /* binary logarithms of bytes per unit of weight: in a call, and while a script is loaded, when
     * it may run fifty times as many instructions */
    TEXT_SHIFT_CALL = 11, TEXT_SHIFT_LOAD = 6, ZEROS_SHIFT = 3,
    STACK_SHIFT_CALL = 15, STACK_SHIFT_LOAD = 10,
    MODULO_LOAD = 24, CONCAT_LOAD = 16,     /* one fmod, one printf of a number: 1 to 2 us */
    FOR_LOAD = 2                            /* three texts to numbers: 0.6 us in 5 instructions */
};

int64_t rh_lua_weight(const rh_lua *host)
{
    bool load = host->weighs_as_load;
    int text = load ? TEXT_SHIFT_LOAD : TEXT_SHIFT_CALL;
    if (host->uses & RH_SOURCE_ZEROS) text -= ZEROS_SHIFT;
    int64_t weight = 1 + (int64_t)(host->text_bytes_most >> text);
    int stack = load ? STACK_SHIFT_LOAD : STACK_SHIFT_CALL;
    if (host->stack_bytes_most > STACK_BYTES_MIN)
        weight += (int64_t)(host->stack_bytes_most >> stack);
    if (load && (host->uses & RH_SOURCE_MODULO)) weight += MODULO_LOAD;
    if (load && (host->uses & RH_SOURCE_CONCAT)) weight += CONCAT_LOAD;
    if (load && (host->uses & RH_SOURCE_FOR)) weight += FOR_LOAD;
    return weight;
}

static void move(rh_lua *host, size_t bytes)
{
    host->moved += (int64_t)bytes;
    if (host->moved <= host->moved_max) return;
    rh_lua_kill(host, RH_KILL_INSTRUCTIONS,
                host->weighs_as_load
                    ? "instruction limit: tables are built too often: 256 MiB in one load"
                    : "instruction limit: tables are built too often: 64 MiB in one call");
}

/* Rebuilding a table allocates its nodes, then sizes its array again even when that stays as it
 * was, then frees the old nodes: the first two show how much there was to walk. */
void rh_lua_weigh(rh_lua *host, const void *pointer, size_t tag_or_bytes, size_t new_bytes)
{
    static_assert(RH_LUA_MOVED_BYTES_PER_CALL == 64 << 20 &&
                  RH_LUA_MOVED_BYTES_PER_LOAD == 256 << 20, "the messages above name them");
    size_t upvalues = new_bytes / 8, larger = new_bytes > tag_or_bytes ? new_bytes : tag_or_bytes;
    if (host->host_allocates || (pointer != NULL && pointer == host->stack)) {
        return;
    } else if (pointer != NULL) {
        if (larger >= NODES_BYTES_MIN) move(host, larger >> 1);
    } else if (tag_or_bytes == 0) {
        if (new_bytes >= NODES_BYTES_MIN) move(host, new_bytes);
    } else if (tag_or_bytes == LUA_TSTRING) {
        if (new_bytes > host->text_bytes_most) host->text_bytes_most = new_bytes;
    } else {
        if (host->weighs_as_load) host->budget -= OBJECT_LOAD;
        if (tag_or_bytes == LUA_TFUNCTION)
            host->budget -= (int64_t)((upvalues * upvalues) >> CLOSURE_SHIFT);
    }
}

static void see_stack(rh_lua *host, void *block, size_t bytes)
{
    host->stack = block;
    if (host->host_allocates || bytes <= host->stack_bytes_most) return;
    host->stack_bytes_most = bytes;
    if (bytes >> STACK_SHIFT_CALL > 0) host->policy.doubtful = true;    /* it stays so large */
}

void rh_lua_weigh_compiled(rh_lua *host)
{
    host->compiled = (rh_lua_sizes){host->uses, host->text_bytes_most, host->stack_bytes_most};
    host->moved = 0;
}

void rh_lua_weigh_again(rh_lua *host)
{
    host->uses = host->compiled.uses;
    host->text_bytes_most = host->compiled.text_bytes;
    host->stack_bytes_most = host->compiled.stack_bytes;
}

/* The first block that is no object is the stack. It grows by realloc, or (5.4.4) by a new block
 * that is made right before the old one is freed. */
void rh_lua_weigh_block(rh_lua *host, const void *before, void *block, size_t bytes)
{
    if (before == host->stack) see_stack(host, block, bytes);
    host->last_block = block;
    host->last_bytes = bytes;
}

void rh_lua_weigh_free(rh_lua *host, const void *block)
{
    if (block != NULL && block == host->stack) see_stack(host, host->last_block, host->last_bytes);
}

int64_t rh_lua_text_cost(const rh_lua *host, size_t length)
{
    return (int64_t)(host->uses & RH_SOURCE_ZEROS ? length >> 1 : length >> 6);
}
