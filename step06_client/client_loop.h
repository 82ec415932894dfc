/* client_loop: sends standard input as messages, and prints the messages that arrive. Step 6. */
#ifndef STEP06_CLIENT_CLIENT_LOOP_H
#define STEP06_CLIENT_CLIENT_LOOP_H

#include "step06_client/client.h"

struct client_loop_settings {
    bool binary, one_message; /* see terminal.h */
    bool ping;                /* send a ping first */
    int64_t wait;             /* ms; see client_loop() */
    uint16_t close_code;      /* with the reason, for the Close after the end of the input */
    const char *close_reason;
};

/* Sends and prints messages until the server closes the connection or this side does: when ^C is
 * typed, or when the input has ended and no message has arrived for `wait` ms, counted from when
 * the last byte was written or the last message was complete. Nothing else begins that time anew,
 * neither pings nor a message that does not end. Returns the exit status of the program: 0 after a
 * closing handshake with code 1000, 1001, none or that of our own Close, if all of the input could
 * be sent; otherwise 1, and the reason has been logged. */
int client_loop(struct client *client, const struct client_loop_settings *settings);

#endif
