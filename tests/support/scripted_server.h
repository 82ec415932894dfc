/* scripted_server: a server for one connection of the client program, which does what a test says,
 * and may break any rule. */
#ifndef TESTS_SUPPORT_SCRIPTED_SERVER_H
#define TESTS_SUPPORT_SCRIPTED_SERVER_H

#include "tests/support/client_process.h"
#include "tests/support/wire.h"

#include <pthread.h>

#define SCRIPTED_SWITCH                                                                            \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define SCRIPTED_OPEN SCRIPTED_SWITCH "Sec-WebSocket-Accept: {accept}\r\n\r\n"

/* A server for one connection, in a thread: it answers the handshake with `answer`, in which
 * {accept} stands for the right value, waits for `wait_for` bytes of frames, and sends `frames`,
 * once or again and again until the client has ended. Then it ends its side of TCP, with
 * `lingers` a while after the reply to its Close, and reads until the client ends the other; or
 * it ends both at once. */
struct scripted_server {
    const char *answer;
    struct wire frames;
    size_t wait_for;
    int delay;    /* ms before the frames, in which nothing is read */
    size_t drain; /* bytes that are read and thrown away after that */
    int every;    /* ms between the frames and the same frames again; 0: never again */
    bool end_at_once, lingers;

    pthread_t thread;
    int listener;
    unsigned port;
    char url[64];
    char request[4096];
    uint8_t got[4096]; /* what came after the request */
    size_t got_length;
    bool ended_early; /* the client has ended TCP before the server did */
};

/* Starts the server, and stores its address in `url`. */
void scripted_server_listen(struct scripted_server *script);

/* Waits for the server's end, and frees the frames. */
void scripted_server_end(struct scripted_server *script);

/* Runs the client against a script. Returns its exit status. */
int scripted_server_play(struct scripted_server *script, struct client_process *run,
                         const char *input, const char *const *arguments);

/* The code of the Close that came first. */
unsigned scripted_server_close_code(const struct scripted_server *script);

/* The frames that came must be masked, and be these, as wire_add_frames writes them. */
void scripted_server_expect(struct scripted_server *script, const char *frames);

#endif
