/* compression: permessage-deflate (RFC 7692) on the client's side of one connection of the soak. It
 * packs what is sent with the project's deflate, and turns what comes back into plain frames with
 * its inflate, so that they can be compared with the messages byte for byte. */
#ifndef TESTS_SCALE_COMPRESSION_H
#define TESTS_SCALE_COMPRESSION_H

#include "step07_deflate/deflate.h"
#include "step07_deflate/inflate.h"
#include "step07_deflate/permessage_negotiation.h"
#include "tests/support/wire.h"

enum {
    COMPRESSION_MARK = 0x40, /* RSV1 in the first byte of a frame: the message is compressed */
    COMPRESSION_TAIL = 4     /* bytes of 00 00 ff ff, which are not sent (7.2.1) */
};

struct compression {
    struct permessage_parameters parameters;
    void *memory; /* of the compressor */
    struct deflate deflate;
    struct inflate inflate;
    struct inflate_output inflated; /* the window, and the message after it */
    struct wire received;           /* the beginning of a frame that is not whole yet */
};

/* Chooses windows of 2^8 to 2^15 bytes, and for either direction whether there is context takeover,
 * with numbers from payload_random. It does not have to be freed before its first message. */
void compression_init(struct compression *compression, uint64_t *random);

/* Adds an opening handshake that offers it. */
void compression_request(const struct compression *compression, struct wire *request);

/* Connects and sends that. The server must agree to all of it, no more and no less. Returns a
 * connected descriptor, or -1 after a failed check. */
int compression_open(const struct compression *compression, unsigned port);

/* Adds the payload of a compressed message. Whatever it is, it is compressed: as a stored block if
 * nothing else is shorter, a short one in the fixed codes, a longer one in codes of its own. */
void compression_pack(struct compression *compression, const uint8_t *payload, size_t length,
                      struct wire *packed);

/* Takes bytes from the server. Adds each frame that is whole, in the way of a server that does not
 * compress, to `plain`. Returns whether all was well; a failed check says what was not. */
bool compression_take(struct compression *compression, const uint8_t *bytes, size_t count,
                      struct wire *plain);

/* Gives back all memory. */
void compression_free(struct compression *compression);

#endif
