/*
 * Preloaded into a program, makes reads beyond chosen allocations end it: an allocation of one of the sizes of
 * GUARD_SIZES (decimal, separated by commas) lies at the end of a page, and the page behind it is inaccessible. Pages
 * are never used twice, so what is freed is inaccessible too. All other allocations are the C library's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

enum { page = 4096, most_sizes = 8 };

/* Reserved at once, so that whether a pointer is guarded is a comparison. */
static const size_t reserved = (size_t)64 << 30;

/* Every guarded allocation splits the kernel's list of mappings, which has 65,530 entries. */
static const int most_alive = 20000;

static size_t sizes[most_sizes];
static char *arena;
static atomic_size_t used;
static atomic_int alive;

static size_t pages_of(size_t size) { return (size + page - 1) / page * page; }

__attribute__((constructor)) static void start(void) {
  const char *text = getenv("GUARD_SIZES");
  if (text == NULL) return;
  void *mapped = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) abort();
  for (int i = 0; i < most_sizes && *text != '\0'; i++) {
    char *end;
    sizes[i] = strtoul(text, &end, 10);
    text = *end == ',' ? end + 1 : end;
  }
  arena = mapped;
}

static int is_chosen(size_t size) {
  if (arena == NULL || size == 0) return 0;
  for (int i = 0; i < most_sizes; i++)
    if (sizes[i] == size) return 1;
  return 0;
}

static int is_guarded(const void *pointer) {
  const char *at = pointer;
  return arena != NULL && at >= arena && at < arena + reserved;
}

/* The first page of an allocation begins with its size: there is always room for it, in a page of its own. */
static char *first_page_of(const void *pointer) {
  return (char *)((uintptr_t)pointer & ~(uintptr_t)(page - 1)) - page;
}

static void *guarded(size_t size) {
  size_t room = page + pages_of(size);
  if (atomic_fetch_add(&alive, 1) >= most_alive) goto full;
  size_t at = atomic_fetch_add(&used, room + page);
  if (at + room + page > reserved) goto full;
  char *first = arena + at;
  if (mprotect(first, room, PROT_READ | PROT_WRITE) != 0) goto full;
  *(size_t *)first = size;
  return first + room - size;
full:
  atomic_fetch_sub(&alive, 1);
  return NULL;
}

void *malloc(size_t size) {
  void *pointer = is_chosen(size) ? guarded(size) : NULL;
  return pointer != NULL ? pointer : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  size_t whole;
  void *pointer = !__builtin_mul_overflow(count, size, &whole) && is_chosen(whole) ? guarded(whole) : NULL;
  return pointer != NULL ? pointer : __libc_calloc(count, size);
}

void free(void *pointer) {
  if (!is_guarded(pointer)) {
    __libc_free(pointer);
    return;
  }
  int before = errno;
  char *first = first_page_of(pointer);
  size_t room = page + pages_of(*(size_t *)first);
  madvise(first, room, MADV_DONTNEED);
  mprotect(first, room, PROT_NONE);
  atomic_fetch_sub(&alive, 1);
  errno = before;
}

void *realloc(void *pointer, size_t size) {
  if (!is_guarded(pointer)) {
    if (pointer == NULL) return malloc(size);
    if (!is_chosen(size)) return __libc_realloc(pointer, size);
  }
  void *moved = malloc(size);
  if (moved == NULL) return NULL;
  size_t before = is_guarded(pointer) ? *(size_t *)first_page_of(pointer) : malloc_usable_size(pointer);
  memcpy(moved, pointer, before < size ? before : size);
  free(pointer);
  return moved;
}
