/* client: one open WebSocket connection, from the client's side. Step 6.
 *
 * A server's thread may simply wait for bytes: they are all that can happen. A client waits for two
 * things at once, the server and whoever tells it what to send, so here one poll looks at both, and
 * no read or write blocks. While it sends a long message it goes on reading; a client that did not
 * would stand still with an echo server, each waiting for the other to read.
 *
 *     if (client_open(&client, &url, &offer, &settings) != 0) {
 *         // client.problem says why
 *     }
 *     for (;;) {
 *         switch (client_next(&client, &wait, &message)) { ... }
 *     }
 *     client_free(&client);
 */
#ifndef STEP06_CLIENT_CLIENT_H
#define STEP06_CLIENT_CLIENT_H

#include "step05_echo/layer.h"
#include "step05_echo/limits.h"
#include "step06_client/channel.h"
#include "step06_client/frame_trace.h"
#include "step06_client/random.h"

enum {
    CLIENT_WRITE_TIMEOUT = 10000,    /* ms that the server may take nothing of what we send */
    CLIENT_WRITE_LEAST_RATE = 16384, /* bytes a second that it must take on average after that */
    CLIENT_LENT_SIZE = 4096,         /* bytes of the buffer that need no heap */
    CLIENT_PROBLEM_SIZE = 512,
    CLIENT_EXTENSION_SIZE = 160
};

/* Opened by client_open; see there. It must not be moved. */
struct client {
    struct channel channel;
    struct connection connection;
    const struct layer *layer; /* what the handshake agreed on, or NULL */
    struct random random;
    bool random_failed;
    const char *subprotocol;               /* the one the server chose, or NULL */
    char extension[CLIENT_EXTENSION_SIZE]; /* what was agreed on, to be shown, or "" */
    struct limits limits;
    int64_t write_deadline; /* until when some output must go out; 0 while there is none */
    bool tracing;
    struct frame_trace sent, received;
    uint8_t lent[CLIENT_LENT_SIZE];    /* where the buffer of `connection` begins */
    char problem[CLIENT_PROBLEM_SIZE]; /* one sentence, after an error */
};

/* What the caller waits for beside the server. */
struct client_wait {
    int input;        /* a descriptor to read from, or -1 */
    int stop;         /* another, looked at first, or -1 */
    bool more;        /* there is more to send already */
    int64_t deadline; /* when to return CLIENT_SILENCE, as clock_now() tells time; -1: never */
};

enum client_event {
    CLIENT_MESSAGE, /* these four as in enum connection_event, with the message */
    CLIENT_PING,
    CLIENT_PONG,
    CLIENT_CLOSED, /* both Closes are through; connection.close_code is the server's */
    CLIENT_LOST,   /* it ended otherwise, and `problem` says why */
    CLIENT_INPUT,  /* `input` can be read, and all that was sent is out */
    CLIENT_STOP,   /* `stop` can be read */
    CLIENT_READY,  /* `more` can be sent: all before is out */
    CLIENT_SILENCE /* the deadline is reached */
};

/* Sends what there is to send, and waits for the next event. Messages are sent with
 * layer_send, connection_ping and connection_close on `client->connection`; a payload that is
 * sent must stay as it is until CLIENT_INPUT or CLIENT_READY. After CLIENT_CLOSED and CLIENT_LOST
 * there is no other event. */
enum client_event client_next(struct client *client, const struct client_wait *wait,
                              struct connection_message *message);

/* Closes the socket and frees what the connection holds. */
void client_free(struct client *client);

#endif
