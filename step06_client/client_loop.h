/* client_loop: standard input becomes messages, and messages become standard output. Step 6. */
#ifndef STEP06_CLIENT_CLIENT_LOOP_H
#define STEP06_CLIENT_CLIENT_LOOP_H

#include "step06_client/client.h"

struct client_loop_settings {
    bool binary, one_message; /* see terminal.h */
    bool ping;                /* send a ping first */
    int64_t wait;             /* ms; see client_loop() */
    uint16_t close_code;      /* of the Close after the end of the input */
    const char *close_reason;
};

/* Talks until the server closes, or ^C is typed, or standard input has ended: then until no message
 * has come for `wait` ms, counted from when the last byte was sent or the last message had come.
 * Nothing else renews that, neither pings nor a message that does not end. Returns the exit status
 * of the program: 0 after a closing handshake with code 1000, 1001, none or that of our Close, in
 * which all of the input could be sent; otherwise 1, and the reason has been logged. */
int client_loop(struct client *client, const struct client_loop_settings *settings);

#endif
