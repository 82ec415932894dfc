/* driver: what differs between testing a server, with wscheck as the client, and testing a client,
 * with wscheck as the server. All other code is the same for both. */
#ifndef WSCHECK_DRIVER_H
#define WSCHECK_DRIVER_H

#include <stdbool.h>

struct trial;

struct driver {
    const char *peer;                   /* who is under test: "the server" */
    bool is_client;                     /* wscheck is the client: its frames are masked */
    const char *declines, *has_no_echo; /* reasons to skip cases */
    const char *printed, *is_gone;      /* texts of reports */

    /* Does what has to be done before the word of the script's step acts, such as connecting or
     * waiting for the answer. Returns whether the word may act; if not, it is passed over. */
    bool (*prepare)(struct trial *trial);
    /* Ends the connection of a case that is over, and a client that was started for it. */
    void (*leave)(struct trial *trial);
};

extern const struct driver driver_server, driver_client;

#endif
