/* extension: reads the elements of a Sec-WebSocket-Extensions header, RFC 6455 section 9.1.
 *
 * It does not use the server's module for that list, so that the two hardly share a mistake.
 */
#ifndef WSCHECK_EXTENSION_H
#define WSCHECK_EXTENSION_H

#include "wscheck/head.h"

enum { EXTENSION_PARAMETERS_MAX = 16 };

/* Names and values point into the text and live as long as it. */
struct extension_parameter {
    struct head_text name;
    struct head_text value; /* without its quotes, with the backslashes in them */
    bool has_value;
};

/* One element: "permessage-deflate; client_max_window_bits; server_max_window_bits=10". */
struct extension {
    struct head_text name;
    struct extension_parameter parameters[EXTENSION_PARAMETERS_MAX];
    size_t count; /* of parameters; more than EXTENSION_PARAMETERS_MAX are read but not kept */
};

enum extension_verdict { EXTENSION_FOUND, EXTENSION_END, EXTENSION_BAD };

/* Reads the next element before `end` and moves `*text` past it; empty elements are skipped. If the
 * text breaks the grammar, `*text` is the place. */
enum extension_verdict extension_next(const char **text, const char *end,
                                      struct extension *extension);

#endif
