/* extension: what a connection asks of an extension, RFC 6455 sections 5.8 and 9. Step 5.
 *
 * An extension that has been agreed on in the handshake changes the payloads of messages on their
 * way, and marks those that it has changed with a reserved bit in the first frame:
 *
 *     received:   frames --> unmasked payload --> receive() --> message
 *     sent:       message --> send() --> payload of one frame --> masked, by a client
 *
 * The connection knows no more of it than these few functions. Frames, control frames, UTF-8 and
 * the limit on a message's size stay its own business. Without an extension there is none of this,
 * and a reserved bit is an error.
 */
#ifndef STEP05_ECHO_EXTENSION_H
#define STEP05_ECHO_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Some payload of a marked message, unmasked, in the order in which it came. */
struct extension_input {
    const uint8_t *bytes; /* receive() takes bytes off the front */
    size_t length;
    bool is_last;  /* the message ends after them */
    bool may_move; /* nothing of an earlier message waits to be written */
    uint64_t most; /* bytes of the largest message that is accepted */
};

/* A message in the extension's memory. */
struct extension_message {
    uint8_t *payload;
    size_t length;
    const char *problem; /* one sentence after EXTENSION_BAD, short enough for a Close */
};

enum extension_verdict {
    EXTENSION_OK,           /* all input is taken */
    EXTENSION_NEEDS_OUTPUT, /* write the output first: the message must move, and may_move is false.
                               Call again with the rest of the input, even if that is nothing */
    EXTENSION_TOO_BIG,      /* the message is larger than `most` */
    EXTENSION_BAD,          /* the input breaks the extension's rules */
    EXTENSION_NO_MEMORY
};

struct extension {
    uint8_t rsv; /* the reserved bit that marks a message, as in struct frame_header */
    void *context;

    /* Takes input, and stores in `*message` where the message lies, as far as it has come out. That
     * is kept until the next message begins, and longer unless it is told that it may move. */
    enum extension_verdict (*receive)(void *context, struct extension_input *input,
                                      struct extension_message *message);

    /* Changes a message for sending. Returns whether it did: then `*changed` is what to send, which
     * stays until the next call; otherwise the message is sent as it is, without the mark. */
    bool (*send)(void *context, const uint8_t *payload, size_t length,
                 struct extension_message *changed);

    /* Gives back what large messages have taken. Nothing waits to be written, and of the message
     * last received nothing is needed; it may be asked in the midst of a message, and then does
     * nothing. */
    void (*shrink)(void *context);

    /* Gives back all memory that was taken for busier times; not in the midst of a message. */
    void (*relax)(void *context);
};

#endif
