/* connection_pump: the connection of step 5, driven by a test without a socket. A scenario is fed
 * whole, byte by byte, cut in two at every place, and into a small and a large buffer: events and
 * output stay the same. */
#ifndef TESTS_SUPPORT_CONNECTION_PUMP_H
#define TESTS_SUPPORT_CONNECTION_PUMP_H

#include "step05_echo/connection.h"
#include "tests/support/wire.h"

enum { CONNECTION_PUMP_MAX_MESSAGE = 1000, CONNECTION_PUMP_EVENTS_SIZE = 8192 };

/* One run: what has happened, as "text:Hello ping:x closed 1000: ", each payload up to 40 bytes, a
 * message that came in pieces as "(text):Hello", and one with RSV2 as "text+2:Hello"; and all that
 * was sent, which the test frees. */
struct connection_pump {
    char events[CONNECTION_PUMP_EVENTS_SIZE];
    struct wire output, message; /* of the latter the pieces so far */
    bool ended;
};

/* A server that takes messages of up to CONNECTION_PUMP_MAX_MESSAGE bytes. */
extern const struct connection_settings connection_pump_server;

/* Opens the connection with a buffer in `lent`, whose first `received` bytes have come already. The
 * test calls connection_free. */
void connection_pump_start(struct connection *connection,
                           const struct connection_settings *settings, uint8_t *lent,
                           size_t lent_size, size_t received);

/* Feeds `len` bytes, however many reads that takes, and handles all events after each. It stops
 * when the connection has ended. */
void connection_pump_feed(struct connection *connection, struct connection_pump *run,
                          const uint8_t *bytes, size_t len, size_t piece);

/* Handles events until more input is needed or the connection has ended; echoes every message, and
 * every piece of one. */
void connection_pump_handle(struct connection *connection, struct connection_pump *run,
                            size_t piece);

/* Takes the output away, in pieces of at most `piece` bytes, as a slow socket would. */
void connection_pump_drain(struct connection *connection, struct connection_pump *run,
                           size_t piece);

/* Plays a scenario as connection_pump_server, once: the input comes in a first piece of `first`
 * bytes and others of `rest` bytes, into a buffer of `lent_size` bytes. Checks the events and the
 * output. */
void connection_pump_cut(const struct wire *input, const char *events, const struct wire *output,
                         size_t first, size_t rest, size_t lent_size);

/* Plays a scenario in all ways, and frees both wires. */
void connection_pump_play(struct wire *input, const char *events, struct wire *output);

#endif
