/* The receiving direction of permessage_deflate.h. */
#include "step07_deflate/permessage_parts.h"

#include "step04_frames/frame.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 1024, /* bytes; it doubles from there */
    TURN_OUTPUT = 65536,   /* the most bytes of output in one turn */

    /* To build the tables for codes is work even if there is no output. So a message may have
     * TABLES_FREE tables, and one more for each BYTES_PER_TABLE bytes of output. A good compressor
     * seldom makes codes for fewer bytes, since the codes themselves take about sixty. */
    TABLES_FREE = 4096,
    BYTES_PER_TABLE = 512
};

/* The last bytes of every compressed message, which the sender leaves out (7.2.1). */
static const uint8_t tail[] = {0x00, 0x00, 0xff, 0xff};

void permessage_receiver_free(struct permessage_receiver *receiver) {
    free(receiver->inflate);
    free(receiver->bytes);
    receiver->inflate = NULL;
    receiver->bytes = NULL;
    receiver->capacity = receiver->base = receiver->start = receiver->length = 0;
}

/* How many bytes before the message references may still reach. */
static size_t history_length(const struct permessage_receiver *receiver) {
    size_t window = (size_t)1 << receiver->window_bits;
    size_t before = receiver->start - receiver->base;
    return before < window ? before : window;
}

/* Moves the history and the message to the front of the memory. */
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

/* Changes the capacity, to no less than receiver->length. Returns whether there was memory. */
static bool resize(struct permessage_receiver *receiver, size_t capacity) {
    uint8_t *bytes = realloc(receiver->bytes, capacity);
    if (bytes != NULL) {
        receiver->bytes = bytes;
        receiver->capacity = capacity;
    }
    return bytes != NULL;
}

/* Makes room for more of the message: drops what lies before the history, and if that leaves less
 * than a quarter free, doubles the capacity, but never beyond the window and the largest message.
 * Returns whether there was memory. */
static bool make_room(struct permessage_receiver *receiver, uint64_t most_message) {
    move_to_front(receiver);
    if (receiver->capacity - receiver->length > receiver->capacity / 4) {
        return true;
    }
    size_t most = receiver->start + (size_t)most_message;
    return resize(receiver, 2 * receiver->capacity < most ? 2 * receiver->capacity : most);
}

/* A large message stays in its place until the next one begins; then only the end of it, which
 * references may reach, is still needed. */
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

/* Begins a message. If the last one used less than a quarter of the memory, large memory shrinks.
 * Returns whether there was memory. */
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

/* Whether the message has cost more work than its size allows. */
static bool is_too_much_work(const struct permessage_receiver *receiver) {
    size_t length = receiver->length - receiver->start;
    return receiver->inflate->tables_made - receiver->tables_before >
           TABLES_FREE + length / BYTES_PER_TABLE;
}

/* Inflates the rest of this turn's payload or, after the last payload, the missing tail, and checks
 * the UTF-8 of text on the way. Stops when the input ends or the output reaches the offset `until`.
 * Returns whether the text is good so far. */
static bool inflate_next(struct permessage_receiver *receiver, struct permessage_input *input,
                         size_t *left, size_t until, enum inflate_verdict *verdict) {
    size_t before = receiver->length;
    size_t end = receiver->capacity < until ? receiver->capacity : until;
    struct inflate_output output = {receiver->bytes + receiver->base, before - receiver->base,
                                    end - receiver->base};
    if (input->length > 0 || !input->is_last || receiver->received == 0) {
        size_t left_before = *left;
        *verdict = inflate_run(receiver->inflate, &input->bytes, left, &output);
        input->length -= left_before - *left;
    } else {
        const uint8_t *next = tail + receiver->tail;
        size_t missing = sizeof tail - receiver->tail;
        *verdict = inflate_run(receiver->inflate, &next, &missing, &output);
        receiver->tail = sizeof tail - missing;
    }
    receiver->length = receiver->base + output.length;
    return receiver->opcode != FRAME_TEXT ||
           utf8_update(&receiver->utf8, receiver->bytes + before, receiver->length - before);
}

/* Decides what follows when this turn's input has been read. A message without any payload should
 * have one byte (7.2.3.6), but zlib writes nothing for it and many senders pass that on. */
static enum permessage_verdict after_input(struct permessage_receiver *receiver,
                                           const struct permessage_input *input) {
    if (input->length > 0) {
        return PERMESSAGE_NEEDS_TURN;
    }
    if (!input->is_last) {
        return PERMESSAGE_OK;
    }
    if (receiver->received > 0 && receiver->tail < sizeof tail) {
        return PERMESSAGE_GO_ON; /* with the tail */
    }
    receiver->in_message = false;
    if (receiver->received > 0 && !inflate_is_between_blocks(receiver->inflate)) {
        receiver->problem = "the compressed data is cut short (RFC 7692, 7.2.2)";
        return PERMESSAGE_BAD;
    }
    bool is_whole = receiver->opcode != FRAME_TEXT || utf8_is_complete(&receiver->utf8);
    return is_whole ? PERMESSAGE_OK : PERMESSAGE_CUT_CHARACTER;
}

/* Decides what follows when the output is full. `most` is the length of the message at which this
 * turn ends. */
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

/* Between two messages inflate is between two blocks, so only the history is needed. */
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
