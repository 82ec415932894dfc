/* Step 3: the opening handshake. After it the connection is open, and the program dumps the bytes
 * that arrive: frames whose payload is masked, still unreadable. */
#include "common/log.h"
#include "step03_handshake/upgrade.h"

#include <errno.h>

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser and connect, or in its console:\n"
    "      socket = new WebSocket('ws://{host}:{port}/chat', ['chat'])\n"
    "      socket.onopen = () => socket.send('hello')     (it arrives here masked)\n"
    "with --verbose the request and the accept value are shown\n";

static void show_bytes(struct tcp_connection *tcp, void *context) {
    uint8_t bytes[HTTP_HEAD_MAX]; /* as large as the buffer may get here, so it never grows */
    struct buffer buffer;
    size_t received;
    buffer_init(&buffer, bytes, sizeof bytes);
    if (upgrade_accept(tcp, context, &buffer, &received) != 0) {
        return;
    }
    /* The client may have sent a frame in the same segment as its request. */
    ssize_t count = (ssize_t)received;
    do {
        if (count > 0) {
            log_event(tcp->number, "read %zd bytes", count);
            log_hexdump(tcp->number, bytes, (size_t)count);
        }
        count = tcp_read_limited(tcp, bytes, sizeof bytes);
    } while (count > 0);
    log_event(tcp->number, "ended: %s", count == 0 ? "closed by the peer" : tcp_problem(errno));
}

int main(int argc, char **argv) {
    struct server server;
    struct upgrade_settings settings;
    server_init(&server, "step03_handshake", "Step 3: answers the WebSocket opening handshake.");
    upgrade_init(&settings, &server.options);
    server.hints = hints;
    server.threads.refusal = http_exchange_refusal;
    server.threads.buffer_size = HTTP_HEAD_MAX;
    server.threads.handle = show_bytes;
    server.threads.context = &settings;
    return server_run(&server, argc, argv);
}
