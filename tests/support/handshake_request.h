/* handshake_request: requests for a handshake, good but for what a test puts into them. */
#ifndef TESTS_SUPPORT_HANDSHAKE_REQUEST_H
#define TESTS_SUPPORT_HANDSHAKE_REQUEST_H

#include "step03_handshake/handshake.h"

#define EXAMPLE_KEY "dGhlIHNhbXBsZSBub25jZQ==" /* the example of section 1.3 and what answers it */
#define EXAMPLE_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

enum { HANDSHAKE_REQUEST_TEXT_SIZE = 1024 };

/* A server that speaks three subprotocols: chat, superchat and v2.example. */
extern const char *const handshake_request_spoken[3];
extern const struct handshake_policy handshake_request_any_origin;

/* The verdict about the request in `text`, which must be good HTTP. `handshake` starts with the
 * leftovers of another one. */
enum handshake_verdict handshake_request_verdict(const char *text,
                                                 const struct handshake_policy *policy,
                                                 struct handshake *handshake);

/* Writes the good request, with the line that begins with `start` replaced by `lines`, which may be
 * several, or none if it is "". NULL for `start`: they come in addition. */
void handshake_request_write(char text[HANDSHAKE_REQUEST_TEXT_SIZE], const char *start,
                             const char *lines);

/* With each of these lines in it, a list that ends with NULL, the request must get the verdict, and
 * with the example's key the accept value that answers it. */
void handshake_request_expect_by(const struct handshake_policy *policy,
                                 enum handshake_verdict wanted, const char *start,
                                 const char *const *lines);

/* The same with handshake_request_any_origin as the policy. */
void handshake_request_expect(enum handshake_verdict wanted, const char *start,
                              const char *const *lines);

#endif
