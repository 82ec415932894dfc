#include "tests/toy.h"

#include "tests/test.h"

#include <string.h>

enum { TOY_BAD = 0xbb, POISON = 0xdd };

/* Brings the message that has begun to the front, and destroys what was there. */
static void toy_move(struct toy *toy) {
    size_t length = toy->length - toy->start;
    memmove(toy->in, toy->in + toy->start, length);
    memset(toy->in + length, POISON, TOY_SIZE - length);
    toy->start = 0;
    toy->length = length;
}

static enum extension_verdict toy_pair(struct toy *toy, uint8_t byte,
                                       const struct extension_input *input) {
    size_t so_far = toy->length - toy->start;
    if (toy->count == 0 && byte == TOY_BAD) {
        return EXTENSION_BAD;
    }
    if (toy->count > input->most - so_far) {
        return EXTENSION_TOO_BIG;
    }
    if (toy->count > TOY_SIZE - toy->length) {
        if (!input->may_move) {
            toy->waits++;
            return EXTENSION_NEEDS_OUTPUT;
        }
        toy_move(toy);
    }
    memset(toy->in + toy->length, byte, toy->count);
    toy->length += toy->count;
    return EXTENSION_OK;
}

static enum extension_verdict toy_receive(void *context, struct extension_input *input,
                                          struct extension_message *message) {
    struct toy *toy = context;
    enum extension_verdict verdict = toy->no_memory ? EXTENSION_NO_MEMORY : EXTENSION_OK;
    if (!toy->in_message) {
        toy->start = toy->length;
        toy->in_message = true;
        toy->has_count = false;
    }
    while (input->length > 0 && verdict == EXTENSION_OK) {
        if (!toy->has_count) {
            toy->count = *input->bytes;
        } else {
            verdict = toy_pair(toy, *input->bytes, input);
        }
        if (verdict == EXTENSION_OK) {
            toy->has_count = !toy->has_count;
            input->bytes++;
            input->length--;
        }
    }
    bool is_whole = input->is_last && input->length == 0 && verdict == EXTENSION_OK;
    toy->in_message = !is_whole;
    *message = (struct extension_message){toy->in + toy->start, toy->length - toy->start,
                                          verdict == EXTENSION_BAD ? "the toy says no" : NULL};
    if (is_whole && toy->has_count) {
        message->problem = "half a pair";
        return EXTENSION_BAD;
    }
    return verdict;
}

/* Makes pairs of a message that gets shorter that way. */
static bool toy_send(void *context, const uint8_t *payload, size_t length,
                     struct extension_message *changed) {
    struct toy *toy = context;
    size_t written = 0, count;
    memset(toy->out, POISON, sizeof toy->out);
    for (size_t i = 0; i < length; i += count) {
        for (count = 1; i + count < length && count < 255; count++) {
            if (payload[i + count] != payload[i]) {
                break;
            }
        }
        if (written + 2 >= length) {
            return false;
        }
        toy->out[written++] = (uint8_t)count;
        toy->out[written++] = payload[i];
    }
    *changed = (struct extension_message){toy->out, written, NULL};
    return length > 0;
}

static void toy_relax(void *context) {
    struct toy *toy = context;
    CHECK(!toy->in_message);
    memset(toy->in, POISON, TOY_SIZE);
    toy->start = toy->length = 0;
    toy->relaxed++;
}

static void toy_shrink(void *context) {
    struct toy *toy = context;
    toy->shrunk++;
}

void toy_init(struct toy *toy) {
    memset(toy, 0, sizeof *toy);
    toy->extension = (struct extension){TOY_RSV, toy, toy_receive, toy_send, toy_shrink, toy_relax};
}
