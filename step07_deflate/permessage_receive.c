/* The messages that come in: the first half of permessage_deflate.h. */
#include "step07_deflate/permessage_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 1024, /* bytes; it doubles from there */

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
static bool begin(struct permessage_receiver *receiver, bool may_move) {
    if (may_move && receiver->length - receiver->start < receiver->capacity / 4) {
        permessage_receiver_shrink(receiver);
    }
    if (!receiver->takeover) {
        receiver->base = receiver->length;
    }
    receiver->start = receiver->length;
    receiver->in_message = true;
    receiver->received = receiver->tail = 0;
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

/* Inflates from `*next` until that or the room is used up. */
static enum inflate_verdict inflate_some(struct permessage_receiver *receiver, const uint8_t **next,
                                         size_t *left, uint64_t most) {
    size_t capacity = receiver->capacity - receiver->base;
    size_t limit = receiver->start - receiver->base + (size_t)most;
    struct inflate_output output = {receiver->bytes + receiver->base,
                                    receiver->length - receiver->base,
                                    capacity < limit ? capacity : limit};
    enum inflate_verdict verdict = inflate_run(receiver->inflate, next, left, &output);
    receiver->length = receiver->base + output.length;
    return verdict;
}

/* The whole payload has been inflated, and what it ends with. A message without any payload should
 * have had one byte (7.2.3.6), but zlib writes nothing where there is nothing new to write, and who
 * uses it passes that on. */
static enum extension_verdict end(struct permessage_receiver *receiver,
                                  struct extension_message *message) {
    receiver->in_message = false;
    if (receiver->received > 0 && !inflate_is_between_blocks(receiver->inflate)) {
        message->problem = "the compressed data is cut short (RFC 7692, 7.2.2)";
        return EXTENSION_BAD;
    }
    return EXTENSION_OK;
}

enum extension_verdict permessage_receive(void *context, struct extension_input *input,
                                          struct extension_message *message) {
    struct permessage_receiver *receiver = &((struct permessage_deflate *)context)->receiver;
    if (!receiver->in_message && !begin(receiver, input->may_move)) {
        return EXTENSION_NO_MEMORY;
    }
    receiver->received += input->length;
    for (;;) {
        const uint8_t *missing = tail + receiver->tail;
        size_t missing_length = sizeof tail - receiver->tail;
        bool at_tail = input->length == 0 && input->is_last && receiver->received > 0;
        enum inflate_verdict verdict =
            at_tail ? inflate_some(receiver, &missing, &missing_length, input->most)
                    : inflate_some(receiver, &input->bytes, &input->length, input->most);
        receiver->tail = sizeof tail - missing_length;
        message->length = receiver->length - receiver->start;
        message->payload = receiver->bytes + receiver->start;
        bool done = !input->is_last || receiver->received == 0 || receiver->tail == sizeof tail;
        if (verdict == INFLATE_BAD) {
            message->problem = receiver->inflate->problem;
            return EXTENSION_BAD;
        }
        if (is_too_much_work(receiver)) {
            return EXTENSION_TOO_BIG;
        }
        if (verdict == INFLATE_NEEDS_INPUT && done) {
            return input->is_last ? end(receiver, message) : EXTENSION_OK;
        }
        if (verdict == INFLATE_NEEDS_INPUT) {
            continue;
        }
        if (message->length == input->most) {
            return EXTENSION_TOO_BIG;
        }
        if (!input->may_move) {
            receiver->received -= input->length;
            return EXTENSION_NEEDS_OUTPUT;
        }
        bool has_room = make_room(receiver, input->most);
        message->payload = receiver->bytes + receiver->start; /* it may have moved */
        if (!has_room) {
            return EXTENSION_NO_MEMORY;
        }
    }
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
