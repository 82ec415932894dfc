/* load_client: one connection of the load generator. It sends the prepared messages and takes the
 * replies apart, each byte once, as it lies in the reader's buffer.
 *
 * Replies of a WebSocket server are followed frame by frame: their opcodes and lengths must be
 * right, fragments are joined, control frames are skipped. A raw TCP echo has no frames: there a
 * message has come back when as many bytes have come as it was sent with. With `check` every byte
 * is compared.
 */
#ifndef BENCH_LOAD_CLIENT_H
#define BENCH_LOAD_CLIENT_H

#include "bench/prepared_messages.h"

#include <netinet/in.h>

/* What all connections of a run share. */
struct load_clients {
    struct prepared_messages prepared;
    struct sockaddr_in address;
    const char *congestion; /* the algorithm to set; NULL: the system's */
    int64_t timeout;        /* ms to wait for anything before the run is given up */
    bool raw, check;
    uint64_t errors;
    char trouble[160]; /* what the first error was */
};

struct load_client {
    int fd;            /* -1 when it is gone */
    uint64_t sent;     /* bytes of messages, since the connection opened */
    uint64_t allowed;  /* bytes of messages that may be sent so far */
    uint64_t messages; /* that have come back whole */
    int64_t sent_at;   /* when the last message was sent; kept by the caller */
    bool wants_write;  /* epoll waits for room to write; kept by the caller */

    uint8_t header[PREPARED_MESSAGES_HEADER_MAX]; /* of the frame that is arriving */
    size_t header_size;
    uint64_t frame_left; /* bytes of its payload that are missing */
    uint64_t offset;     /* bytes of the message so far */
    bool in_frame, in_message;
};

/* Notes an error; the first one is kept in words. */
__attribute__((format(printf, 2, 3))) void load_clients_error(struct load_clients *clients,
                                                              const char *format, ...);

/* Connects to the server, blocking; `from` picks one of 250 loopback addresses, so that ports do
 * not run out. Returns 0, or -1 after noting an error. */
int load_client_connect(struct load_clients *clients, struct load_client *client, unsigned from);

/* load_client_connect, and the opening handshake unless the server is a raw echo. */
int load_client_upgrade(struct load_clients *clients, struct load_client *client, unsigned from);

/* What the errno of a read or write means that did not end well. */
const char *load_client_problem(int problem);

/* Closes the socket without a word. */
void load_client_close(struct load_client *client);

/* Sends as much of what is allowed as the kernel takes without blocking. Returns 1 when all is
 * out, 0 when there is more to send, -1 after noting an error; the client is closed then. */
int load_client_send(struct load_clients *clients, struct load_client *client);

/* Takes in `len` bytes that have arrived, and adds to client->messages. Returns 0, or -1 after
 * noting an error that makes it pointless to go on; the client is closed then. */
int load_client_take(struct load_clients *clients, struct load_client *client, const uint8_t *bytes,
                     size_t len);

/* The request of the opening handshake, and whether the response to it is right: `head` ends with
 * an empty line. */
extern const char load_client_request[];
bool load_client_response_is_good(const char *head);

#endif
