/* extensions: the list in Sec-WebSocket-Extensions, RFC 6455 section 9.1. Step 3.
 *
 *     permessage-deflate; client_max_window_bits; server_max_window_bits="10", x-other
 *     ------------------  ----------------------  ---------------------------
 *     extension           parameter               parameter with a value
 *
 * The server of this step accepts no extension. It reads the list all the same, because the RFC
 * wants a handshake refused whose list is not well-formed.
 */
#ifndef STEP03_HANDSHAKE_EXTENSIONS_H
#define STEP03_HANDSHAKE_EXTENSIONS_H

#include "step02_http/http_head.h"

enum extensions_verdict {
    EXTENSIONS_ITEM, /* an extension or a parameter was read */
    EXTENSIONS_END,  /* there is no further one */
    EXTENSIONS_BAD   /* the text breaks the grammar */
};

enum { EXTENSIONS_ANSWER_MAX = 128 }; /* characters of what is agreed on */

/* What a server that does speak an extension decides with. */
struct extensions_chooser {
    /* Looks at one well-formed list of offers. Returns NULL if it takes none of them, or what is
     * agreed on, for Sec-WebSocket-Extensions: a string of EXTENSIONS_ANSWER_MAX characters at
     * most, which stays in the context. */
    const char *(*choose)(void *context, struct http_text offers);
    void *context;
};

/* Reads the name of the next extension off the list into `*name`. What belongs to it stays at the
 * front of the list for extensions_parameter, which must be called until it returns EXTENSIONS_END.
 * The texts point into the list's own. Empty elements ("a,,b") are skipped. */
enum extensions_verdict extensions_next(struct http_text *list, struct http_text *name);

/* Reads the next parameter of the extension that extensions_next has found. `*value` gets the text
 * after '=' without its quotation marks, but with the backslashes that may stand within them, or
 * a start of NULL when there is no '='. A quoted value must be a token within its quotes (9.1). */
enum extensions_verdict extensions_parameter(struct http_text *list, struct http_text *name,
                                             struct http_text *value);

/* Whether a whole list is well-formed and names at least one extension. */
bool extensions_valid(struct http_text list);

#endif
