/* talk: standard input becomes messages, and messages become standard output. Step 6. */
#ifndef STEP06_CLIENT_TALK_H
#define STEP06_CLIENT_TALK_H

#include "step06_client/client.h"

struct talk_settings {
    bool binary;  /* see terminal.h */
    bool ping;    /* send a ping first */
    int64_t wait; /* ms of silence to wait for after the end of the input */
};

/* Talks until the server closes, or standard input ends and the server has then been silent for a
 * while, or ^C is typed. Returns the exit status of the program: 0 after a closing handshake with
 * code 1000, 1001 or none, in which all of the input could be sent; otherwise 1, and the reason has
 * been logged. */
int talk(struct client *client, const struct talk_settings *settings);

#endif
