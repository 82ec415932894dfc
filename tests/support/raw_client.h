/* raw_client: a client that a test drives. It sends any bytes and reads replies with a bound,
 * without help from the code under test. */
#ifndef TESTS_SUPPORT_RAW_CLIENT_H
#define TESTS_SUPPORT_RAW_CLIENT_H

#include "common/process.h"
#include "tests/support/process.h"
#include "tests/support/wire.h"

/* Connects to 127.0.0.1; returns the descriptor, or -1, for raw_client_connect after a failed
 * check. */
int raw_client_connect(unsigned port);
int raw_client_try_connect(unsigned port);

/* Sends all of these bytes; returns whether that went well. It gives up after PROCESS_WAIT. */
bool raw_client_send(int fd, const void *bytes, size_t len);
bool raw_client_send_text(int fd, const char *text);

/* Reads until the server ends its side, a reset, or PROCESS_WAIT is over; what comes is a string in
 * `text`. Returns true only if the end was an orderly one (FIN). */
bool raw_client_read_all(int fd, char *text, size_t size);

/* Connects, sends a request, and reads all that is answered to it; the end must be orderly. */
void raw_client_ask(unsigned port, const char *request, char *answer, size_t size);

/* Reads until `until` has come, and not a byte more. Returns whether it came. */
bool raw_client_read_until(int fd, const char *until, char *text, size_t size);

/* Reads `len` bytes and checks that they are those of `wanted`, then frees `wanted`. */
void raw_client_expect(int fd, struct wire *wanted);

/* Sends frames of a client, which must go well, and reads frames of a server, which must be these;
 * wire_add_frames says how they are written. */
void raw_client_send_frames(int fd, const char *frames);
void raw_client_expect_frames(int fd, const char *frames);

/* Reads a Close frame, which must have this code and reason. */
void raw_client_expect_close(int fd, unsigned code, const char *reason);

/* Checks that the server ends its side without sending anything more. */
void raw_client_expect_end(int fd);

/* Listens on a free port of 127.0.0.1. Returns the socket, and stores the port. */
int raw_client_listen(unsigned *port);

/* Sends an opening handshake, and reads the response, which must be a 101. Returns a connected
 * descriptor, or -1 after a failed check. */
int raw_client_open(unsigned port);

/* The request that raw_client_open sends. */
extern const char raw_client_handshake[];

/* Closes with a reset instead of an orderly end. */
void raw_client_reset(int fd);

#endif
