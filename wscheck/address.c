#include "wscheck/address.h"

#include "wscheck/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool has_scheme(const char *url) {
    if (strncasecmp(url, "ws://", 5) == 0) {
        return true;
    }
    if (strncasecmp(url, "wss://", 6) == 0) {
        fprintf(stderr,
                "wscheck: '%s': wscheck has no TLS; check the server behind the TLS proxy, as "
                "ws://%s\n",
                url, url + 6);
    } else if (strncasecmp(url, "http://", 7) == 0) {
        fprintf(stderr, "wscheck: '%s' is not a WebSocket URL; did you mean ws://%s?\n", url,
                url + 7);
    } else {
        fprintf(stderr, "wscheck: '%s' is not a WebSocket URL such as ws://127.0.0.1:8000/\n", url);
    }
    return false;
}

/* Copies as much as fits. Returns whether all of it did. */
static bool copy(char *out, size_t capacity, const char *start, const char *end) {
    return snprintf(out, capacity, "%.*s", (int)(end - start), start) < (int)capacity;
}

bool address_split(struct address *address, const char *start, const char *end) {
    bool has_brackets = *start == '[';
    const char *name = start + has_brackets;
    const char *name_end = memchr(name, has_brackets ? ']' : ':', (size_t)(end - name));
    if (name_end == NULL && !has_brackets) {
        name_end = end;
    }
    if (name_end == NULL || name_end == name) {
        return false;
    }
    const char *colon = name_end + has_brackets;
    const char *port = colon < end ? colon + 1 : "80";
    if ((colon < end && *colon != ':') ||
        !copy(address->name, sizeof address->name, name, name_end) ||
        !copy(address->host, sizeof address->host, start, end) ||
        !copy(address->port, sizeof address->port, port, colon < end ? end : port + 2)) {
        return false;
    }
    return address->port[0] != '\0' && strtoul(address->port, NULL, 10) <= UINT16_MAX &&
           strspn(address->port, "0123456789") == strlen(address->port);
}

bool address_parse(struct address *address, const char *url) {
    if (!has_scheme(url)) {
        return false;
    }
    const char *start = url + 5, *rest = start + strcspn(start, "/?#");
    for (const char *next = rest; *next != '\0'; next++) {
        if (*next <= ' ' || *next > '~' || *next == '#') {
            fprintf(stderr, "wscheck: '%s': a WebSocket URL has no '%c' in it\n", url, *next);
            return false;
        }
    }
    if (memchr(start, '@', (size_t)(rest - start)) != NULL ||
        !address_split(address, start, rest) || strtoul(address->port, NULL, 10) == 0) {
        fprintf(stderr, "wscheck: '%s' has no host and port such as ws://127.0.0.1:8000/\n", url);
        return false;
    }
    address->target = memory_text("%s%s", *rest == '/' ? "" : "/", rest);
    return true;
}
