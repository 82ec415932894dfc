/* client: one open WebSocket connection, from the client's side. Step 6.
 *
 * A server's thread waits for bytes from one peer, and may block in a read. A client waits for two
 * things at once, for bytes from the server and for input to send; so one poll waits for both, and
 * no read or write blocks. The client also goes on reading while it sends a long message. Otherwise
 * it and an echo server would wait for each other to read, for ever.
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
    CLIENT_LENT_SIZE = 4096,         /* bytes of `lent` below */
    CLIENT_PROBLEM_SIZE = 512,
    CLIENT_EXTENSION_SIZE = 160
};

/* Filled in by client_open. It must not be moved. */
struct client {
    struct channel channel;
    struct connection connection;
    const struct layer *layer; /* of the agreed extension, or NULL */
    struct random random;
    bool random_failed;
    const char *subprotocol;               /* the one the server chose, or NULL */
    char extension[CLIENT_EXTENSION_SIZE]; /* the agreed extension, for people to read, or "" */
    struct limits limits;
    int64_t write_deadline; /* when the server must have taken some output; 0: there is none */
    bool tracing;           /* draw all frames */
    struct frame_trace sent, received;
    uint8_t lent[CLIENT_LENT_SIZE];    /* the first memory of the connection's buffer */
    char problem[CLIENT_PROBLEM_SIZE]; /* one sentence, after an error */
};

/* What client_next waits for besides the server. */
struct client_wait {
    int input;        /* a descriptor, or -1, for CLIENT_INPUT */
    int stop;         /* a descriptor, or -1, for CLIENT_STOP; it is looked at before `input` */
    bool more;        /* the caller has more to send: CLIENT_READY instead of CLIENT_INPUT */
    int64_t deadline; /* a time of clock_now() for CLIENT_SILENCE, or -1 */
};

enum client_event {
    CLIENT_MESSAGE, /* these four are as in enum connection_event, with the message */
    CLIENT_PING,
    CLIENT_PONG,
    CLIENT_CLOSED, /* after the closing handshake; connection.close_code is the server's */
    CLIENT_LOST,   /* the connection ended in another way; `problem` says why */
    CLIENT_INPUT,  /* `input` can be read, and all output has been written */
    CLIENT_STOP,   /* `stop` can be read */
    CLIENT_READY,  /* `more` is set, and all output has been written */
    CLIENT_SILENCE /* the deadline has been reached */
};

/* Writes the output, reads, and waits for the next event. To send, call layer_send, connection_ping
 * or connection_close with `client->connection`; a payload must stay as it is until CLIENT_INPUT or
 * CLIENT_READY. CLIENT_CLOSED and CLIENT_LOST are the last events: after them, call it no more. */
enum client_event client_next(struct client *client, const struct client_wait *wait,
                              struct connection_message *message);

/* Closes the socket and frees what the connection holds. */
void client_free(struct client *client);

#endif
