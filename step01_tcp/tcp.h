/* tcp: connections that bytes go in and out of. Introduced by step 1.
 *
 * TCP carries a stream of bytes. It keeps their order and loses none, but it knows no messages:
 * what one side wrote with one call arrives in as many pieces as the network makes of it, and
 * pieces of several calls may arrive as one. Every later step exists to find messages in it.
 *
 * All calls block, and every one of them has a bound: a read has its time-out, a write must make
 * progress. In a server only this module, listeners, threads and server make system calls on
 * sockets.
 */
#ifndef STEP01_TCP_TCP_H
#define STEP01_TCP_TCP_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

enum {
    /* For the steps that have no limits of their own for an open connection, in ms: a client
     * that is gone without a word is not waited for, and ten minutes are enough to try things by
     * hand, while one that sends a byte now and then does not keep its thread for ever. */
    TCP_IDLE_TIMEOUT = 60000,
    TCP_TOTAL_TIMEOUT = 600000,
    TCP_WRITE_TIMEOUT = 10000,    /* ms that a peer may take nothing of a write */
    TCP_WRITE_LEAST_RATE = 16384, /* bytes a second that it must take on average after that */
    TCP_FINISH_TIMEOUT = 2000,    /* ms to wait for the peer's end after an error */
    TCP_FINISH_STOPPING = 200,    /* the same while the server stops */
    TCP_PARTS_MAX = 16,           /* pieces that one write can gather */
    TCP_NAME_SIZE = 64            /* "[2001:db8::1]:65535" and its NUL */
};

struct tcp_connection {
    int fd;
    uint64_t number;         /* this is the seventh connection: "#7" in the log */
    const atomic_bool *stop; /* true once the server is asked to stop; NULL: never */
    atomic_bool stop_seen;   /* a read has reported it */
    int64_t read_timeout;    /* what the socket is set to, ms; 0: not set */
    int64_t write_timeout;   /* TCP_WRITE_TIMEOUT; this and the next two are shorter in tests */
    int64_t idle_timeout;    /* TCP_IDLE_TIMEOUT */
    int64_t deadline;        /* TCP_TOTAL_TIMEOUT after the start, as clock_now() has it */
};

/* Accepts the next connection that waits at a listening socket. Returns 0 and fills in
 * `connection`, which the caller ends with tcp_close, and the address it comes from, or -1 with
 * errno, EAGAIN when nobody waits. */
int tcp_accept(int listener, struct tcp_connection *connection, struct sockaddr_storage *peer);

/* Prepares a connection on a descriptor that is connected already, as one half of a socket pair or
 * a client's socket. The caller still owns `fd` if it never calls tcp_close. */
void tcp_init(struct tcp_connection *connection, int fd);

/* Waits up to `timeout` ms (more than 0) for bytes, and reads what is there, at most `capacity`.
 * Returns the number of bytes, 0 at the end of the peer's stream, or -1 with errno: ETIMEDOUT after
 * silence, ECANCELED when the server is asked to stop (told once; later reads go on as before),
 * ECONNRESET and others of read(2) when the connection is gone. A signal does not end the wait. */
ssize_t tcp_read(struct tcp_connection *connection, void *buffer, size_t capacity, int64_t timeout);

/* The same within the limits for a program that has none: waits for TCP_IDLE_TIMEOUT at most,
 * and no longer than until TCP_TOTAL_TIMEOUT after tcp_init; then it returns -1 with EDQUOT,
 * whatever has come. */
ssize_t tcp_read_limited(struct tcp_connection *connection, void *buffer, size_t capacity);

/* Writes all bytes of `count` parts, at most TCP_PARTS_MAX, however often the kernel takes less
 * than it was given. Returns 0, or -1 with errno: ETIMEDOUT when the peer did not take them in the
 * time that TCP_WRITE_TIMEOUT and TCP_WRITE_LEAST_RATE allow, EPIPE or ECONNRESET when it is gone.
 * After -1 nobody knows how much of it arrived, so the only thing left to do is to close. */
int tcp_write(struct tcp_connection *connection, const struct iovec *parts, size_t count);

/* Says that no more bytes will come (FIN), then reads and throws away what the peer still sends,
 * until it ends its side too or `timeout` ms are over; 0 throws away only what is there already.
 *
 * Why: a socket that is closed while unread bytes wait in it answers with a reset, and a reset
 * makes the peer's kernel forget what we sent last, such as the reason of an error. */
void tcp_finish(struct tcp_connection *connection, int64_t timeout);

/* Gives the kernel as many bytes of these parts as it takes with one call. Returns their number or
 * -1, as send(2) does. A peer that is gone is an error here, never the signal SIGPIPE, which would
 * end the process. */
ssize_t tcp_send_parts(int fd, const struct iovec *parts, size_t count, int flags);

/* Whether an errno says no more of a socket than that it is to be tried again. */
bool tcp_is_temporary(int problem);

/* What an errno of tcp_read or tcp_write means, for a log line. */
const char *tcp_problem(int problem);

/* Closes the socket. The struct must not be used any more. */
void tcp_close(struct tcp_connection *connection);

/* Writes "127.0.0.1:54321" or "[::1]:54321" for an address to `name`. Returns `name`. */
char *tcp_name(const struct sockaddr_storage *address, char name[TCP_NAME_SIZE]);

#endif
