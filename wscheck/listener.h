/* listener: the port to which the clients under test connect.
 *
 * Several cases run at once, and each starts a client of its own. Which connection belongs to which
 * case is told by the path of its request, which the client has got in its URL. A connection with
 * no path of a case belongs to the only one that is expected, if there is only one.
 */
#ifndef WSCHECK_LISTENER_H
#define WSCHECK_LISTENER_H

#include "wscheck/child.h"

struct listener;

/* Listens on a place "8000", "0.0.0.0:8000" or "[::1]:8000", on 127.0.0.1 if it has no address;
 * port 0 picks a free one. Returns NULL after one line on standard error. */
struct listener *listener_open(const char *place);
void listener_close(struct listener *listener);

/* The address as a URL has it, with the port, at which a client on this machine finds it:
 * "127.0.0.1:8000", "[::1]:8000". */
const char *listener_host(const struct listener *listener);

/* Expects a connection with this path; returns its place, which is never 0. Until it is forgotten,
 * a second connection with this path is closed, as is one that nobody expects. */
unsigned listener_expect(struct listener *listener, const char *path);
void listener_forget(struct listener *listener, unsigned place);

/* Waits for it. Returns its descriptor, from which nothing has been read, or -1 after the deadline
 * or when the child that should connect (if it is not NULL) has ended. */
int listener_wait(struct listener *listener, unsigned place, int64_t deadline, struct child *child);

#endif
