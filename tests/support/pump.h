/* pump: one endpoint of a connection, driven by a test without a socket: as server or as client,
 * and with compression or without. Frames for it are written as wire_add_frames takes them. */
#ifndef TESTS_SUPPORT_PUMP_H
#define TESTS_SUPPORT_PUMP_H

#include "step07_deflate/permessage_deflate.h"
#include "tests/support/wire.h"

enum {
    PUMP_MAX_MESSAGE = 1000,
    PUMP_LARGE_MESSAGE = 1 << 20,
    PUMP_MEMORY = 2 * CONNECTION_INPUT_READ_SIZE,
    PUMP_EVENTS = 8192
};

struct pump {
    struct connection connection;
    struct permessage_deflate deflate;
    const struct layer *layer; /* that of `deflate`, if it is agreed on, or NULL */
    bool echoes;               /* each message, and each piece of one, is sent back */
    size_t at_once;            /* bytes of output that are taken at a time */

    /* What has happened since the pump was opened or cleared: "text:Hello ping:x closed 1000: ",
     * each payload up to 40 bytes, a message that came in pieces as "(text):Hello", and one with
     * RSV2 as "text+2:Hello"; the last message; and all that was sent. */
    char events[PUMP_EVENTS];
    size_t messages;
    uint8_t opcode;
    struct wire message, output;
    bool in_message; /* of pieces, which has not ended */
    bool has_ended;

    struct wire seen[2]; /* by an observer: the bytes received and those sent */
    uint64_t left[2];    /* payload of the frame at hand */
    uint32_t keys;
    uint8_t memory[PUMP_MEMORY];
};

/* A server that takes messages of up to PUMP_MAX_MESSAGE bytes. */
extern const struct connection_settings pump_server;

/* Opens an endpoint whose buffer has `size` bytes. It echoes, and a client has masking keys. */
void pump_open(struct pump *pump, const struct connection_settings *settings, size_t size);

/* Opens a server and a client that have agreed on compression as `config` says. They do not
 * echo. */
void pump_open_both(struct pump *server, struct pump *client,
                    const struct permessage_parameters *config, uint64_t max_message);

/* What leaves everything to the other endpoint: both windows of 32 KiB, with takeover. */
extern const struct permessage_parameters pump_most;

/* Forgets what has happened. */
void pump_clear(struct pump *pump);

void pump_close(struct pump *pump);
void pump_close_both(struct pump *server, struct pump *client);

/* Adds a frame with a compressed binary message that is made of stored blocks. */
void pump_add_stored(struct wire *wire, bool is_server, const uint8_t *bytes, size_t length);

/* Puts bytes, or frames, where the endpoint reads next, without handling them. */
void pump_put_bytes(struct pump *pump, const void *bytes, size_t length);
void pump_put(struct pump *pump, const char *frames);

/* Feeds bytes, or frames, as many at a time as there is room for and no more than `piece`, and
 * handles all events after each time. It stops when the connection has ended. */
void pump_feed_bytes(struct pump *pump, const void *bytes, size_t length, size_t piece);
void pump_feed(struct pump *pump, const char *frames);

/* Handles events until input is needed, or the connection has ended. */
void pump_handle(struct pump *pump);

/* Takes all output. */
void pump_drain(struct pump *pump);

/* What layer_relax does. */
void pump_relax(struct pump *pump);

/* The next event, and what connection_send does, through the layer if there is one. What takes
 * turns has not been done yet after pump_send. */
enum connection_event pump_next(struct pump *pump, struct connection_message *message);
int pump_send(struct pump *pump, uint8_t opcode, uint8_t *payload, size_t length);

/* Sends a binary message in as many turns as it takes, and takes the output. */
void pump_send_whole(struct pump *pump, const void *payload, size_t length);

/* Sends a message from one endpoint to the other, which must get it. Returns how many bytes the
 * frame had; `from->output.bytes` is that frame. */
size_t pump_pass(struct pump *from, struct pump *to, const void *payload, size_t length);

/* What has happened must be these events, and these must be the frames that were sent, unless that
 * is NULL: "text:Hello pong:x close 1000:bye ", the fragments of a message joined, each payload
 * whole. */
void pump_expect(struct pump *pump, const char *events, const char *sent);

/* Plays frames as server and as client: whole, cut in two at every place, and a few bytes at a
 * time, in a small buffer, in a large one, and with an observer; or as a server alone; or
 * as endpoints that do not echo and have agreed on compression. */
void pump_play(const struct connection_settings *settings, const char *frames, const char *events,
               const char *sent);
void pump_play_server(const struct connection_settings *settings, const char *frames,
                      const char *events, const char *sent);
void pump_play_compressed(uint64_t max_message, const char *frames, const char *events,
                          const char *sent);

#endif
