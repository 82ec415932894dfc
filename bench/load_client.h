/* load_client: one connection of the load generator. It sends the prepared messages, and parses the
 * replies where they lie in the reader's buffer.
 *
 * It parses the frames of a WebSocket server: their opcodes and lengths must be right, it joins
 * fragments, and it skips control frames. A raw TCP echo has no frames: a message has come back
 * when as many bytes have arrived as were sent for it. With `check` it compares every byte.
 */
#ifndef BENCH_LOAD_CLIENT_H
#define BENCH_LOAD_CLIENT_H

#include "bench/prepared_messages.h"

#include <netinet/in.h>

/* What all connections of a run share. */
struct load_clients {
    struct prepared_messages prepared;
    struct sockaddr_in address;
    int64_t timeout; /* ms without any reply after which the run gives up */
    bool raw, check;
    uint64_t errors;
    char first_error[160];
};

struct load_client {
    int fd;            /* -1 if it is closed */
    uint64_t sent;     /* bytes of messages, since the connection opened */
    uint64_t allowed;  /* bytes of messages that may be sent so far */
    uint64_t messages; /* that have come back completely */
    int64_t sent_at;   /* when the last message was sent; kept by the caller */
    bool wants_write;  /* epoll waits for room to write; kept by the caller */

    uint8_t header[PREPARED_MESSAGES_HEADER_MAX]; /* of the frame that is arriving */
    size_t header_size;
    uint64_t frame_left; /* bytes of its payload that have not arrived */
    uint64_t offset;     /* bytes of the message that have */
    bool in_frame, in_message;
};

/* Counts an error, and keeps the text of the first one. */
__attribute__((format(printf, 2, 3))) void load_clients_error(struct load_clients *clients,
                                                              const char *format, ...);

/* Connects to the server, and blocks while it does. `from` chooses one of 250 loopback addresses,
 * so that there are enough ports. Returns 0, or -1 after counting an error. */
int load_client_connect(struct load_clients *clients, struct load_client *client, unsigned from);

/* load_client_connect, followed by the opening handshake unless the server is a raw echo. */
int load_client_upgrade(struct load_clients *clients, struct load_client *client, unsigned from);

/* Describes the errno of a failed read. */
const char *load_client_problem(int problem);

/* Closes the socket without a closing handshake. */
void load_client_close(struct load_client *client);

/* Sends as much of what is allowed as the kernel takes without blocking. Returns 1 if everything
 * has been sent, 0 if some is left, or -1 after counting an error and closing the client. */
int load_client_send(struct load_clients *clients, struct load_client *client);

/* Reads once into `buffer`, with the flags of recv, and gives load_client_take what has arrived.
 * Returns 0, also if a read with MSG_DONTWAIT finds nothing, or -1 as load_client_take does. */
int load_client_receive(struct load_clients *clients, struct load_client *client, uint8_t *buffer,
                        size_t size, int flags);

/* Parses `len` bytes that have arrived, and counts complete replies in client->messages. Returns 0,
 * or -1 after counting an error and closing the client. It counts bytes that differ as errors but
 * goes on. */
int load_client_take(struct load_clients *clients, struct load_client *client, const uint8_t *bytes,
                     size_t len);

/* The request of the opening handshake, and whether its response is right. `head` is a C string
 * that contains the whole head. */
extern const char load_client_request[];
bool load_client_response_is_good(const char *head);

#endif
