/* Step 8: the echo server of step 7, with all its connections in one thread. */
#include "step08_loop/loop_server.h"

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser and connect, or in its console:\n"
    "      sockets = Array.from({length: 200}, () => new WebSocket('ws://{host}:{port}/'))\n"
    "      sockets.forEach(socket => socket.onopen = () => socket.send('hello'))\n"
    "      kill -USR1 (the process) makes it say what it is doing\n";

/* Called in the loop's thread, so it must not wait: every other connection would wait with it. */
static void echo(struct peer *peer, struct connection *connection,
                 const struct connection_message *message) {
    layer_send(peer_layer(peer), connection, message->opcode, message->payload, message->length);
}

int main(int argc, char **argv) {
    static struct loop_server server;
    loop_server_init(&server, "step08_loop",
                     "Step 8: an echo server with thousands of connections in one thread.");
    server.server.hints = hints;
    server.peers.on_message = echo;
    return loop_server_run(&server, argc, argv);
}
