/* Host memory for large tensors. A request of a megabyte or more gets a block of whole huge pages, and the block stays when it is freed:
 * the next step asks for the same sizes again.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_memory.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE ((size_t)1 << 20)
#define HUGE_PAGE ((size_t)2 << 20)

struct block {
    char *at;
    size_t size;
    uint64_t freed; /* when, 0: in use */
};

/* A few hundred blocks at most: a search through all of them costs microseconds, the step that needs them seconds. */
static struct {
    pthread_mutex_t lock;
    struct block *blocks;
    size_t n, room;
    size_t used, kept, peak; /* bytes; peak: the most used */
    uint64_t clock;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- pages ------------------------------------------------------------------------------------------------- */

/* The kernel gives a huge page only where a whole aligned one lies in the mapping. */
static char *map(size_t size)
{
    char *raw = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (raw == MAP_FAILED)
        return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)raw % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0)
        munmap(raw, before);
    munmap(raw + before + size, HUGE_PAGE - before);
#ifdef MADV_HUGEPAGE
    madvise(raw + before, size, MADV_HUGEPAGE); /* a kernel without them gives small ones */
#endif
    return raw + before;
}

static void drop(size_t i)
{
    munmap(pool.blocks[i].at, pool.blocks[i].size);
    pool.kept -= pool.blocks[i].size;
    pool.blocks[i] = pool.blocks[--pool.n];
}

/* --- blocks ------------------------------------------------------------------------------------------------ */

static bool fits(const struct block *b, size_t size)
{
    return b->freed && b->size >= size && b->size - size <= size / 4;
}

/* The smallest free block that is not much too large; pool.n: none. */
static size_t best_fit(size_t size)
{
    size_t best = pool.n;
    for (size_t i = 0; i < pool.n; i++) {
        if (fits(&pool.blocks[i], size) && (best == pool.n || pool.blocks[i].size < pool.blocks[best].size))
            best = i;
    }
    return best;
}

static size_t longest_free(void)
{
    size_t oldest = pool.n;
    for (size_t i = 0; i < pool.n; i++) {
        if (pool.blocks[i].freed && (oldest == pool.n || pool.blocks[i].freed < pool.blocks[oldest].freed))
            oldest = i;
    }
    return oldest;
}

/* Blocks of sizes that nobody asks for any more must not pile up. */
static void make_room(size_t size)
{
    size_t most = pool.used + size > pool.peak ? pool.used + size : pool.peak;
    while (pool.kept > 0 && pool.used + pool.kept + size > most + most / 4)
        drop(longest_free());
}

static bool grow(void)
{
    if (pool.n < pool.room)
        return true;
    size_t room = pool.room ? 2 * pool.room : 256;
    struct block *blocks = realloc(pool.blocks, room * sizeof *blocks);
    if (!blocks)
        return false;
    pool.blocks = blocks;
    pool.room = room;
    return true;
}

static void drop_free(void)
{
    for (size_t i = pool.n; i-- > 0;) {
        if (pool.blocks[i].freed)
            drop(i);
    }
}

static char *new_block(size_t size)
{
    make_room(size);
    if (!grow())
        return NULL;
    char *at = map(size);
    if (!at && pool.kept > 0) {
        drop_free();
        at = map(size);
    }
    if (at)
        pool.blocks[pool.n++] = (struct block){.at = at, .size = size};
    return at;
}

static char *get_large(size_t size)
{
    size_t i = best_fit(size);
    char *at;
    if (i < pool.n) {
        at = pool.blocks[i].at;
        size = pool.blocks[i].size;
        pool.blocks[i].freed = 0;
        pool.kept -= size;
    } else if (!(at = new_block(size))) {
        return NULL;
    }
    pool.used += size;
    pool.peak = pool.used > pool.peak ? pool.used : pool.peak;
    return at;
}

static bool put_large(const void *memory)
{
    for (size_t i = 0; i < pool.n; i++) {
        struct block *b = &pool.blocks[i];
        if (b->at != memory)
            continue;
        b->freed = ++pool.clock;
        pool.used -= b->size;
        pool.kept += b->size;
        return true;
    }
    return false;
}

/* --- the door ---------------------------------------------------------------------------------------------- */

void *fl_memory_get(size_t n_bytes)
{
    void *memory = NULL;
    if (n_bytes > SIZE_MAX / 2)
        return NULL;
    if (n_bytes < LARGE)
        return posix_memalign(&memory, FL_MEMORY_ALIGN, n_bytes) == 0 ? memory : NULL;
    pthread_mutex_lock(&pool.lock);
    memory = get_large((n_bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    pthread_mutex_unlock(&pool.lock);
    return memory;
}

void fl_memory_put(void *memory)
{
    bool large = false;
    if ((uintptr_t)memory % HUGE_PAGE == 0) { /* small ones too can lie there */
        pthread_mutex_lock(&pool.lock);
        large = put_large(memory);
        pthread_mutex_unlock(&pool.lock);
    }
    if (!large)
        free(memory);
}

void fl_memory_release(void)
{
    pthread_mutex_lock(&pool.lock);
    drop_free();
    pool.peak = pool.used;
    pthread_mutex_unlock(&pool.lock);
}

void fl_memory_state(size_t *used, size_t *kept)
{
    pthread_mutex_lock(&pool.lock);
    *used = pool.used;
    *kept = pool.kept;
    pthread_mutex_unlock(&pool.lock);
}
