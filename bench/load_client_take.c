/* Parses the replies; load_client.h describes how. */
#include "bench/load_client.h"

#include <inttypes.h>
#include <string.h>

enum { OPCODE = 0x0f, CONTROL = 0x08, CLOSE = 0x08, FIN = 0x80, MASK = 0x80, RESERVED = 0x70 };

static int give_up(struct load_clients *clients, struct load_client *client, const char *what) {
    load_clients_error(clients, "after %" PRIu64 " messages: %s", client->messages, what);
    load_client_close(client);
    return -1;
}

static void compare(struct load_clients *clients, const struct load_client *client,
                    const uint8_t *bytes, const uint8_t *wanted, size_t len) {
    if (memcmp(bytes, wanted, len) != 0) {
        load_clients_error(clients, "message %" PRIu64 " came back with other bytes",
                           client->messages);
    }
}

static int take_raw(struct load_clients *clients, struct load_client *client, const uint8_t *bytes,
                    size_t len) {
    size_t frame_size = clients->prepared.frame_size;
    uint64_t received = client->messages * frame_size + client->offset;
    if (len > client->sent - received) {
        return give_up(clients, client, "more bytes came back than were sent");
    }
    for (size_t done = 0; clients->check && done < len;) {
        size_t size;
        const uint8_t *wanted = prepared_messages_next(&clients->prepared, received + done, &size);
        size = size < len - done ? size : len - done;
        compare(clients, client, bytes + done, wanted, size);
        done += size;
    }
    received += len;
    client->messages = received / frame_size;
    client->offset = received % frame_size;
    return 0;
}

/* The size of the header that begins with these two bytes. */
static size_t header_size(const uint8_t *header) {
    return header[1] == 126 ? 4 : header[1] == 127 ? 10 : 2;
}

/* Decodes and checks a complete header. */
static int begin_frame(struct load_clients *clients, struct load_client *client) {
    const uint8_t *header = client->header;
    size_t size = client->header_size;
    client->frame_left = header[1];
    if (size > 2) {
        client->frame_left = 0;
        for (size_t i = 2; i < size; i++) {
            client->frame_left = client->frame_left << 8 | header[i];
        }
    }
    client->in_frame = true;
    if ((header[0] & RESERVED) != 0 || (header[1] & MASK) != 0) {
        return give_up(clients, client, "a reply has reserved bits or a mask");
    }
    if ((header[0] & OPCODE) == CLOSE) {
        return give_up(clients, client, "the server sent a Close");
    }
    if ((header[0] & CONTROL) != 0) {
        return 0;
    }
    uint8_t opcode = client->in_message ? 0 : clients->prepared.reply_header[0] & OPCODE;
    uint64_t missing = clients->prepared.payload_size - client->offset;
    if ((header[0] & OPCODE) != opcode) {
        return give_up(clients, client, "a reply has the wrong opcode");
    }
    if (client->frame_left > missing || ((header[0] & FIN) != 0 && client->frame_left != missing)) {
        return give_up(clients, client, "a reply has the wrong length");
    }
    if (client->sent < (client->messages + 1) * clients->prepared.frame_size) {
        return give_up(clients, client, "a reply came before its message was sent");
    }
    client->in_message = true;
    return 0;
}

static void end_frame(struct load_client *client) {
    client->in_frame = false;
    client->header_size = 0;
    if ((client->header[0] & CONTROL) == 0 && (client->header[0] & FIN) != 0) {
        client->messages++;
        client->offset = 0;
        client->in_message = false;
    }
}

/* The fast path for complete replies of one frame with the shortest header, as nearly every server
 * sends them. Returns how many bytes it has parsed. */
static size_t take_whole(struct load_clients *clients, struct load_client *client,
                         const uint8_t *bytes, size_t len) {
    const struct prepared_messages *prepared = &clients->prepared;
    size_t size = prepared->reply_header_size, done = 0;
    uint64_t wanted = client->sent / prepared->frame_size;
    while (len - done >= size + prepared->payload_size && client->messages < wanted &&
           bytes[done] == prepared->reply_header[0] &&
           bytes[done + 1] == prepared->reply_header[1] &&
           (size == 2 || memcmp(bytes + done + 2, prepared->reply_header + 2, size - 2) == 0)) {
        if (clients->check) {
            compare(clients, client, bytes + done + size,
                    prepared_messages_payload(prepared, client->messages), prepared->payload_size);
        }
        client->messages++;
        done += size + prepared->payload_size;
    }
    return done;
}

/* Parses one byte of a header. Returns 1, or 0 after an error. */
static size_t take_header(struct load_clients *clients, struct load_client *client,
                          const uint8_t *bytes) {
    client->header[client->header_size++] = bytes[0];
    if (client->header_size >= 2 && client->header_size == header_size(client->header) &&
        begin_frame(clients, client) != 0) {
        return 0;
    }
    return 1;
}

static size_t take_payload(struct load_clients *clients, struct load_client *client,
                           const uint8_t *bytes, size_t len) {
    size_t size = client->frame_left < len ? (size_t)client->frame_left : len;
    if ((client->header[0] & CONTROL) == 0) {
        if (clients->check) {
            const uint8_t *wanted = prepared_messages_payload(&clients->prepared, client->messages);
            compare(clients, client, bytes, wanted + client->offset, size);
        }
        client->offset += size;
    }
    client->frame_left -= size;
    return size;
}

int load_client_take(struct load_clients *clients, struct load_client *client, const uint8_t *bytes,
                     size_t len) {
    if (clients->raw) {
        return take_raw(clients, client, bytes, len);
    }
    while (len > 0) {
        size_t size = 0;
        if (!client->in_frame && client->header_size == 0 && !client->in_message) {
            size = take_whole(clients, client, bytes, len);
        }
        if (size == 0 && !client->in_frame) {
            size = take_header(clients, client, bytes);
            if (size == 0) {
                return -1;
            }
        } else if (size == 0) {
            size = take_payload(clients, client, bytes, len);
        }
        if (client->in_frame && client->frame_left == 0) {
            end_frame(client);
        }
        bytes += size;
        len -= size;
    }
    return 0;
}
