/* Three drivers that are nowhere else, made of the headers alone: the server of memory_server, a
 * relay between a client and a server, and a client; all on channels in memory. What goes in must
 * come back, wherever the bytes are cut. */
#include "step06_client/client_handshake.h"
#include "tests/support/memory_server.h"
#include "tests/support/test.h"

#include <string.h>

enum {
    LARGE = MEMORY_SERVER_LARGEST,
    MESSAGES = 7, /* that a client sends, or only the first, which are small */
    SMALL_MESSAGES = 4
};

static size_t messages;

static void new_masking_key(void *context, uint8_t masking_key[4]) {
    uint32_t *number = context;
    *number = *number * 1664525u + 1013904223u;
    memcpy(masking_key, number, 4);
}

/* The client sends what is on its list, one after the other as each comes back, and closes. */
struct client {
    struct memory_channel *in, *out;
    struct permessage_deflate deflate;
    struct client_extension extension;
    struct client_offer offer;
    char key[CLIENT_HANDSHAKE_KEY_SIZE], bytes[1024];
    size_t length;
    struct client_response answer;
    bool is_open, has_ended;
    uint32_t number;
    size_t sent, received, pongs;
    struct connection connection;
    uint8_t lent[CONNECTION_BUFFER_MIN], payload[LARGE];
};

static uint8_t text[LARGE], noise[LARGE];

/* The last cannot be made smaller. */
static const struct {
    const uint8_t *bytes;
    size_t length;
} list[MESSAGES] = {{text, 5},     {text, 0},     {text, 125},   {text, 1000},
                    {text, 70000}, {text, LARGE}, {noise, LARGE}};

static void client_begin(struct client *client, struct memory_channel *in,
                         struct memory_channel *out, bool compresses) {
    static const struct permessage_parameters config = {false, false, 15, 15};
    static const uint8_t random[CLIENT_HANDSHAKE_KEY_BYTES] = {1, 2, 3};
    static char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX], request[CLIENT_HANDSHAKE_REQUEST_MAX];
    struct url url;
    memset(client, 0, sizeof *client);
    client->in = in;
    client->out = out;
    client_response_init(&client->answer);
    permessage_deflate_init(&client->deflate, &config, false);
    permessage_negotiation_offer(&config, offer);
    client->extension = (struct client_extension){offer, permessage_deflate_accept,
                                                  &client->deflate, &client->deflate.layer};
    client->offer.extension = compresses ? &client->extension : NULL;
    CHECK_EQUAL(url_parse("ws://localhost/", &url), URL_OK);
    client_handshake_key(random, client->key);
    size_t length = client_handshake_request(&url, &client->offer, client->key, request);
    memcpy(out->bytes, request, length);
    out->length = length;
}

static bool client_opens(struct client *client) {
    struct http_text extension;
    const char *subprotocol;
    struct buffer buffer;
    uint8_t *to = (uint8_t *)client->bytes + client->length;
    /* In pieces that leave what comes after the head for the connection. */
    client->length += memory_channel_read(client->in, to, 1);
    if (client_response_parse(&client->answer, client->bytes, client->length) !=
        CLIENT_RESPONSE_COMPLETE) {
        return client->in->length > 0;
    }
    CHECK_EQUAL(client_handshake_check(&client->answer, &client->offer, client->key, &subprotocol,
                                       &extension),
                CLIENT_HANDSHAKE_OPEN);
    const struct layer *layer = permessage_deflate_layer(&client->deflate);
    CHECK_EQUAL(layer != NULL, client->offer.extension != NULL);
    struct connection_settings settings = {.role = CONNECTION_CLIENT,
                                           .max_message = LARGE,
                                           .new_masking_key = new_masking_key,
                                           .context = &client->number,
                                           .allowed_rsv = layer != NULL ? layer->rsv : 0};
    buffer_init(&buffer, client->lent, sizeof client->lent);
    connection_init(&client->connection, &settings, &buffer, 0);
    client->is_open = true;
    return false;
}

/* Sends the next message, with a ping before it, if all before has come back. */
static void client_sends(struct client *client) {
    if (client->sent > client->received || client->connection.close_sent) {
        return;
    }
    if (client->sent == messages) {
        CHECK_EQUAL(connection_close(&client->connection, 4000, "done"), 0);
        return;
    }
    size_t length = list[client->sent].length;
    memcpy(client->payload, list[client->sent++].bytes, length);
    connection_ping(&client->connection, (const uint8_t *)"p", 1);
    CHECK_EQUAL(layer_send(permessage_deflate_layer(&client->deflate), &client->connection,
                           FRAME_BINARY, client->payload, length),
                0);
}

static void client_turn(struct client *client) {
    struct connection_message message;
    if (client->has_ended) {
        return;
    }
    while (!client->is_open && client_opens(client)) {
    }
    while (client->is_open) {
        switch (
            layer_next(permessage_deflate_layer(&client->deflate), &client->connection, &message)) {
        case CONNECTION_MESSAGE:
            CHECK_BYTES(message.payload, message.length, list[client->received].bytes,
                        list[client->received].length);
            client->received++;
            break;
        case CONNECTION_PONG:
            client->pongs++;
            break;
        case CONNECTION_NEEDS_OUTPUT:
            if (!memory_channel_flush(&client->connection, client->out)) {
                return;
            }
            break;
        case CONNECTION_NEEDS_INPUT:
            if (!memory_channel_flush(&client->connection, client->out)) {
                return;
            }
            client_sends(client);
            memory_channel_flush(&client->connection, client->out);
            if (client->connection.output.count > 0 ||
                !memory_channel_receive(&client->connection, client->in)) {
                return;
            }
            break;
        case CONNECTION_CLOSED:
            CHECK_EQUAL(client->connection.close_code, 4000);
            client->has_ended = true;
            return;
        case CONNECTION_FAILED:
            CHECK_FOR(false, "the client: %s", client->connection.failure);
            client->has_ended = true;
            return;
        default:
            break;
        }
    }
}

/* The relay. It passes the heads of the handshake on as they are, and after them messages in the
 * pieces that they come in; pings, pongs and the Close are passed on as well. */
struct relay_end {
    struct memory_channel *in, *out;
    struct connection connection;
    uint8_t lent[CONNECTION_BUFFER_MIN];
    char last[4]; /* bytes of the head that is passed on */
    bool is_open, has_ended;
};

struct relay {
    struct relay_end client, server;
    uint32_t number;
};

static void relay_begin(struct relay *relay, enum connection_role role, struct memory_channel *in,
                        struct memory_channel *out) {
    struct relay_end *end = role == CONNECTION_SERVER ? &relay->client : &relay->server;
    struct connection_settings settings = {.role = role,
                                           .max_message = LARGE,
                                           .new_masking_key = new_masking_key,
                                           .context = &relay->number,
                                           .allowed_rsv = FRAME_RSV1,
                                           .in_pieces = true,
                                           .leave_pings = true};
    struct buffer buffer;
    *end = (struct relay_end){.in = in, .out = out};
    buffer_init(&buffer, end->lent, sizeof end->lent);
    connection_init(&end->connection, &settings, &buffer, 0);
}

static void relay_pass(struct relay_end *from, struct relay_end *to) {
    struct connection_message message;
    uint8_t byte;
    while (!from->is_open && to->out->length < MEMORY_CHANNEL_SIZE &&
           memory_channel_read(from->in, &byte, 1) > 0) {
        to->out->bytes[to->out->length++] = byte;
        memmove(from->last, from->last + 1, 3);
        from->last[3] = (char)byte;
        from->is_open = memcmp(from->last, "\r\n\r\n", 4) == 0;
    }
    /* What was lent to the one output must have left it before more is asked of the other input. */
    while (from->is_open && !from->has_ended && memory_channel_flush(&to->connection, to->out)) {
        int sent = 0;
        switch (connection_next(&from->connection, &message)) {
        case CONNECTION_PIECE:
            sent = connection_send_piece(&to->connection, &message);
            break;
        case CONNECTION_PING:
            sent = connection_ping(&to->connection, message.payload, message.length);
            break;
        case CONNECTION_PONG:
            sent = connection_pong(&to->connection, message.payload, message.length);
            break;
        case CONNECTION_CLOSED:
            connection_close(&to->connection, from->connection.close_code, "");
            memory_channel_flush(&to->connection, to->out);
            from->has_ended = true;
            break;
        case CONNECTION_NEEDS_INPUT:
        case CONNECTION_NEEDS_OUTPUT:
            if (!memory_channel_flush(&from->connection, from->out) ||
                !memory_channel_receive(&from->connection, from->in)) {
                return;
            }
            break;
        default:
            CHECK_FOR(false, "the relay: %s", from->connection.failure);
            return;
        }
        CHECK_EQUAL(sent, 0);
    }
}

enum { CLIENTS = 3 };

/* Three clients of one server, all at once: the first speaks through the relay, the last without
 * compression. */
static void play(void) {
    static struct client clients[CLIENTS];
    static struct memory_peer peers[CLIENTS];
    static struct memory_channel near[2]; /* between the first client and the relay */
    static struct relay relay;
    memset(near, 0, sizeof near);
    for (size_t i = 0; i < CLIENTS; i++) {
        memory_peer_begin(&peers[i]);
        client_begin(&clients[i], i == 0 ? &near[0] : &peers[i].out,
                     i == 0 ? &near[1] : &peers[i].in, i < CLIENTS - 1);
    }
    relay_begin(&relay, CONNECTION_SERVER, &near[1], &near[0]);
    relay_begin(&relay, CONNECTION_CLIENT, &peers[0].out, &peers[0].in);
    bool all_ended = false;
    for (size_t turn = 0; !all_ended && turn < 10000000; turn++) {
        all_ended = true;
        for (size_t i = 0; i < CLIENTS; i++) {
            client_turn(&clients[i]);
            memory_peer_turn(&peers[i]);
            all_ended = all_ended && clients[i].has_ended && peers[i].has_ended;
        }
        relay_pass(&relay.client, &relay.server);
        relay_pass(&relay.server, &relay.client);
    }
    CHECK_FOR(all_ended, "cut at %zu, everywhere %d: it does not end", memory_channel_cut,
              memory_channel_everywhere);
    for (size_t i = 0; i < CLIENTS; i++) {
        CHECK_EQUAL(clients[i].received, messages);
        CHECK_EQUAL(clients[i].pongs, messages);
        connection_free(&clients[i].connection);
        permessage_deflate_free(&clients[i].deflate);
        permessage_deflate_free(&peers[i].deflate);
    }
    connection_free(&relay.client.connection);
    connection_free(&relay.server.connection);
}

TEST("drivers: all comes back") {
    memory_channel_cut = 0;
    memory_channel_everywhere = false;
    messages = MESSAGES;
    play();
    CHECK(memory_server_rests > 0 && memory_server_turns > 0);
}

TEST("drivers: a byte at a time") {
    memory_channel_everywhere = true;
    messages = SMALL_MESSAGES;
    play();
}

TEST("drivers: cut at every byte") {
    memory_channel_everywhere = false;
    messages = SMALL_MESSAGES;
    for (memory_channel_cut = 1; memory_channel_cut < 1800; memory_channel_cut++) {
        play();
    }
}

int main(void) {
    test_random_bytes(noise, sizeof noise, 256);
    test_random_bytes(text, sizeof text, 4);
    test_run_all();
    return test_report();
}
