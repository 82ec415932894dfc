/* Step 7: the echo server of step 5, which compresses messages with whoever offers it. */
#include "step05_echo/session.h"
#include "step07_deflate/permessage_deflate.h"
#include "step07_deflate/permessage_options.h"

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser and connect, or in its console:\n"
    "      socket = new WebSocket('ws://{host}:{port}/')\n"
    "      socket.onopen = () => console.log(socket.extensions)\n"
    "      build/step07_client --compress --verbose ws://{host}:{port}/\n";

struct echo_settings {
    struct upgrade_settings upgrade;
    struct session_settings session;
    struct permessage_options compression;
};

static void echo(struct connection *connection, const struct connection_message *message,
                 void *context) {
    const struct layer *layer = permessage_deflate_layer(context);
    layer_send(layer, connection, message->opcode, message->payload, message->length);
}

static const struct layer *agreed(void *context) {
    return permessage_deflate_layer(context);
}

static void serve(struct tcp_connection *tcp, void *context) {
    const struct echo_settings *settings = context;
    const struct permessage_parameters wanted =
        permessage_options_parameters(&settings->compression);
    struct permessage_deflate deflate; /* one for each connection */
    const struct session_handler handler = {echo, agreed, &deflate};
    struct upgrade_settings upgrade = settings->upgrade;
    permessage_deflate_init(&deflate, &wanted, true);
    upgrade.chooser = permessage_deflate_chooser(&deflate);
    session_serve(tcp, &upgrade, &settings->session, &handler);
    permessage_deflate_free(&deflate);
}

int main(int argc, char **argv) {
    struct server server;
    struct echo_settings settings;
    server_init(&server, "step07_deflate", "Step 7: an echo server that compresses messages.");
    upgrade_init(&settings.upgrade, &server.options);
    session_events_options(&settings.session, &server.options);
    permessage_options_init(&settings.compression, &server.options);
    server.hints = hints;
    server.threads.refusal = http_exchange_refusal;
    server.threads.buffer_size = SESSION_LENT_SIZE;
    server.threads.handle = serve;
    server.threads.context = &settings;
    return server_run(&server, argc, argv);
}
