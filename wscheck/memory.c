#include "wscheck/memory.h"

#include <stdarg.h>
#include <stdlib.h>

void *memory_take(size_t size) {
    void *memory = calloc(1, size + 1); /* calloc may return NULL for 0 bytes */
    if (memory == NULL) {
        abort();
    }
    return memory;
}

char *memory_text(const char *format, ...) {
    char *text = NULL;
    size_t length;
    FILE *out = memory_stream(&text, &length);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(out, format, arguments);
    va_end(arguments);
    fclose(out);
    return text;
}

FILE *memory_stream(char **text, size_t *length) {
    FILE *stream = open_memstream(text, length);
    if (stream == NULL) {
        abort();
    }
    return stream;
}
