/* A chain of zeroed blocks that grow geometrically. Must not be used on the event path.
 * Invariant: only the head block has room that will still be given out, and blocks never move. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((size_t)16)
#define BLOCK_BYTES_MIN ((size_t)4096)
#define BLOCK_BYTES_MAX ((size_t)1 << 20)

typedef struct rh_arena_block {
    _Alignas(16) struct rh_arena_block *next;
    size_t capacity, used;
    _Alignas(16) unsigned char bytes[];
} block;

static block *block_new(size_t capacity)
{
    if (capacity > SIZE_MAX - sizeof(block)) return NULL;
    block *fresh = calloc(1, sizeof(block) + capacity);
    if (fresh) fresh->capacity = capacity;
    return fresh;
}

static void *take(rh_arena *arena, block *from, size_t bytes)
{
    void *taken = from->bytes + from->used;
    from->used += bytes;
    arena->used_bytes += bytes;
    return taken;
}

void *rh_arena_alloc(rh_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2) return NULL;
    bytes = bytes ? (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1) : ALIGNMENT;
    block *head = arena->head;
    if (head && head->capacity - head->used >= bytes) return take(arena, head, bytes);

    if (head && bytes > BLOCK_BYTES_MAX / 4) {
        /* A large piece gets a block of its own behind the head, whose room stays in use. */
        block *own = block_new(bytes);
        if (!own) return NULL;
        own->next = head->next;
        head->next = own;
        return take(arena, own, bytes);
    }
    size_t capacity = head ? head->capacity * 2 : BLOCK_BYTES_MIN;
    if (capacity > BLOCK_BYTES_MAX) capacity = BLOCK_BYTES_MAX;
    if (capacity < bytes) capacity = bytes;
    block *fresh = block_new(capacity);
    if (!fresh) return NULL;
    fresh->next = head;
    arena->head = fresh;
    return take(arena, fresh, bytes);
}

void *rh_arena_array(rh_arena *arena, size_t count, size_t bytes)
{
    if (bytes && count > SIZE_MAX / bytes) return NULL;
    return rh_arena_alloc(arena, count * bytes);
}

char *rh_arena_text(rh_arena *arena, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = rh_arena_alloc(arena, bytes);
    if (copy) memcpy(copy, text, bytes);
    return copy;
}

void rh_arena_free(rh_arena *arena)
{
    for (block *at = arena->head; at;) {
        block *next = at->next;
        free(at);
        at = next;
    }
    *arena = (rh_arena){0};
}
