/* permessage_parts: what the files of permessage_deflate share with each other, and with nobody
 * else. Step 7. */
#ifndef STEP07_DEFLATE_PERMESSAGE_PARTS_H
#define STEP07_DEFLATE_PERMESSAGE_PARTS_H

#include "step07_deflate/permessage_deflate.h"

/* Bytes of memory in either direction; what larger messages need is not kept for smaller ones. */
enum { PERMESSAGE_KEPT = 256 * 1024 };

/* Some payload of a marked message, unmasked, in the order in which it came. */
struct permessage_input {
    uint8_t opcode;
    const uint8_t *bytes; /* permessage_receive takes bytes off the front */
    size_t length;
    bool is_last;  /* the message ends after them */
    bool may_move; /* nothing of an earlier message waits to be written */
    uint64_t most; /* bytes of the largest message that is accepted */
};

enum permessage_verdict {
    PERMESSAGE_GO_ON,        /* never returned: there is more to do in this turn */
    PERMESSAGE_OK,           /* all input is taken */
    PERMESSAGE_NEEDS_TURN,   /* there is more to do: call again with the rest of the input */
    PERMESSAGE_NEEDS_OUTPUT, /* write the output first: the message must move, and may_move is
                                false; then call again with the rest, even if that is nothing */
    PERMESSAGE_TOO_BIG,      /* the message is larger than `most`, or too much work */
    PERMESSAGE_BAD,          /* receiver->problem says why */
    PERMESSAGE_NOT_UTF8,
    PERMESSAGE_CUT_CHARACTER,
    PERMESSAGE_NO_MEMORY
};

/* Inflates input to the end of the message that lies from receiver->start to receiver->length; it
 * begins one if need be. Does a bounded amount of work. */
enum permessage_verdict permessage_receive(struct permessage_receiver *receiver,
                                           struct permessage_input *input);

/* The `send` of struct layer, and another turn of it while sender->is_busy. */
int permessage_send(void *context, struct connection *connection, uint8_t opcode, uint8_t *payload,
                    size_t length);
int permessage_send_on(struct permessage_deflate *deflate, struct connection *connection);

/* Whether the last message sent waits to be written, and lies in memory that the next one needs. */
bool permessage_is_lent(struct permessage_deflate *deflate, const struct connection *connection);

/* Give back what is more than PERMESSAGE_KEPT. */
void permessage_receiver_shrink(struct permessage_receiver *receiver);
void permessage_sender_shrink(struct permessage_sender *sender);

/* Give back what a silent connection does not need. */
void permessage_receiver_relax(struct permessage_receiver *receiver);
void permessage_sender_relax(struct permessage_sender *sender);

/* Free all memory. */
void permessage_receiver_free(struct permessage_receiver *receiver);
void permessage_sender_free(struct permessage_sender *sender);

#endif
