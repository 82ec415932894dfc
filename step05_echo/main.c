/* Step 5: the echo server. Every message goes back as it came; pings, closing, time-outs and wrong
 * bytes are the protocol's business. */
#include "step03_handshake/upgrade.h"
#include "step05_echo/session.h"

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser and connect, or in its console:\n"
    "      socket = new WebSocket('ws://{host}:{port}/')\n"
    "      socket.onmessage = event => console.log(event.data)\n"
    "      socket.onopen = () => socket.send('hello')\n"
    "with --verbose each message and ping is shown\n";

enum { LENT_SIZE = 640 }; /* an idle connection is two pages of memory then, with --quiet */

struct echo_settings {
    struct upgrade_settings upgrade;
    struct session_settings session;
};

static void echo(struct connection *connection, const struct connection_message *message,
                 void *context) {
    (void)context;
    connection_send(connection, message->opcode, message->payload, message->length);
}

static void serve(struct tcp_connection *tcp, void *context) {
    const struct echo_settings *settings = context;
    const struct session_handler handler = {.on_message = echo};
    uint8_t lent[LENT_SIZE];
    struct buffer buffer;
    size_t received;
    buffer_init(&buffer, lent, sizeof lent);
    if (upgrade_accept(tcp, &settings->upgrade, &buffer, &received) == 0) {
        session_run(tcp, &settings->session, &handler, &buffer, received);
    } else {
        buffer_free(&buffer);
    }
}

int main(int argc, char **argv) {
    struct server server;
    struct echo_settings settings;
    server_init(&server, "step05_echo", "Step 5: a WebSocket echo server.");
    upgrade_init(&settings.upgrade, &server.options);
    session_init(&settings.session, &server.options);
    server.hints = hints;
    server.threads.refusal = http_exchange_refusal;
    server.threads.buffer_size = LENT_SIZE;
    server.threads.handle = serve;
    server.threads.context = &settings;
    return server_run(&server, argc, argv);
}
