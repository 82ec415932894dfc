/* listener: the port to which the clients under test connect.
 *
 * Several cases run at once, and each starts a client of its own. Which connection belongs to which
 * case is told by the path of its request, which the client has got in its URL.
 */
#ifndef WSCHECK_LISTENER_H
#define WSCHECK_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

struct listener;

/* Listens on a place "8000", "0.0.0.0:8000" or "[::1]:8000", on 127.0.0.1 if it has no address;
 * port 0 picks a free one. Returns NULL and what is wrong. */
struct listener *listener_open(const char *place, const char **problem);
unsigned listener_port(const struct listener *listener);

/* The address as a URL has it, in which a client on this machine finds it: "127.0.0.1", "[::1]". */
const char *listener_host(const struct listener *listener);
void listener_close(struct listener *listener);

/* Expects a connection with this path; returns its place. A connection that nobody expects, and a
 * second one with the same path, is closed. */
unsigned listener_expect(struct listener *listener, const char *path);

/* Waits for it. Returns its descriptor, of whose bytes none has been read, or -1 after the deadline
 * or when
 * there is no hope for it any more. */
int listener_wait(struct listener *listener, unsigned place, int64_t deadline,
                  bool (*is_hopeless)(void *context), void *context);

/* Expects it no more. */
void listener_forget(struct listener *listener, unsigned place);

/* From now on a connection with no path of a case belongs to the only one that is expected. */
void listener_take_any(struct listener *listener);

#endif
