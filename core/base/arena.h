/* Bump allocation for things that live as long as a run. Nothing is freed one by one; the event
 * path must not call it. Memory is zeroed. Blocks never move, so pointers stay valid. */
#ifndef RH_BASE_ARENA_H
#define RH_BASE_ARENA_H

#include <stddef.h>

typedef struct rh_arena {
    struct rh_arena_block *head;
    size_t used_bytes;
} rh_arena;

void *rh_arena_alloc(rh_arena *arena, size_t bytes);        /* 16-byte aligned; NULL: no memory */
void *rh_arena_array(rh_arena *arena, size_t count, size_t bytes); /* overflow-checked */
char *rh_arena_text(rh_arena *arena, const char *text);     /* a copy of a C string */
void rh_arena_free(rh_arena *arena);                        /* all of it; {0} is an empty arena */

#endif
