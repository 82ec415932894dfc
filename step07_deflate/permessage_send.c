/* The messages that go out: the second half of permessage_deflate.h. */
#include "step07_deflate/permessage_parts.h"

#include <stdlib.h>

enum {
    TAIL = 4,    /* bytes of 00 00 ff ff, which are not sent (7.2.1) */
    SHORTEST = 4 /* a message that could get shorter at all */
};

void permessage_sender_free(struct permessage_sender *sender) {
    free(sender->memory);
    free(sender->history);
    free(sender->out);
    sender->memory = sender->history = sender->out = NULL;
    sender->history_length = sender->out_capacity = 0;
}

/* Gets the compressor ready, with the history that was kept. Returns whether there was memory. */
static bool wake(struct permessage_sender *sender) {
    if (sender->memory == NULL) {
        sender->memory = malloc(deflate_memory(sender->window_bits));
        if (sender->memory == NULL) {
            return false;
        }
        deflate_init(&sender->deflate, sender->window_bits, sender->memory);
        if (sender->history != NULL) {
            deflate_set_history(&sender->deflate, sender->history, sender->history_length);
            free(sender->history);
            sender->history = NULL;
        }
    }
    return true;
}

void permessage_sender_shrink(struct permessage_sender *sender) {
    if (sender->out_capacity > PERMESSAGE_KEPT) {
        free(sender->out);
        sender->out = NULL;
        sender->out_capacity = 0;
    }
}

/* Makes room for a compressed message. Returns whether there was memory. */
static bool make_room(struct permessage_sender *sender, size_t capacity) {
    if (capacity > sender->out_capacity) {
        free(sender->out);
        sender->out = malloc(capacity);
        sender->out_capacity = sender->out != NULL ? capacity : 0;
    }
    return sender->out != NULL;
}

/* Without memory for it a message can still be sent, just not compressed. */
bool permessage_send(void *context, const uint8_t *payload, size_t length,
                     struct extension_message *changed) {
    struct permessage_sender *sender = &((struct permessage_deflate *)context)->sender;
    size_t written, most = length - 1 + TAIL; /* it has to be shorter than the message */
    if (most < sender->out_capacity / 4) {
        permessage_sender_shrink(sender);
    }
    if (length < SHORTEST || !make_room(sender, most) || !wake(sender)) {
        return false;
    }
    if (!sender->takeover) {
        deflate_forget(&sender->deflate);
    }
    if (!deflate_message(&sender->deflate, payload, length, sender->out, most, &written)) {
        return false;
    }
    *changed = (struct extension_message){sender->out, written - TAIL, NULL};
    return true;
}

/* Without memory for the history, the compressor stays as it is. What a short history does not need
 * of the largest goes at once. */
void permessage_sender_relax(struct permessage_sender *sender) {
    free(sender->out);
    sender->out = NULL;
    sender->out_capacity = 0;
    if (sender->memory == NULL) {
        return;
    }
    if (sender->takeover) {
        uint8_t *history = malloc((size_t)1 << sender->window_bits);
        if (history == NULL) {
            return;
        }
        size_t length = deflate_history(&sender->deflate, history);
        uint8_t *shorter = realloc(history, length > 0 ? length : 1);
        if (shorter != NULL) {
            history = shorter;
        }
        sender->history = history;
        sender->history_length = length;
    }
    free(sender->memory);
    sender->memory = NULL;
}
