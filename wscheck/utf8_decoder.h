/* utf8_decoder: is what the server sends UTF-8? RFC 3629; RFC 6455 section 8.1.
 *
 * It is not the server's own module on purpose: here every character is decoded to its code point,
 * and the code point is judged, so that the two can hardly share a mistake.
 */
#ifndef WSCHECK_UTF8_DECODER_H
#define WSCHECK_UTF8_DECODER_H

#include <stdbool.h>
#include <stdint.h>

struct utf8_decoder {
    uint32_t code_point; /* the bits of the begun character */
    uint32_t least;      /* the lowest code point that needs this many bytes */
    unsigned needed;     /* bytes that it still lacks */
};

/* Starts a text. */
void utf8_decoder_init(struct utf8_decoder *characters);

/* Goes on with one byte. Returns false when the text is not UTF-8; do not go on after that. */
bool utf8_decoder_next(struct utf8_decoder *characters, uint8_t byte);

/* Whether the text may end here. */
bool utf8_decoder_complete(const struct utf8_decoder *characters);

#endif
