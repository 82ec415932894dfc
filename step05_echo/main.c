/* Step 5: the echo server. Every message goes back as it came; `session` and the modules below it
 * handle pings, closing, time-outs and bytes that break a rule. */
#include "step05_echo/session.h"

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser and connect, or in its console:\n"
    "      socket = new WebSocket('ws://{host}:{port}/')\n"
    "      socket.onmessage = event => console.log(event.data)\n"
    "      socket.onopen = () => socket.send('hello')\n"
    "with --verbose each message and ping is shown\n";

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
    static const struct session_handler handler = {.on_message = echo};
    session_serve(tcp, &settings->upgrade, &settings->session, &handler);
}

int main(int argc, char **argv) {
    struct server server;
    struct echo_settings settings;
    server_init(&server, "step05_echo", "Step 5: a WebSocket echo server.");
    upgrade_init(&settings.upgrade, &server.options);
    session_events_options(&settings.session, &server.options);
    server.hints = hints;
    server.threads.refusal = http_exchange_refusal;
    server.threads.buffer_size = SESSION_LENT_SIZE;
    server.threads.handle = serve;
    server.threads.context = &settings;
    return server_run(&server, argc, argv);
}
