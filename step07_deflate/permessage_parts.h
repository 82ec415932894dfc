/* permessage_parts: what the files of permessage_deflate share. Only they include it. Step 7. */
#ifndef STEP07_DEFLATE_PERMESSAGE_PARTS_H
#define STEP07_DEFLATE_PERMESSAGE_PARTS_H

#include "step07_deflate/permessage_deflate.h"

/* Bytes of memory that each direction keeps for the next message. More than this, which larger
 * messages need, is given back. */
enum { PERMESSAGE_KEPT = 256 * 1024 };

/* Some payload of a marked message, unmasked, in the order of its arrival. */
struct permessage_input {
    uint8_t opcode;
    const uint8_t *bytes; /* permessage_receive moves it past what it has read, */
    size_t length;        /* and reduces this */
    bool is_last;         /* the message ends with these bytes */
    bool may_move;        /* no output is waiting, which could lie in the receiver's memory */
    uint64_t most;        /* bytes of the largest message that is accepted */
};

enum permessage_verdict {
    PERMESSAGE_GO_ON,        /* never returned: there is more to do in this turn */
    PERMESSAGE_OK,           /* all input has been read */
    PERMESSAGE_NEEDS_TURN,   /* there is more to do: call again with the rest of the input */
    PERMESSAGE_NEEDS_OUTPUT, /* the message must move but may_move is false: write the output, then
                                call again with the rest of the input, even if that is nothing */
    PERMESSAGE_TOO_BIG,      /* the message is larger than `most`, or costs too much work */
    PERMESSAGE_BAD,          /* receiver->problem says why */
    PERMESSAGE_NOT_UTF8,
    PERMESSAGE_CUT_CHARACTER,
    PERMESSAGE_NO_MEMORY
};

/* Inflates the input, and appends the result to the message that lies from receiver->start to
 * receiver->length. Begins a message if there is none. Does a bounded amount of work. */
enum permessage_verdict permessage_receive(struct permessage_receiver *receiver,
                                           struct permessage_input *input);

/* permessage_send is the `send` of struct layer. permessage_send_on gives it another turn, while
 * sender->is_busy. Both return as connection_send does. */
int permessage_send(void *context, struct connection *connection, uint8_t opcode, uint8_t *payload,
                    size_t length);
int permessage_send_on(struct permessage_deflate *deflate, struct connection *connection);

/* Whether the last message sent still waits to be written from `sender->out`, so that the next
 * message cannot use that memory yet. */
bool permessage_is_lent(struct permessage_deflate *deflate, const struct connection *connection);

/* Each gives back memory if it holds more than PERMESSAGE_KEPT. */
void permessage_receiver_shrink(struct permessage_receiver *receiver);
void permessage_sender_shrink(struct permessage_sender *sender);

/* Each gives back the memory that a silent connection does not need. */
void permessage_receiver_relax(struct permessage_receiver *receiver);
void permessage_sender_relax(struct permessage_sender *sender);

/* Each frees all memory of its direction. */
void permessage_receiver_free(struct permessage_receiver *receiver);
void permessage_sender_free(struct permessage_sender *sender);

#endif
