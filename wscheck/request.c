#include "wscheck/request.h"

#include "common/base64.h"
#include "common/sha1.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct request_line copy_line(const uint8_t *bytes, size_t length) {
    struct request_line line = {malloc(length + 1), length};
    if (line.bytes == NULL) {
        abort(); /* A checker without memory cannot judge anybody. */
    }
    memcpy(line.bytes, bytes, length);
    line.bytes[length] = '\0';
    return line;
}

void request_add(struct request *request, const uint8_t *line, size_t length) {
    if (request->count < REQUEST_LINES_MAX) {
        request->lines[request->count++] = copy_line(line, length);
    }
}

static void add_text(struct request *request, const char *name, const char *value) {
    size_t size = strlen(name) + strlen(value) + 1;
    char *line = malloc(size);
    if (line == NULL) {
        abort();
    }
    snprintf(line, size, "%s%s", name, value);
    request_add(request, (const uint8_t *)line, size - 1);
    free(line);
}

void request_init(struct request *request, const char *host, const char *target, uint64_t random) {
    uint8_t nonce[16];
    char key[REQUEST_KEY_SIZE];
    for (size_t i = 0; i < sizeof nonce; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        nonce[i] = (uint8_t)(random >> 56);
    }
    base64_encode(nonce, sizeof nonce, key);
    request->count = 0;
    request->bare_lf = false;
    add_text(request, "GET / HTTP/1.1", "");
    request_set_word(request, 1, target);
    add_text(request, "Host: ", host);
    add_text(request, "Upgrade: ", "websocket");
    add_text(request, "Connection: ", "Upgrade");
    add_text(request, "Sec-WebSocket-Key: ", key);
    add_text(request, "Sec-WebSocket-Version: ", "13");
}

void request_init_answer(struct request *request, const char *key, size_t length) {
    char accept[REQUEST_ACCEPT_SIZE];
    request_free(request);
    request_accept(key, length, accept);
    add_text(request, "HTTP/1.1 101 Switching Protocols", "");
    add_text(request, "Upgrade: ", "websocket");
    add_text(request, "Connection: ", "Upgrade");
    add_text(request, "Sec-WebSocket-Accept: ", accept);
}

void request_set_line(struct request *request, const char *line, size_t length) {
    free(request->lines[0].bytes);
    request->lines[0] = copy_line((const uint8_t *)line, length);
}

void request_free(struct request *request) {
    for (size_t i = 0; i < request->count; i++) {
        free(request->lines[i].bytes);
    }
    request->count = 0;
}

void request_set_word(struct request *request, int word, const char *value) {
    char method[256], version[256];
    const char *line = (const char *)request->lines[0].bytes;
    const char *first = strchr(line, ' '), *last = strrchr(line, ' ');
    snprintf(method, sizeof method, "%.*s", (int)(first - line), line);
    snprintf(version, sizeof version, "%s", last + 1);
    size_t size = request->lines[0].length + strlen(value) + 4;
    char *changed = malloc(size);
    if (changed == NULL) {
        abort();
    }
    snprintf(changed, size, "%s %.*s %s", word == 0 ? value : method,
             (int)(word == 1 ? strlen(value) : (size_t)(last - first - 1)),
             word == 1 ? value : first + 1, word == 2 ? value : version);
    free(request->lines[0].bytes);
    request->lines[0].bytes = (uint8_t *)changed;
    request->lines[0].length = strlen(changed);
}

static bool has_name(const struct request_line *line, const char *name, size_t length) {
    return line->length > length && line->bytes[length] == ':' &&
           strncasecmp((const char *)line->bytes, name, length) == 0;
}

void request_set(struct request *request, const uint8_t *line, size_t length) {
    size_t name = 0;
    while (name < length && line[name] != ':' && line[name] != ' ' && line[name] != '\t') {
        name++;
    }
    for (size_t i = 1; i < request->count; i++) {
        if (has_name(&request->lines[i], (const char *)line, name)) {
            free(request->lines[i].bytes);
            request->lines[i] = copy_line(line, length);
            return;
        }
    }
    request_add(request, line, length);
}

void request_offer(struct request *request, const char *offer) {
    add_text(request, "Sec-WebSocket-Extensions: ", offer);
}

void request_drop(struct request *request, const char *name) {
    size_t kept = 1;
    for (size_t i = 1; i < request->count; i++) {
        if (has_name(&request->lines[i], name, strlen(name))) {
            free(request->lines[i].bytes);
        } else {
            request->lines[kept++] = request->lines[i];
        }
    }
    request->count = kept;
}

void request_make_plain(struct request *request) {
    static const char *const names[] = {"Upgrade", "Connection", "Sec-WebSocket-Key",
                                        "Sec-WebSocket-Version"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        request_drop(request, names[i]);
    }
}

void request_reverse(struct request *request) {
    for (size_t i = 1, j = request->count - 1; i < j; i++, j--) {
        struct request_line line = request->lines[i];
        request->lines[i] = request->lines[j];
        request->lines[j] = line;
    }
}

void request_change_case(struct request *request, bool upper) {
    for (size_t i = 1; i < request->count; i++) {
        uint8_t *byte = request->lines[i].bytes;
        for (; *byte != '\0' && *byte != ':'; byte++) {
            *byte = (uint8_t)(upper ? toupper(*byte) : tolower(*byte));
        }
    }
}

char *request_value(const struct request *request, const char *name) {
    for (size_t i = 1; i < request->count; i++) {
        if (has_name(&request->lines[i], name, strlen(name))) {
            const char *value = (const char *)request->lines[i].bytes + strlen(name) + 1;
            value += strspn(value, " \t");
            char *copy = strdup(value);
            if (copy == NULL) {
                abort();
            }
            size_t length = strlen(copy);
            while (length > 0 && (copy[length - 1] == ' ' || copy[length - 1] == '\t')) {
                copy[--length] = '\0';
            }
            return copy;
        }
    }
    return NULL;
}

uint8_t *request_bytes(const struct request *request, size_t *length) {
    size_t size = 2;
    for (size_t i = 0; i < request->count; i++) {
        size += request->lines[i].length + 2;
    }
    uint8_t *bytes = malloc(size);
    if (bytes == NULL) {
        abort();
    }
    *length = 0;
    for (size_t i = 0; i <= request->count; i++) {
        if (i < request->count) {
            memcpy(bytes + *length, request->lines[i].bytes, request->lines[i].length);
            *length += request->lines[i].length;
        }
        if (!request->bare_lf) {
            bytes[(*length)++] = '\r';
        }
        bytes[(*length)++] = '\n';
    }
    return bytes;
}

void request_accept(const char *key, size_t length, char accept[REQUEST_ACCEPT_SIZE]) {
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct sha1 sha1;
    uint8_t digest[SHA1_DIGEST_SIZE];
    sha1_init(&sha1);
    sha1_update(&sha1, key, length);
    sha1_update(&sha1, guid, strlen(guid));
    sha1_final(&sha1, digest);
    base64_encode(digest, sizeof digest, accept);
}
