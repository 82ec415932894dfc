#include "common/greeting.h"

#include <stdio.h>
#include <string.h>

static const char words[] = "good day";

size_t greeting_write(char *out, size_t capacity) {
    int len = snprintf(out, capacity, "%s\n", words);
    if (len < 0) {
        return 0;
    }
    /* A caller learns how much would have been written. */
    return (size_t)len;
}

_Bool greeting_is_one(const char *text) {
    return strcmp(text, words) == 0;
}
