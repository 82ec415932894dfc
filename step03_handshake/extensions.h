/* extensions: the list in Sec-WebSocket-Extensions, RFC 6455 section 9.1. Step 3.
 *
 *     permessage-deflate; client_max_window_bits; server_max_window_bits="10", x-other
 *     ------------------  ----------------------  ---------------------------
 *     extension           parameter               parameter with a value
 *
 * The server of this step accepts no extension. It parses the list all the same, because it must
 * refuse a handshake whose list is not well-formed.
 */
#ifndef STEP03_HANDSHAKE_EXTENSIONS_H
#define STEP03_HANDSHAKE_EXTENSIONS_H

#include "step02_http/http_head.h"

enum extensions_verdict {
    EXTENSIONS_ITEM, /* an extension or a parameter was read */
    EXTENSIONS_END,  /* there are no more */
    EXTENSIONS_BAD   /* the text breaks the grammar */
};

enum { EXTENSIONS_ANSWER_MAX = 128 }; /* characters of an accepted extension in the response */

/* How a server that supports an extension decides on it. */
struct extensions_chooser {
    /* Looks at one well-formed list of offers. Returns NULL if it accepts none of them, or else the
     * value of Sec-WebSocket-Extensions for the response: a string of at most EXTENSIONS_ANSWER_MAX
     * characters that belongs to the context. */
    const char *(*choose)(void *context, struct http_text offers);
    void *context;
};

/* Takes the name of the next extension off the list. Its parameters are then at the front of the
 * list: call extensions_parameter until it returns EXTENSIONS_END. `*name` points into the list's
 * text. Empty elements ("a,,b") are skipped. */
enum extensions_verdict extensions_next(struct http_text *list, struct http_text *name);

/* Takes the next parameter of this extension off the list. `*value` is the text after '=', without
 * quotation marks but with the backslashes between them; its `start` is NULL if there is no '='.
 * Without its backslashes, a quoted value must be a token (9.1). */
enum extensions_verdict extensions_parameter(struct http_text *list, struct http_text *name,
                                             struct http_text *value);

/* Returns whether a whole list is well-formed and names at least one extension. */
bool extensions_valid(struct http_text list);

#endif
