/* listener: the port to which the clients under test connect.
 *
 * Several cases run at once, and each starts a client of its own. The path of the client's URL,
 * which its request repeats, tells which case a connection belongs to. A connection with another
 * path belongs to the case that is waiting, if there is only one.
 */
#ifndef WSCHECK_LISTENER_H
#define WSCHECK_LISTENER_H

#include "wscheck/child.h"

struct listener;

/* Listens on "8000" (at 127.0.0.1), "0.0.0.0:8000" or "[::1]:8000"; port 0 picks a free one.
 * Returns NULL after one line on standard error. Close it after use. */
struct listener *listener_open(const char *address);
void listener_close(struct listener *listener);

/* The address and the port in a URL for clients on this machine: "127.0.0.1:8000", "[::1]:8000". */
const char *listener_host(const struct listener *listener);

/* Expects a connection with this path. Returns its place, which is never 0. A second connection
 * with this path is closed, and so is one that nobody expects. listener_forget ends this. */
unsigned listener_expect(struct listener *listener, const char *path);
void listener_forget(struct listener *listener, unsigned place);

/* Waits for that connection. Returns its descriptor, from which nothing has been read, or a
 * negative number after the deadline or if the child that should connect (unless it is NULL) has
 * ended. */
int listener_wait(struct listener *listener, unsigned place, int64_t deadline, struct child *child);

#endif
