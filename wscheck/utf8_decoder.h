/* utf8_decoder: checks whether a text is UTF-8. RFC 3629; RFC 6455 section 8.1.
 *
 * It works in another way than the server's module, so that the two hardly share a mistake: it
 * decodes every character and judges the code point.
 */
#ifndef WSCHECK_UTF8_DECODER_H
#define WSCHECK_UTF8_DECODER_H

#include <stdbool.h>
#include <stdint.h>

struct utf8_decoder {
    uint32_t code_point; /* the bits of the character so far */
    uint32_t least;      /* the lowest code point that needs this many bytes */
    unsigned needed;     /* bytes that the character still lacks */
};

/* Starts a text. */
void utf8_decoder_init(struct utf8_decoder *decoder);

/* Decodes one byte. Returns false if the text is not UTF-8; no byte may follow then. */
bool utf8_decoder_next(struct utf8_decoder *decoder, uint8_t byte);

/* Whether the text may end here. */
bool utf8_decoder_complete(const struct utf8_decoder *decoder);

#endif
