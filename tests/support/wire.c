#include "tests/support/wire.h"

#include <stdlib.h>
#include <string.h>

void wire_add(struct wire *wire, const void *bytes, size_t len) {
    if (wire->bytes == NULL || wire->len + len > wire->capacity) { /* never NULL, even if empty */
        wire->capacity = 2 * (wire->len + len) + 64;
        wire->bytes = realloc(wire->bytes, wire->capacity);
        if (wire->bytes == NULL) {
            abort();
        }
    }
    if (len > 0) {
        memcpy(wire->bytes + wire->len, bytes, len);
        wire->len += len;
    }
}

void wire_free(struct wire *wire) {
    free(wire->bytes);
    *wire = (struct wire){NULL, 0, 0};
}

void wire_add_hex(struct wire *wire, const char *hex) {
    static const char digits[] = "0123456789abcdef";
    unsigned byte = 0;
    bool half = false;
    for (; *hex != '\0'; hex++) {
        const char *digit = strchr(digits, *hex);
        if (*hex == ' ') {
            continue;
        }
        if (digit == NULL) {
            abort();
        }
        byte = byte << 4 | (unsigned)(digit - digits);
        half = !half;
        if (!half) {
            uint8_t whole = (uint8_t)byte;
            wire_add(wire, &whole, 1);
        }
    }
}

static void add_frame(struct wire *wire, uint8_t first, const uint8_t *payload, size_t len,
                      bool masked) {
    uint8_t header[10] = {first, masked ? 0x80 : 0};
    size_t header_len = 2;
    if (len <= 125) {
        header[1] = (uint8_t)(header[1] | len);
    } else if (len <= 0xffff) {
        header[1] |= 126;
        header[2] = (uint8_t)(len >> 8);
        header[3] = (uint8_t)len;
        header_len = 4;
    } else {
        header[1] |= 127;
        for (size_t i = 0; i < 8; i++) {
            header[2 + i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
        }
        header_len = 10;
    }
    wire_add(wire, header, header_len);
    if (!masked) {
        wire_add(wire, payload, len);
        return;
    }
    uint8_t key[4];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)(wire->len * 37 + i * 101 + 11);
    }
    wire_add(wire, key, sizeof key);
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = payload[i] ^ key[i % 4];
        wire_add(wire, &byte, 1);
    }
}

void wire_add_client_frame(struct wire *wire, uint8_t first, const void *payload, size_t len) {
    add_frame(wire, first, payload, len, true);
}

void wire_add_server_frame(struct wire *wire, uint8_t first, const void *payload, size_t len) {
    add_frame(wire, first, payload, len, false);
}

void wire_add_client_text(struct wire *wire, uint8_t first, const char *payload) {
    wire_add_client_frame(wire, first, payload, strlen(payload));
}

void wire_add_server_text(struct wire *wire, uint8_t first, const char *payload) {
    wire_add_server_frame(wire, first, payload, strlen(payload));
}

void wire_add_frames(struct wire *wire, bool masked, const char *frames) {
    for (const char *at = frames; *at != '\0';) {
        size_t length = strcspn(at, " ");
        struct wire word = {0}, payload = {0};
        wire_add(&word, at, length);
        wire_add(&word, "", 1);
        const char *text = (const char *)word.bytes;
        if (text[0] == 'x') {
            wire_add_hex(wire, text + 1);
        } else {
            if (text[2] == '=') {
                wire_add_hex(&payload, text + 3);
            } else {
                wire_add(&payload, text + 3, length - 3);
            }
            add_frame(wire, (uint8_t)strtoul(text, NULL, 16), payload.bytes, payload.len, masked);
        }
        wire_free(&word);
        wire_free(&payload);
        at += length + strspn(at + length, " ");
    }
}

static void add_close(struct wire *wire, unsigned code, const char *reason, bool masked) {
    uint8_t payload[125] = {(uint8_t)(code >> 8), (uint8_t)code};
    size_t len = strlen(reason);
    if (len > sizeof payload - 2) {
        abort();
    }
    memcpy(payload + 2, reason, len);
    add_frame(wire, 0x88, payload, 2 + len, masked);
}

void wire_add_client_close(struct wire *wire, unsigned code, const char *reason) {
    add_close(wire, code, reason, true);
}

void wire_add_server_close(struct wire *wire, unsigned code, const char *reason) {
    add_close(wire, code, reason, false);
}
