/* handshake_request: requests for a handshake, good but for what a test puts into them. */
#ifndef TESTS_SUPPORT_HANDSHAKE_REQUEST_H
#define TESTS_SUPPORT_HANDSHAKE_REQUEST_H

#include "step03_handshake/handshake.h"

#define ASKING_KEY "dGhlIHNhbXBsZSBub25jZQ==" /* the example of section 1.3 and what answers it */
#define ASKING_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

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
 * several. NULL for `start`: they come in addition. NULL for `lines`: there is none. */
void handshake_request_write(char text[HANDSHAKE_REQUEST_TEXT_SIZE], const char *start,
                             const char *lines);

/* Such a request must get the verdict, and with the example's key the accept value that answers
 * it. */
void handshake_request_expect_with(const char *start, const char *lines,
                                   const struct handshake_policy *policy,
                                   enum handshake_verdict wanted);

/* The same with handshake_request_any_origin as the policy. */
void handshake_request_expect(const char *start, const char *lines, enum handshake_verdict wanted);

#endif
