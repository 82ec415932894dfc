#include "wscheck/request.h"

#include "common/base64.h"
#include "common/sha1.h"
#include "wscheck/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct request_line copy_line(const uint8_t *bytes, size_t length) {
    struct request_line line = {memory_take(length + 1), length};
    memcpy(line.bytes, bytes, length);
    return line;
}

void request_add(struct request *request, const uint8_t *line, size_t length) {
    if (request->count < REQUEST_LINES_MAX) {
        request->lines[request->count++] = copy_line(line, length);
    }
}

static void add_text(struct request *request, const char *name, const char *value) {
    char *line = memory_text("%s%s", name, value);
    request_add(request, (const uint8_t *)line, strlen(line));
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

void request_set_line(struct request *request, const uint8_t *line, size_t length) {
    free(request->lines[0].bytes);
    request->lines[0] = copy_line(line, length);
}

void request_free(struct request *request) {
    for (size_t i = 0; i < request->count; i++) {
        free(request->lines[i].bytes);
    }
    request->count = 0;
}

void request_set_word(struct request *request, int word, const char *value) {
    const char *line = (const char *)request->lines[0].bytes;
    const char *first = strchr(line, ' '), *last = strrchr(line, ' ');
    char *words[] = {memory_text("%.*s", (int)(first - line), line),
                     memory_text("%.*s", (int)(last - first - 1), first + 1),
                     memory_text("%s", last + 1)};
    char *changed = memory_text("%s %s %s", word == 0 ? value : words[0],
                                word == 1 ? value : words[1], word == 2 ? value : words[2]);
    request_set_line(request, (const uint8_t *)changed, strlen(changed));
    free(changed);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        free(words[i]);
    }
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

uint8_t *request_bytes(const struct request *request, size_t *length) {
    const char *end = request->bare_lf ? "\n" : "\r\n";
    char *bytes;
    FILE *out = memory_stream(&bytes, length);
    for (size_t i = 0; i < request->count; i++) {
        fwrite(request->lines[i].bytes, 1, request->lines[i].length, out);
        fputs(end, out);
    }
    fputs(end, out);
    fclose(out);
    return (uint8_t *)bytes;
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
