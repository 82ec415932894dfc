#include "tests/fuzz/endpoint.h"

#include <stdlib.h>
#include <string.h>

static void new_key(void *context, uint8_t masking_key[4]) {
    struct endpoint *endpoint = context;
    for (size_t i = 0; i < 4; i++) {
        masking_key[i] = (uint8_t)fuzz_roll(&endpoint->dice, 256);
    }
}

void endpoint_start(struct endpoint *endpoint, struct connection_settings settings,
                    size_t received) {
    struct buffer buffer;
    settings.new_masking_key = settings.role == CONNECTION_CLIENT ? new_key : NULL;
    settings.context = endpoint;
    buffer_init(&buffer, endpoint->lent, endpoint->lent_size);
    connection_init(&endpoint->connection, &settings, &buffer, received);
}

void endpoint_free(struct endpoint *endpoint) {
    connection_free(&endpoint->connection);
    wire_free(&endpoint->written);
    free(endpoint->lent);
}

size_t endpoint_cut_off(struct endpoint *endpoint, size_t most) {
    if (endpoint->cut != CUT_RANDOMLY) {
        return endpoint->cut == CUT_NOT ? most : 1;
    }
    size_t piece = 1 + fuzz_roll(&endpoint->dice, fuzz_roll(&endpoint->dice, 4) == 0 ? 70000 : 20);
    return piece < most ? piece : most;
}

bool endpoint_rolls(struct endpoint *endpoint) {
    return endpoint->cut == CUT_RANDOMLY && fuzz_roll(&endpoint->dice, 8) == 0;
}

void endpoint_rest(struct endpoint *endpoint) {
    if (connection_keep(&endpoint->kept, &endpoint->connection) != 0) {
        fuzz_fail("there is no memory to keep a connection in");
    }
    memset(&endpoint->connection, 0xdd, sizeof endpoint->connection);
    memset(endpoint->lent, 0xdd, endpoint->lent_size);
    if (fuzz_roll(&endpoint->dice, 4) > 0) {
        connection_lend(&endpoint->connection, &endpoint->kept, endpoint->lent,
                        endpoint->lent_size);
    } else {
        connection_keep(&endpoint->connection, &endpoint->kept); /* no lent memory for a turn */
    }
}

void endpoint_write(struct endpoint *endpoint) {
    const struct iovec *parts;
    size_t count;
    while ((count = connection_output(&endpoint->connection, &parts)) > 0) {
        size_t total = 0, before = endpoint->written.len;
        fuzz_check(count <= CONNECTION_OUTPUT_PARTS_MAX, "%zu parts of output", count);
        for (size_t i = 0; i < count; i++) {
            fuzz_check(parts[i].iov_len > 0, "a part of the output is empty");
            wire_add(&endpoint->written, parts[i].iov_base, parts[i].iov_len);
            total += parts[i].iov_len;
        }
        size_t sent = endpoint_cut_off(endpoint, total);
        endpoint->written.len = before + sent; /* the rest comes again */
        connection_sent(&endpoint->connection, sent);
        if (endpoint_rolls(endpoint)) {
            endpoint_rest(endpoint);
        }
    }
}

size_t endpoint_read(struct endpoint *endpoint, const uint8_t *bytes, size_t length) {
    size_t size;
    if (endpoint_rolls(endpoint) || endpoint->cut == CUT_EVERYWHERE) {
        endpoint_rest(endpoint);
    }
    uint8_t *space = connection_space(&endpoint->connection, &size);
    if (space == NULL || size == 0) {
        fuzz_fail("there is no room to read into");
    }
    size_t count = endpoint_cut_off(endpoint, length < size ? length : size);
    memcpy(space, bytes, count);
    connection_received(&endpoint->connection, count);
    return count;
}
