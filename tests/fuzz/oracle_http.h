/* oracle_http: a second implementation of the request head and of the handshake's decision, RFC
 * 9112, RFC 9110 and RFC 6455 section 4.
 *
 * wscheck, which has code of its own, reads headers, lists and extensions. Of the server the oracle
 * uses only the public names, and SHA-1 and base64.
 */
#ifndef TESTS_FUZZ_ORACLE_HTTP_H
#define TESTS_FUZZ_ORACLE_HTTP_H

#include "step02_http/http_request.h"
#include "step03_handshake/handshake.h"
#include "tests/fuzz/fuzz.h"
#include "wscheck/head.h"

struct oracle_request {
    struct head head; /* if it is whole, from the request line on */
    enum http_verdict verdict;
    struct head_text method, target;
    int version;
    struct head_text names[HTTP_HEADERS_MAX], values[HTTP_HEADERS_MAX];
    size_t header_count;
    size_t head_size; /* with an empty line before it */
};

/* Judges the `length` bytes of a stream. The request refers to the bytes. */
void oracle_http(const char *bytes, size_t length, struct oracle_request *request);

/* The verdict on Host and on the length of the body (oracle_fields.c). */
enum http_verdict oracle_fields(const struct oracle_request *request);
/* Whether a body follows a head that is complete. */
bool oracle_has_body(const struct oracle_request *request);

/* How many headers of a name there are, and the value of the first. */
size_t oracle_count(const struct oracle_request *request, const char *name,
                    struct head_text *first);

/* The handshake's decision about a complete head. Fills in `accept` and `subprotocol` (NULL: none)
 * if it is HANDSHAKE_ACCEPTED. */
enum handshake_verdict oracle_handshake(const struct oracle_request *request,
                                        const struct handshake_policy *policy,
                                        char accept[HANDSHAKE_ACCEPT_SIZE],
                                        const char **subprotocol);

/* Whether a request is for a WebSocket at all. */
bool oracle_wants_handshake(const struct oracle_request *request);

#endif
