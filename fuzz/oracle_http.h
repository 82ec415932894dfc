/* oracle_http: a second implementation of the request head and of the handshake's decision, RFC
 * 9112, RFC 9110 and RFC 6455 section 4.
 *
 * Like oracle_frames it is written to be right at a glance: lists are cut into strings that are
 * copied, and then compared. It shares no code with the server, only its public names.
 */
#ifndef FUZZ_ORACLE_HTTP_H
#define FUZZ_ORACLE_HTTP_H

#include "fuzz/fuzz.h"
#include "step02_http/http_request.h"
#include "step03_handshake/handshake.h"

/* Bytes from `from` to just before `until` of the head. */
struct oracle_range {
    size_t from, until;
};

struct oracle_request {
    const char *bytes;
    enum http_verdict verdict;
    struct oracle_range method, target;
    int version;
    struct oracle_range names[HTTP_HEADERS_MAX], values[HTTP_HEADERS_MAX];
    size_t header_count;
    size_t head_size;
};

/* Judges the `length` bytes of a stream. The request refers to the bytes. */
void oracle_http(const char *bytes, size_t length, struct oracle_request *request);

/* For the header fields: the verdict on Host and on the length of the body (oracle_fields.c). */
enum http_verdict oracle_fields(const struct oracle_request *request);
/* Whether a body follows a head that is complete. */
bool oracle_has_body(const struct oracle_request *request);

/* The handshake's decision about a complete head. Fills in `accept` and `subprotocol` (NULL: none)
 * if it is HANDSHAKE_ACCEPTED. */
enum handshake_verdict oracle_handshake(const struct oracle_request *request,
                                        const struct handshake_policy *policy,
                                        char accept[HANDSHAKE_ACCEPT_SIZE],
                                        const char **subprotocol);

/* Whether a request is for a WebSocket at all. */
bool oracle_wants_handshake(const struct oracle_request *request);

/* Lists of strings, copied and ended by a NUL: the values of all headers of one name, or the
 * elements of them if they are lists. Freed by oracle_strings_free. */
struct oracle_strings {
    char **item;
    size_t count;
};

struct oracle_strings oracle_values(const struct oracle_request *request, const char *name);
struct oracle_strings oracle_elements(const struct oracle_request *request, const char *name);
void oracle_strings_free(struct oracle_strings *strings);
bool oracle_same_nocase(const char *one, const char *other);
bool oracle_is_token(const char *string);

/* base64(SHA-1(text)), from the definitions (oracle_accept.c). */
void oracle_sha1_base64(const char *text, char out[29]);

#endif
