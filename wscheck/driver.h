/* driver: what differs between the run against a server, to which wscheck is the client, and the
 * run against a client, to which it is the server. Everything else is the same engine. */
#ifndef WSCHECK_DRIVER_H
#define WSCHECK_DRIVER_H

#include <stdbool.h>

struct trial;

struct driver {
    const char *peer;                   /* who is under test: "the server" */
    bool is_client;                     /* wscheck is the client: its frames are masked */
    const char *declines, *has_no_echo; /* why cases are skipped */
    const char *printed, *is_gone;      /* headings of reports */

    /* Brings about what there has to be before a step's word has its turn. Returns whether it may
     * have it; if not, the trial's verdict says why, or the script has nothing to say. */
    bool (*prepare)(struct trial *trial);
    /* The case is over: lets the other side go. */
    void (*leave)(struct trial *trial);
};

extern const struct driver driver_server, driver_client;

#endif
