/* The messages that come in: the first half of permessage_deflate.h. */
#include "step07_deflate/permessage_parts.h"

#include "step04_frames/frame.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 1024, /* bytes; it doubles from there */
    TURN_OUTPUT = 65536,   /* bytes that come out before others have their turn */

    /* Tables for codes are work even if nothing comes out, so a message may have this many, and one
     * more for this many bytes of what comes out. Who compresses seldom makes them for less: they
     * take some sixty bytes themselves. */
    TABLES_FREE = 4096,
    BYTES_OF_A_TABLE = 512
};

/* What every compressed message ends with, so it is not sent (7.2.1). */
static const uint8_t tail[] = {0x00, 0x00, 0xff, 0xff};

void permessage_receiver_free(struct permessage_receiver *receiver) {
    free(receiver->inflate);
    free(receiver->bytes);
    receiver->inflate = NULL;
    receiver->bytes = NULL;
    receiver->capacity = receiver->base = receiver->start = receiver->length = 0;
}

/* How many bytes in front of the message references may still reach. */
static size_t history_length(const struct permessage_receiver *receiver) {
    size_t window = (size_t)1 << receiver->window_bits;
    size_t before = receiver->start - receiver->base;
    return before < window ? before : window;
}

/* Moves what is needed to the front. */
static void move_to_front(struct permessage_receiver *receiver) {
    size_t history = history_length(receiver);
    size_t from = receiver->start - history;
    if (from > 0) {
        memmove(receiver->bytes, receiver->bytes + from, receiver->length - from);
        receiver->base = 0;
        receiver->start = history;
        receiver->length -= from;
    }
}

/* Changes the capacity, which what is in use fits into. Returns whether there was memory. */
static bool resize(struct permessage_receiver *receiver, size_t capacity) {
    uint8_t *bytes = realloc(receiver->bytes, capacity);
    if (bytes != NULL) {
        receiver->bytes = bytes;
        receiver->capacity = capacity;
    }
    return bytes != NULL;
}

/* Makes room for more of the message: by throwing away what lies before the window, if that frees a
 * quarter, or with more memory. Never for more than the window and the largest message. */
static bool make_room(struct permessage_receiver *receiver, uint64_t most_message) {
    move_to_front(receiver);
    if (receiver->capacity - receiver->length > receiver->capacity / 4) {
        return true;
    }
    size_t most = receiver->start + (size_t)most_message;
    return resize(receiver, 2 * receiver->capacity < most ? 2 * receiver->capacity : most);
}

/* A large message stays in its place until the next begins; then only its end is still needed. */
void permessage_receiver_shrink(struct permessage_receiver *receiver) {
    if (receiver->in_message || receiver->capacity <= PERMESSAGE_KEPT) {
        return;
    }
    receiver->start = receiver->length;
    if (!receiver->takeover) {
        receiver->base = receiver->length;
    }
    move_to_front(receiver);
    resize(receiver, PERMESSAGE_KEPT);
}

/* A message begins. Large memory of an earlier one goes when the last was much smaller. */
static bool begin(struct permessage_receiver *receiver, const struct permessage_input *input) {
    if (input->may_move && receiver->length - receiver->start < receiver->capacity / 4) {
        permessage_receiver_shrink(receiver);
    }
    if (!receiver->takeover) {
        receiver->base = receiver->length;
    }
    receiver->start = receiver->length;
    receiver->in_message = true;
    receiver->opcode = input->opcode;
    receiver->tail = 0;
    utf8_init(&receiver->utf8);
    if (receiver->inflate == NULL) {
        receiver->inflate = malloc(sizeof *receiver->inflate);
        if (receiver->inflate != NULL) {
            inflate_init(receiver->inflate, receiver->window_bits);
        }
    }
    bool has_memory =
        receiver->inflate != NULL && (receiver->bytes != NULL || resize(receiver, FIRST_CAPACITY));
    receiver->tables_before = has_memory ? receiver->inflate->tables_made : 0;
    return has_memory;
}

/* Whether the message has been more work than it can be worth. */
static bool is_too_much_work(const struct permessage_receiver *receiver) {
    size_t length = receiver->length - receiver->start;
    return receiver->inflate->tables_made - receiver->tables_before >
           TABLES_FREE + length / BYTES_OF_A_TABLE;
}

/* Inflates from `*next` until that or the room is used up, and checks text on the way. Returns
 * whether what came out is good, as far as UTF-8 goes. */
static bool inflate_some(struct permessage_receiver *receiver, const uint8_t **next, size_t *left,
                         size_t until, enum inflate_verdict *verdict) {
    size_t before = receiver->length;
    size_t end = receiver->capacity < until ? receiver->capacity : until;
    struct inflate_output output = {receiver->bytes + receiver->base, before - receiver->base,
                                    end - receiver->base};
    *verdict = inflate_run(receiver->inflate, next, left, &output);
    receiver->length = receiver->base + output.length;
    return receiver->opcode != FRAME_TEXT ||
           utf8_update(&receiver->utf8, receiver->bytes + before, receiver->length - before);
}

/* All payload has been inflated, and what it ends with. A message without any payload should have
 * had one byte (7.2.3.6), but zlib writes nothing where there is nothing new to write, and who uses
 * it passes that on. */
static enum permessage_verdict end(struct permessage_receiver *receiver) {
    receiver->in_message = false;
    if (receiver->received > 0 && !inflate_is_between_blocks(receiver->inflate)) {
        receiver->problem = "the compressed data is cut short (RFC 7692, 7.2.2)";
        return PERMESSAGE_BAD;
    }
    bool is_whole = receiver->opcode != FRAME_TEXT || utf8_is_complete(&receiver->utf8);
    return is_whole ? PERMESSAGE_OK : PERMESSAGE_CUT_CHARACTER;
}

/* Inflates the rest of this turn's payload, or what is missing after the last. */
static bool inflate_next(struct permessage_receiver *receiver, struct permessage_input *input,
                         size_t *left, size_t until, enum inflate_verdict *verdict) {
    size_t before = *left;
    if (input->length > 0 || !input->is_last || receiver->received == 0) {
        bool is_good = inflate_some(receiver, &input->bytes, left, until, verdict);
        input->length -= before - *left;
        return is_good;
    }
    const uint8_t *next = tail + receiver->tail;
    size_t missing = sizeof tail - receiver->tail;
    bool is_good = inflate_some(receiver, &next, &missing, until, verdict);
    receiver->tail = sizeof tail - missing;
    return is_good;
}

/* All of this turn's input is taken: is there more to do with what has come? */
static enum permessage_verdict after_input(struct permessage_receiver *receiver,
                                           const struct permessage_input *input) {
    if (input->length > 0) {
        return PERMESSAGE_NEEDS_TURN;
    }
    if (!input->is_last) {
        return PERMESSAGE_OK;
    }
    bool all = receiver->received == 0 || receiver->tail == sizeof tail;
    return all ? end(receiver) : PERMESSAGE_GO_ON; /* with what is missing */
}

/* The room is used up, of which this turn may have no more than `most`. */
static enum permessage_verdict after_room(struct permessage_receiver *receiver,
                                          const struct permessage_input *input, size_t most) {
    size_t length = receiver->length - receiver->start;
    if (length == input->most) {
        return PERMESSAGE_TOO_BIG;
    }
    if (length == most) {
        return PERMESSAGE_NEEDS_TURN;
    }
    if (!input->may_move) {
        return PERMESSAGE_NEEDS_OUTPUT;
    }
    return make_room(receiver, input->most) ? PERMESSAGE_GO_ON : PERMESSAGE_NO_MEMORY;
}

enum permessage_verdict permessage_receive(struct permessage_receiver *receiver,
                                           struct permessage_input *input) {
    enum permessage_verdict verdict = PERMESSAGE_GO_ON;
    if (!receiver->in_message && !begin(receiver, input)) {
        return PERMESSAGE_NO_MEMORY;
    }
    size_t left = input->length < INFLATE_TURN ? input->length : INFLATE_TURN;
    size_t most = receiver->length - receiver->start + TURN_OUTPUT;
    most = most < input->most ? most : (size_t)input->most;
    while (verdict == PERMESSAGE_GO_ON) {
        enum inflate_verdict inflated;
        if (!inflate_next(receiver, input, &left, receiver->start + most, &inflated)) {
            return PERMESSAGE_NOT_UTF8;
        }
        if (inflated == INFLATE_BAD) {
            receiver->problem = receiver->inflate->problem;
            return PERMESSAGE_BAD;
        }
        if (is_too_much_work(receiver)) {
            return PERMESSAGE_TOO_BIG;
        }
        verdict = inflated == INFLATE_NEEDS_INPUT ? after_input(receiver, input)
                                                  : after_room(receiver, input, most);
    }
    return verdict;
}

/* Between two messages only the window is needed: inflate itself is between two blocks. */
void permessage_receiver_relax(struct permessage_receiver *receiver) {
    if (receiver->in_message) {
        return;
    }
    receiver->start = receiver->length;
    if (!receiver->takeover) {
        receiver->base = receiver->length;
    }
    size_t history = history_length(receiver);
    if (history == 0) {
        permessage_receiver_free(receiver);
        return;
    }
    move_to_front(receiver);
    resize(receiver, history);
    free(receiver->inflate);
    receiver->inflate = NULL;
}
