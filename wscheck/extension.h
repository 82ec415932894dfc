/* extension: the elements of a Sec-WebSocket-Extensions header, RFC 6455 section 9.1.
 *
 * It is not the server's own reader of that list on purpose, so that the two can hardly share a
 * mistake.
 */
#ifndef WSCHECK_EXTENSION_H
#define WSCHECK_EXTENSION_H

#include "wscheck/head.h"

enum { EXTENSION_PARAMETERS_MAX = 16 };

/* Names and values stand in the text, and are good as long as that is. */
struct extension_parameter {
    struct head_text name;
    struct head_text value; /* without its quotes, with the backslashes in them */
    bool has_value;
};

/* One element: "permessage-deflate; client_max_window_bits; server_max_window_bits=10". */
struct extension {
    struct head_text name;
    struct extension_parameter parameters[EXTENSION_PARAMETERS_MAX];
    size_t count; /* of the parameters; those beyond the most are read and not kept */
};

enum extension_verdict { EXTENSION_FOUND, EXTENSION_END, EXTENSION_BAD };

/* Reads the next element in front of `end` and moves `*text` after it; empty elements are passed
 * over. When the text breaks the grammar, `*text` is where. */
enum extension_verdict extension_next(const char **text, const char *end,
                                      struct extension *extension);

#endif
