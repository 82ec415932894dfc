#include "wscheck/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Three texts as one. Free it. */
static char *join(const char *first, const char *second, const char *third) {
    size_t size = strlen(first) + strlen(second) + strlen(third) + 1;
    char *text = malloc(size);
    if (text == NULL) {
        abort();
    }
    snprintf(text, size, "%s%s%s", first, second, third);
    return text;
}

static bool check_scheme(const char *url, char *error, size_t error_size) {
    if (strncasecmp(url, "ws://", 5) == 0) {
        return true;
    }
    if (strncasecmp(url, "wss://", 6) == 0) {
        snprintf(error, error_size,
                 "'%s': TLS is not spoken here; check the server behind the TLS proxy, as ws://%s",
                 url, url + 6);
    } else if (strncasecmp(url, "http://", 7) == 0) {
        snprintf(error, error_size, "'%s' is not a WebSocket URL; did you mean ws://%s?", url,
                 url + 7);
    } else {
        snprintf(error, error_size, "'%s' is not a WebSocket URL such as ws://127.0.0.1:8000/",
                 url);
    }
    return false;
}

static bool copy(char *out, size_t capacity, const char *start, size_t length) {
    if (length >= capacity) {
        return false;
    }
    memcpy(out, start, length);
    out[length] = '\0';
    return true;
}

/* Splits "name", "name:port" or "[name]:port". */
static bool parse_authority(struct address *address, const char *start, size_t length) {
    const char *end = start + length, *name = start, *name_end, *port;
    if (*start == '[') {
        name++;
        name_end = memchr(start, ']', length);
        port = name_end != NULL ? name_end + 1 : NULL;
    } else {
        name_end = memchr(start, ':', length);
        name_end = name_end != NULL ? name_end : end;
        port = name_end;
    }
    if (port == NULL || name_end == name || (port < end && (*port != ':' || port + 1 == end))) {
        return false;
    }
    bool given = port < end;
    if (!copy(address->name, sizeof address->name, name, (size_t)(name_end - name)) ||
        !copy(address->host, sizeof address->host, start, length) ||
        !copy(address->port, sizeof address->port, given ? port + 1 : "80",
              given ? (size_t)(end - port - 1) : 2)) {
        return false;
    }
    unsigned long number = strtoul(address->port, NULL, 10);
    return strspn(address->port, "0123456789") == strlen(address->port) && number > 0 &&
           number <= 65535;
}

bool address_parse(struct address *address, const char *url, char *error, size_t error_size) {
    if (!check_scheme(url, error, error_size)) {
        return false;
    }
    const char *start = url + 5;
    size_t length = strcspn(start, "/?#");
    const char *rest = start + length;
    for (const char *next = rest; *next != '\0'; next++) {
        if (*next <= ' ' || *next > '~' || *next == '#') {
            snprintf(error, error_size, "'%s': a WebSocket URL has no '%c' in it", url, *next);
            return false;
        }
    }
    if (memchr(start, '@', length) != NULL || !parse_authority(address, start, length)) {
        snprintf(error, error_size, "'%s' has no host and port such as ws://127.0.0.1:8000/", url);
        return false;
    }
    address->target = join(*rest == '/' ? "" : "/", rest, "");
    return true;
}

void address_free(struct address *address) {
    free(address->target);
}

char *address_url(const struct address *address) {
    return join("ws://", address->host, address->target);
}
