/* extension: the elements of a Sec-WebSocket-Extensions header, RFC 6455 section 9.1.
 *
 * It is not the server's own reader of that list on purpose, so that the two can hardly share a
 * mistake.
 */
#ifndef WSCHECK_EXTENSION_H
#define WSCHECK_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>

enum { EXTENSION_NAME_SIZE = 64, EXTENSION_PARAMETERS_MAX = 16 };

struct extension_parameter {
    char name[EXTENSION_NAME_SIZE];
    char value[EXTENSION_NAME_SIZE]; /* without its quotes */
    bool has_value;
    const char *where; /* in the text */
};

/* One element: "permessage-deflate; client_max_window_bits; server_max_window_bits=10". */
struct extension {
    char name[EXTENSION_NAME_SIZE];
    const char *where;
    struct extension_parameter parameters[EXTENSION_PARAMETERS_MAX];
    size_t count; /* of the parameters; those beyond the most are read and not kept */
};

enum extension_verdict { EXTENSION_FOUND, EXTENSION_END, EXTENSION_BAD };

/* Reads the next element in front of `end` and moves `*text` behind it; empty elements are passed
 * over. When the text breaks the grammar, `*text` is where. */
enum extension_verdict extension_next(const char **text, const char *end,
                                      struct extension *extension);

#endif
