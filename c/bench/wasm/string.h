/* All that the validator needs of string.h, where there is no C library: an instruction of WebAssembly's. */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

void *memset(void *bytes, int value, size_t count);

#endif
