/* Step 1: a TCP listener with a thread for each connection, which shows each chunk of bytes that a
 * read returns. The bounds of a chunk mean nothing: TCP carries bytes, not messages. */
#include "common/log.h"
#include "step01_tcp/server.h"

#include <errno.h>

enum { CHUNK_SIZE = 4096 };

static const char hints[] =
    "try:  (printf one; sleep 1; printf two; printf three) | nc {address} {port}\n"
    "      curl http://{host}:{port}/     (nobody answers: end nc and curl with ^C)\n"
    "or open http://{host}:{port}/ in a browser: it waits, and here is what it sends\n";

/* Serves one connection in a thread of its own, so it may simply wait. A read returns as soon as
 * there are bytes, from one to the size of the chunk, however many the peer wrote with one call. It
 * returns 0 when the peer has ended its stream. */
static void show_chunks(struct tcp_connection *connection, void *context) {
    (void)context;
    uint8_t chunk[CHUNK_SIZE];
    uint64_t total = 0;
    for (;;) {
        ssize_t count = tcp_read_limited(connection, chunk, sizeof chunk);
        if (count < 0) {
            log_event(connection->number, "ended: %s; %llu bytes in all", tcp_problem(errno),
                      (unsigned long long)total);
            return;
        }
        if (count == 0) {
            log_event(connection->number, "ended by the peer; %llu bytes in all",
                      (unsigned long long)total);
            return;
        }
        total += (uint64_t)count;
        log_event(connection->number, "read %zd bytes", count);
        log_hexdump(connection->number, chunk, (size_t)count);
    }
}

int main(int argc, char **argv) {
    struct server server;
    server_init(&server, "step01_tcp", "Step 1: shows the bytes that arrive on a TCP port.");
    server.hints = hints;
    server.threads.refusal = "too many connections; try again later\n";
    server.threads.buffer_size = CHUNK_SIZE;
    server.threads.handle = show_chunks;
    return server_run(&server, argc, argv);
}
