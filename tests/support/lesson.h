/* lesson: how long steps 1, 3 and 4 keep a connection. They have no limits of their own, so they
 * share those of tcp, which are minutes. A test includes the step's main.c, and gives the function
 * that serves a connection to these, where the limits are shorter:
 *
 *     #define main lesson_main
 *     #include "step01_tcp/main.c"
 *     #undef main
 */
#ifndef TESTS_SUPPORT_LESSON_H
#define TESTS_SUPPORT_LESSON_H

#include "step01_tcp/tcp.h"

int lesson_main(int argc, char **argv);

/* Checks that the server gives up a peer that sends nothing, and one that sends a byte now and
 * then. With `handshake` the peer is upgraded first. */
void lesson_check_waits(void (*serve)(struct tcp_connection *connection, void *context),
                        bool handshake);

#endif
