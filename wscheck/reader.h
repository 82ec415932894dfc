/* reader: decodes the frames of the other side and judges them by every rule.
 *
 * These are RFC 6455 sections 5.1 (a client masks, a server does not), 5.2 (reserved bits and
 * opcodes, shortest length), 5.4 (order of fragments), 5.5 (control frames), 7.4 (close codes) and
 * 8.1 (UTF-8), and RFC 7692 sections 6 and 7.2 if compression was agreed on. The reader uses no
 * sockets: the caller feeds it bytes and takes events, and a payload of any length comes in pieces.
 */
#ifndef WSCHECK_READER_H
#define WSCHECK_READER_H

#include "wscheck/unpack.h"
#include "wscheck/utf8_decoder.h"
#include "wscheck/writer.h"

enum reader_event {
    READER_NEEDS_BYTES,
    READER_HEADER,   /* `frame` is known */
    READER_PAYLOAD,  /* `piece` holds some of its payload */
    READER_END,      /* the frame is complete; `control` holds the payload of a control frame */
    READER_VIOLATION /* `violation` says which rule was broken; no further events may be taken */
};

struct reader_frame {
    bool fin;
    uint8_t opcode;
    uint64_t length;
};

enum { READER_UNMASKED = 4096 }; /* bytes of a masked payload in one piece */

struct reader {
    bool from_client;     /* the frames have to be masked; if not, they must not be */
    bool any_mask;        /* either is accepted */
    const uint8_t *bytes; /* of reader_feed, and how far they have been read */
    size_t length, position;

    uint8_t header[WRITER_HEADER_MAX]; /* of the current frame */
    size_t header_size;
    bool in_payload;
    struct reader_frame frame;
    uint8_t masking_key[4];
    uint8_t unmasked[READER_UNMASKED]; /* holds a piece that was masked */
    uint64_t payload_done;
    const uint8_t *piece; /* unmasked and inflated */
    size_t piece_length;
    const uint8_t *wire; /* the bytes of the piece as they were sent; none if inflated later */
    size_t wire_length;
    uint8_t control[CONTROL_PAYLOAD_MAX];

    bool in_message; /* a message has begun and its last fragment has not come */
    bool is_text;
    bool closed; /* a Close frame has come, so no data may follow */
    struct utf8_decoder decoder;
    struct unpack *unpack; /* belongs to the caller; NULL if no compression was agreed on */
    bool is_compressed;    /* the current message */

    const char *violation; /* the broken rule in words, with its section */
    uint64_t wrong;        /* the offset of the first wrong byte in the frame */
};

/* Starts at the first byte after the handshake. */
void reader_init(struct reader *reader, bool from_client);

/* Gives the reader bytes, which are not copied and must stay until it needs more. */
void reader_feed(struct reader *reader, const uint8_t *bytes, size_t len);

/* Reads on to the next event. */
enum reader_event reader_next(struct reader *reader);

#endif
