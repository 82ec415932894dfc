/* reader: frames that come from the other side, judged by every rule that binds it.
 *
 * RFC 6455 sections 5.1 (a client masks, a server does not), 5.2 (reserved bits and opcodes,
 * shortest length), 5.4 (order of fragments), 5.5 (control frames), 7.4 (close codes) and 8.1
 * (UTF-8); RFC 7692 section 6 and 7.2, when compression was agreed. It reads no sockets: the caller
 * feeds it bytes and takes events, and a payload of any length passes through in pieces.
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
    READER_VIOLATION /* `violation` says which rule was broken; do not go on */
};

struct reader_frame {
    bool fin;
    uint8_t opcode;
    uint64_t length;
};

enum { READER_UNMASKED = 4096 }; /* bytes of a masked payload in one piece */

struct reader {
    bool from_client;     /* so that every frame is masked; */
    bool any_mask;        /* one that is not, or is and should not be, is read all the same */
    const uint8_t *bytes; /* what reader_feed was given, and how far it has been read */
    size_t length, position;

    uint8_t header[WRITER_HEADER_MAX]; /* of the current frame */
    size_t header_size;
    bool in_payload;
    struct reader_frame frame;
    uint8_t masking_key[4];
    uint8_t unmasked[READER_UNMASKED]; /* where a piece lies that was masked */
    uint64_t payload_done;
    const uint8_t *piece; /* without its mask, and inflated */
    size_t piece_length;
    const uint8_t *wire; /* the same bytes as they came; none for what comes out later */
    size_t wire_length;
    uint8_t control[CONTROL_PAYLOAD_MAX];

    bool in_message; /* a message has begun and its last fragment has not come */
    bool is_text;
    bool closed; /* a Close frame has come, so no data may follow */
    struct utf8_decoder decoder;
    struct unpack *unpack; /* the caller's; NULL when no compression was agreed */
    bool is_compressed;    /* the message is */

    const char *violation; /* the rule in plain words with its section */
    uint64_t wrong;        /* the first wrong byte, counted from the frame's first */
};

/* Starts at the first byte after the other side's handshake. */
void reader_init(struct reader *reader, bool from_client);

/* Gives it bytes, which must stay where they are until it asks for more. */
void reader_feed(struct reader *reader, const uint8_t *bytes, size_t len);

/* The next event in the bytes. */
enum reader_event reader_next(struct reader *reader);

#endif
