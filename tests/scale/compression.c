#include "tests/scale/compression.h"

#include "bench/payload.h"
#include "step04_frames/frame.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t tail[COMPRESSION_TAIL] = {0x00, 0x00, 0xff, 0xff};

static unsigned random_bits(uint64_t *random) {
    enum { CHOICES = PERMESSAGE_NEGOTIATION_BITS_MAX - PERMESSAGE_NEGOTIATION_BITS_MIN + 1 };
    return PERMESSAGE_NEGOTIATION_BITS_MIN + (unsigned)(payload_random(random) % CHOICES);
}

void compression_init(struct compression *compression, uint64_t *random) {
    memset(compression, 0, sizeof *compression);
    compression->parameters.server_no_context_takeover = payload_random(random) % 3 == 0;
    compression->parameters.client_no_context_takeover = payload_random(random) % 3 == 0;
    compression->parameters.server_max_window_bits = random_bits(random);
    compression->parameters.client_max_window_bits = random_bits(random);
    inflate_init(&compression->inflate, compression->parameters.server_max_window_bits);
}

void compression_request(const struct compression *compression, struct wire *request) {
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX], line[PERMESSAGE_NEGOTIATION_TEXT_MAX + 64];
    permessage_negotiation_offer(&compression->parameters, offer);
    int length = snprintf(line, sizeof line, "Sec-WebSocket-Extensions: %s\r\n\r\n", offer);
    wire_add(request, raw_client_handshake, strlen(raw_client_handshake) - 2);
    wire_add(request, line, (size_t)length);
}

/* Whether the server has agreed to what it was offered. */
static bool has_agreed(const struct compression *compression, const char *response) {
    static const char name[] = "\r\nSec-WebSocket-Extensions: ";
    const struct permessage_parameters *config = &compression->parameters;
    struct permessage_parameters agreed;
    const char *found = strstr(response, name);
    if (strncmp(response, "HTTP/1.1 101 ", 13) != 0 || found == NULL) {
        return false;
    }
    struct http_text answer = {found + strlen(name), 0};
    answer.length = strcspn(answer.start, "\r");
    return permessage_negotiation_accept(answer, config, &agreed) &&
           agreed.server_no_context_takeover == config->server_no_context_takeover &&
           agreed.client_no_context_takeover == config->client_no_context_takeover &&
           agreed.server_max_window_bits == config->server_max_window_bits &&
           agreed.client_max_window_bits == config->client_max_window_bits;
}

int compression_open(const struct compression *compression, unsigned port) {
    struct wire request = {0};
    char response[1024] = "", offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    int fd = raw_client_connect(port);
    if (fd < 0) {
        return -1;
    }
    compression_request(compression, &request);
    bool good = raw_client_send(fd, request.bytes, request.len) &&
                raw_client_read_until(fd, "\r\n\r\n", response, sizeof response) &&
                has_agreed(compression, response);
    wire_free(&request);
    if (!good) {
        permessage_negotiation_offer(&compression->parameters, offer);
        CHECK_FOR(false, "the offer %s is answered with %s", offer, response);
        close(fd);
        return -1;
    }
    return fd;
}

void compression_pack(struct compression *compression, const uint8_t *payload, size_t length,
                      struct wire *packed) {
    unsigned window_bits = compression->parameters.client_max_window_bits;
    size_t capacity = length + length / 64 + 64, written = 0; /* more than stored blocks add */
    uint8_t *out = malloc(capacity);
    if (compression->memory == NULL) {
        compression->memory = malloc(deflate_memory(window_bits));
        if (compression->memory == NULL) {
            abort();
        }
        deflate_init(&compression->deflate, window_bits, compression->memory);
    }
    if (out == NULL) {
        abort();
    }
    if (compression->parameters.client_no_context_takeover) {
        deflate_forget(&compression->deflate);
    }
    bool fits = deflate_message(&compression->deflate, payload, length, out, capacity, &written);
    CHECK_FOR(fits, "%zu bytes are more than %zu when compressed", length, capacity);
    wire_add(packed, out, fits ? written - COMPRESSION_TAIL : 0);
    free(out);
}

/* Keeps of the messages before what references may reach. Returns where the next begins. */
static size_t begin_message(struct compression *compression) {
    struct inflate_output *inflated = &compression->inflated;
    size_t window = (size_t)1 << compression->parameters.server_max_window_bits;
    size_t kept = inflated->length < window ? inflated->length : window;
    if (compression->parameters.server_no_context_takeover) {
        kept = 0;
    }
    if (kept < inflated->length && kept > 0) {
        memmove(inflated->bytes, inflated->bytes + inflated->length - kept, kept);
    }
    inflated->length = kept;
    return kept;
}

static enum inflate_verdict inflate_all(struct compression *compression, const uint8_t *bytes,
                                        size_t count) {
    struct inflate_output *inflated = &compression->inflated;
    enum inflate_verdict verdict;
    while ((verdict = inflate_run(&compression->inflate, &bytes, &count, inflated)) ==
           INFLATE_NEEDS_ROOM) {
        inflated->capacity = 2 * inflated->capacity + 1024;
        inflated->bytes = realloc(inflated->bytes, inflated->capacity);
        if (inflated->bytes == NULL) {
            abort();
        }
    }
    return verdict;
}

/* Adds one whole frame as a plain one. */
static bool add_plain(struct compression *compression, const struct frame_header *header,
                      const uint8_t *payload, struct wire *plain) {
    size_t length = (size_t)header->payload_length;
    uint8_t first = (uint8_t)((header->fin ? 0x80 : 0) | header->opcode);
    if (header->rsv != FRAME_RSV1) {
        wire_add_server_frame(plain, first, payload, length);
        return true;
    }
    size_t start = begin_message(compression);
    bool good = header->fin && !frame_is_control(header->opcode) &&
                inflate_all(compression, payload, length) == INFLATE_NEEDS_INPUT &&
                inflate_all(compression, tail, sizeof tail) == INFLATE_NEEDS_INPUT &&
                inflate_is_between_blocks(&compression->inflate);
    const char *problem = compression->inflate.problem;
    CHECK_FOR(good, "a frame %02x of %zu compressed bytes: %s", COMPRESSION_MARK | first, length,
              problem != NULL ? problem : "it is no whole message");
    if (good) {
        wire_add_server_frame(plain, first, compression->inflated.bytes + start,
                              compression->inflated.length - start);
    }
    return good;
}

bool compression_take(struct compression *compression, const uint8_t *bytes, size_t count,
                      struct wire *plain) {
    static const struct frame_rules rules = {.masked = false, .allowed_rsv = FRAME_RSV1};
    struct wire *received = &compression->received;
    struct frame_header header;
    enum frame_verdict verdict = FRAME_INCOMPLETE;
    size_t at = 0;
    bool good = true;
    wire_add(received, bytes, count);
    while (good && (verdict = frame_decode_header(received->bytes + at, received->len - at, &rules,
                                                  &header)) == FRAME_OK) {
        size_t size = frame_header_size(&header);
        if (header.payload_length > received->len - at - size) {
            break;
        }
        good = add_plain(compression, &header, received->bytes + at + size, plain);
        at += size + (size_t)header.payload_length;
    }
    if (verdict != FRAME_OK && verdict != FRAME_INCOMPLETE) {
        CHECK_FOR(false, "a frame breaks a rule: %s", frame_verdict_sentence(verdict));
        return false;
    }
    if (at > 0) {
        memmove(received->bytes, received->bytes + at, received->len - at);
        received->len -= at;
    }
    return good;
}

void compression_free(struct compression *compression) {
    free(compression->memory);
    free(compression->inflated.bytes);
    wire_free(&compression->received);
    compression->memory = NULL;
    compression->inflated = (struct inflate_output){NULL, 0, 0};
}
