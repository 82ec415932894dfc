#include "tests/support/memory_server.h"

#include "tests/support/test.h"

#include <string.h>

size_t memory_channel_cut;
bool memory_channel_everywhere;

static size_t limit(size_t size, size_t passed) {
    size_t most = memory_channel_everywhere     ? 1
                  : passed < memory_channel_cut ? memory_channel_cut - passed
                                                : size;
    return size < most ? size : most;
}

size_t memory_channel_read(struct memory_channel *channel, uint8_t *bytes, size_t size) {
    size_t count = limit(size < channel->length ? size : channel->length, channel->read);
    memcpy(bytes, channel->bytes, count);
    channel->length -= count;
    memmove(channel->bytes, channel->bytes + count, channel->length);
    channel->read += count;
    return count;
}

size_t memory_channel_write(struct memory_channel *channel, const void *bytes, size_t size) {
    size_t room = MEMORY_CHANNEL_SIZE - channel->length;
    size_t count = limit(size < room ? size : room, channel->written);
    memcpy(channel->bytes + channel->length, bytes, count);
    channel->length += count;
    channel->written += count;
    return count;
}

bool memory_channel_receive(struct connection *connection, struct memory_channel *from) {
    size_t size;
    uint8_t *space = connection_space(connection, &size);
    size_t count = memory_channel_read(from, space, size);
    connection_received(connection, count);
    return count > 0;
}

bool memory_channel_flush(struct connection *connection, struct memory_channel *to) {
    const struct iovec *parts;
    while (connection_output(connection, &parts) > 0) {
        size_t length = parts[0].iov_len,
               count = memory_channel_write(to, parts[0].iov_base, length);
        connection_sent(connection, count);
        if (count < length) {
            return false;
        }
    }
    return true;
}

enum {
    MEMORY_SIZE = 512 * 1024, /* for all connections */
    GONE = 0xdd               /* overwrites what may not be used any more */
};

/* There are two of each, in turns, so that code that looks for what it left behind does not find it
 * by chance. */
static uint8_t memories[2][MEMORY_SIZE];
static struct connection connections[2];
static uint8_t *memory = memories[0];
static struct connection *shared = &connections[0];
size_t memory_server_rests, memory_server_turns;

/* Takes the request as it comes. When it is whole, `shared` begins, with the 101 as its output. */
static bool begins(struct memory_peer *peer) {
    static const struct site site = {"drivers", "", 0};
    struct http_request *request = &peer->request;
    struct buffer buffer;
    uint8_t *to = (uint8_t *)peer->bytes + peer->length;
    peer->length += memory_channel_read(&peer->in, to, sizeof peer->bytes - peer->length);
    if (http_request_parse(request, peer->bytes, peer->length) != HTTP_COMPLETE) {
        return false;
    }
    struct handshake_policy policy = {.chooser = permessage_deflate_chooser(&peer->deflate)};
    opening_decide(&peer->opening, &site, &policy, request, 0);
    CHECK(peer->opening.is_open);
    const struct layer *layer = permessage_deflate_layer(&peer->deflate);
    peer->settings.max_message = MEMORY_SERVER_LARGEST;
    peer->settings.allowed_rsv = layer != NULL ? layer->rsv : 0;
    size_t rest = peer->length - request->head.size;
    buffer_init(&buffer, memory, (size_t)MEMORY_SIZE);
    memcpy(memory, peer->bytes + request->head.size, rest);
    connection_init(shared, &peer->settings, &buffer, rest);
    const uint8_t *head = (const uint8_t *)peer->opening.reply.head;
    CHECK_EQUAL(connection_send_encoded(shared, head, peer->opening.reply.head_size), 0);
    peer->is_open = true;
    return true;
}

/* Serves `shared` until it would have to wait, and returns the last event. */
static enum connection_event serve(struct memory_peer *peer) {
    const struct layer *layer = permessage_deflate_layer(&peer->deflate);
    for (;;) {
        struct connection_message message;
        enum connection_event event = layer_next(layer, shared, &message);
        if (event == CONNECTION_MESSAGE) {
            int sent = layer_send(layer, shared, message.opcode, message.payload, message.length);
            CHECK_EQUAL(sent, 0);
        } else if (event != CONNECTION_PING && event != CONNECTION_PONG) {
            bool is_all =
                event != CONNECTION_NEEDS_TURN && memory_channel_flush(shared, &peer->out);
            bool goes_on = event == CONNECTION_NEEDS_OUTPUT || event == CONNECTION_NEEDS_INPUT;
            if (!is_all || !goes_on ||
                (event == CONNECTION_NEEDS_INPUT && !memory_channel_receive(shared, &peer->in))) {
                return event;
            }
        }
    }
}

void memory_peer_begin(struct memory_peer *peer) {
    static const struct permessage_parameters config = {false, false, 15, 15};
    memset(peer, 0, sizeof *peer);
    http_request_init(&peer->request);
    permessage_deflate_init(&peer->deflate, &config, true);
}

void memory_peer_turn(struct memory_peer *peer) {
    struct buffer buffer;
    if (peer->has_ended) {
        return;
    }
    if (peer->is_kept) {
        connection_lend(shared, &peer->kept, memory, (size_t)MEMORY_SIZE);
    } else if (peer->is_open) {
        buffer_init(&buffer, memory, (size_t)MEMORY_SIZE);
        connection_init(shared, &peer->settings, &buffer, 0);
    } else if (!begins(peer)) {
        return;
    }
    enum connection_event event = serve(peer);
    CHECK_FOR(event != CONNECTION_FAILED, "the server: %s", shared->failure);
    bool is_over = event == CONNECTION_CLOSED || event == CONNECTION_FAILED;
    bool at_rest = event == CONNECTION_NEEDS_INPUT && connection_is_at_rest(shared);
    peer->has_ended = is_over && shared->output.count == 0;
    peer->is_kept = !at_rest && !peer->has_ended;
    memory_server_rests += at_rest;
    memory_server_turns += event == CONNECTION_NEEDS_TURN;
    size_t used = shared->input.end < (size_t)MEMORY_SIZE ? shared->input.end : (size_t)MEMORY_SIZE;
    if (peer->is_kept) {
        CHECK_EQUAL(connection_keep(&peer->kept, shared), 0);
    } else {
        connection_free(shared);
    }
    memset(shared, GONE, sizeof *shared);
    memset(memory, GONE, used);
    memory = memory == memories[0] ? memories[1] : memories[0];
    shared = shared == &connections[0] ? &connections[1] : &connections[0];
}
