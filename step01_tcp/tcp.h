/* tcp: reads from and writes to TCP connections. Step 1.
 *
 * TCP carries a stream of bytes. It keeps their order and loses none, but it knows no messages: the
 * bytes of one write may arrive in several pieces, and the bytes of several writes in one piece.
 * Every later step exists to find messages in the stream.
 *
 * Reads, writes and tcp_finish block, and each of them has a bound: a read has its time-out, and a
 * write must make progress. A server makes its system calls on sockets here and in listeners,
 * threads and server. The client of step 6 makes others in tcp_connect, channel and client.
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
    /* For the steps that set no limits of their own on an open connection, in ms. The first bound
     * is for a client that vanishes, the second for one that sends a byte now and then; ten minutes
     * are enough to try things by hand. */
    TCP_IDLE_TIMEOUT = 60000,
    TCP_TOTAL_TIMEOUT = 600000,
    TCP_WRITE_TIMEOUT = 10000,    /* ms in which a peer must take some bytes of a write */
    TCP_WRITE_LEAST_RATE = 16384, /* bytes a second that a longer write must average */
    TCP_FINISH_TIMEOUT = 2000,    /* ms to wait for the peer's end of the stream */
    TCP_FINISH_STOPPING = 200,    /* the same while the server stops */
    TCP_PARTS_MAX = 16,           /* pieces of memory in one write */
    TCP_NAME_SIZE = 64            /* "[2001:db8::1]:65535" and its NUL */
};

struct tcp_connection {
    int fd;
    uint64_t number;         /* 7 for the seventh connection, "#7" in the log */
    const atomic_bool *stop; /* true once the server is asked to stop; NULL: never */
    atomic_bool stop_seen;   /* a read has reported it */
    int64_t read_timeout;    /* the time-out set on the socket, ms; 0: none */
    int64_t write_timeout;   /* TCP_WRITE_TIMEOUT; this and the next two are shorter in tests */
    int64_t idle_timeout;    /* TCP_IDLE_TIMEOUT */
    int64_t deadline;        /* TCP_TOTAL_TIMEOUT after tcp_init, by clock_now() */
};

/* Accepts the next connection that waits at a listening socket. Returns 0 and fills in
 * `connection`, which the caller closes with tcp_close, and `peer`, the address it comes from; or
 * -1 with errno, which is EAGAIN if no connection waits. */
int tcp_accept(int listener, struct tcp_connection *connection, struct sockaddr_storage *peer);

/* Fills in a connection for a socket that is connected already, such as one half of a socket pair
 * or a client's socket. The caller still owns `fd` if it never calls tcp_close. */
void tcp_init(struct tcp_connection *connection, int fd);

/* Waits up to `timeout` ms (more than 0) for bytes, and reads what is there, at most `capacity`.
 * Returns the number of bytes, 0 at the end of the peer's stream, or -1 with errno: ETIMEDOUT if
 * nothing came, ECANCELED if the server is asked to stop (reported once; later reads work as
 * before), ECONNRESET and others of read(2) if the connection is lost. A signal does not end the
 * wait. */
ssize_t tcp_read(struct tcp_connection *connection, void *buffer, size_t capacity, int64_t timeout);

/* Reads as tcp_read does, for a program without limits of its own: waits for TCP_IDLE_TIMEOUT at
 * most, and not beyond TCP_TOTAL_TIMEOUT after tcp_init. After that it returns -1 with EDQUOT, even
 * if bytes have come. */
ssize_t tcp_read_limited(struct tcp_connection *connection, void *buffer, size_t capacity);

/* Writes all bytes of `count` parts, at most TCP_PARTS_MAX, with as many system calls as it takes.
 * Returns 0, or -1 with errno: ETIMEDOUT if the peer was slower than TCP_WRITE_TIMEOUT and
 * TCP_WRITE_LEAST_RATE allow, EPIPE or ECONNRESET if it is gone. After -1 it is unknown how much
 * arrived, so the caller can only close the connection. */
int tcp_write(struct tcp_connection *connection, const struct iovec *parts, size_t count);

/* Ends our side of the stream (FIN), then reads and throws away what the peer still sends, until it
 * ends its side too or `timeout` ms have passed; 0 throws away only what has arrived already. When
 * the server is asked to stop, TCP_FINISH_STOPPING is the longest wait.
 *
 * Why: a socket that is closed while unread bytes wait in it sends a reset, and a reset makes the
 * peer's kernel forget what we sent last, such as the reason of an error. */
void tcp_finish(struct tcp_connection *connection, int64_t timeout);

/* Sends as many bytes of the parts, at most TCP_PARTS_MAX, as the kernel takes with one call.
 * `flags` and the return value are those of send(2). If the peer is gone it fails with EPIPE; it
 * never raises SIGPIPE, which would end the process. */
ssize_t tcp_send_parts(int fd, const struct iovec *parts, size_t count, int flags);

/* Returns whether an errno of a socket means only that the call has to be tried again. */
bool tcp_is_temporary(int problem);

/* Returns what an errno of tcp_read or tcp_write means, for a line in the log. */
const char *tcp_problem(int problem);

/* Closes the socket. The struct must not be used any more. */
void tcp_close(struct tcp_connection *connection);

/* Writes "127.0.0.1:54321" or "[::1]:54321" for an address to `name`. Returns `name`. */
char *tcp_name(const struct sockaddr_storage *address, char name[TCP_NAME_SIZE]);

#endif
