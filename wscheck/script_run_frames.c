#include "common/clock.h"
#include "wscheck/driver.h"
#include "wscheck/memory.h"
#include "wscheck/sample.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STUFFED = 150, /* ms without room for another byte: the server has stopped reading */
    POURED = 100   /* ms until a flood looks whether it is to end */
};

/* Tells the trial which messages are to come next, before anything is sent, because a server may
 * send fragments back before it has received the whole message. */
static void announce(struct trial *trial, size_t index) {
    const struct script *script = trial->run->script;
    if (index < trial->run->announced) {
        return;
    }
    while (index < script->count && script->steps[index].word != &word_message) {
        if (script->steps[index].echo) {
            return;
        }
        index++;
    }
    for (; index < script->count && script->steps[index].word == &word_message; index++) {
        const struct script_step *step = &script->steps[index];
        struct trial_wanted wanted = {step->frame.opcode, step->optional, step->payload,
                                      step->times};
        trial_want(trial, &wanted);
        trial->run->announced = index + 1;
    }
}

static void send_one(struct trial *trial, struct writer_frame *frame) {
    const struct script_step *step = trial->run->step;
    frame->masked = trial->settings->driver->is_client ? !step->unmasked : step->masked;
    if (!step->zero_key) {
        uint32_t key = trial_random(trial);
        memcpy(frame->masking_key, &key, sizeof key);
    }
    if (step->split > 0 && !trial->early) {
        trial_flush(trial);
    }
    trial_send_frame(trial, frame, step->cut, (size_t)step->split);
    if (trial->run->sync) {
        trial_flush(trial);
        trial_pause(trial, 2);
    }
}

/* Sends a message in fragments of `piece` bytes. */
static void send_pieces(struct trial *trial, const struct writer_frame *whole, uint64_t piece) {
    uint64_t length = whole->payload.length;
    for (uint64_t done = 0; done < length && !trial->link.broken; done += piece) {
        struct writer_frame frame = *whole;
        frame.opcode = done == 0 ? frame.opcode : OPCODE_CONTINUATION;
        frame.rsv = done == 0 ? frame.rsv : 0;
        frame.fin = done + piece >= length;
        frame.payload.offset += done;
        frame.payload.length = frame.fin ? length - done : piece;
        frame.claimed = frame.payload.length;
        send_one(trial, &frame);
    }
}

/* Sends one message of a step, perhaps compressed and perhaps in pieces. */
static void send_message(struct trial *trial, struct writer_frame *frame) {
    const struct script_step *step = trial->run->step;
    uint8_t *compressed = NULL;
    if (step->deflated) {
        size_t length;
        compressed = trial_deflate(trial, &frame->payload, &length);
        frame->payload = (struct payload){compressed, length, length, 0};
        frame->claimed = length;
        frame->rsv = 4;
    }
    if (step->pieces > 0) {
        send_pieces(trial, frame, step->pieces);
    } else {
        send_one(trial, frame);
    }
    free(compressed);
}

/* How many windows of this size a case slides through its sample: about half a megabyte of them,
 * but not more than the Autobahn Testsuite sends, and at least a few. */
static uint64_t count_windows(const struct trial *trial, uint64_t size) {
    enum { FAIR_AMOUNT = 512 * 1024, MOST = 1000, LEAST = 4 };
    uint64_t count = FAIR_AMOUNT / size;
    if (trial->settings->messages > 0) {
        return trial->settings->messages;
    }
    return count < LEAST ? LEAST : count > MOST ? MOST : count;
}

void script_run_frame(struct trial *trial) {
    const struct script_step *step = trial->run->step;
    const struct sample *sample = step->slide > 0 ? sample_named(step->text) : NULL;
    uint64_t times = sample != NULL ? count_windows(trial, step->slide) : step->times;
    size_t position = 0;
    announce(trial, (size_t)(step - trial->run->script->steps));
    for (uint64_t i = 0; i < times && trial->verdict.failed < LEVEL_MUST && !trial->excused; i++) {
        struct writer_frame frame = step->frame;
        char number[32];
        if (sample != NULL) {
            frame.payload = sample_window(sample, (size_t)step->slide, &position);
            frame.claimed = frame.payload.length;
        } else if (times > 1 && frame.opcode == OPCODE_PING) { /* tells the Pongs apart */
            size_t length = (size_t)snprintf(number, sizeof number, "ping %" PRIu64, i);
            frame.payload = (struct payload){(const uint8_t *)number, length, length, 0};
            frame.claimed = length;
        }
        if (step->echo) {
            struct trial_wanted wanted = {step->frame.opcode, false, frame.payload, 1};
            trial_want(trial, &wanted);
        }
        send_message(trial, &frame);
        if (step->echo && !trial->early) {
            trial_wait_messages(trial);
        }
    }
}

/* Sends texts without reading what comes back, until the server cannot take any more. Then the
 * server either blocks in its write or keeps what it could not write. Both are fine as long as no
 * other connection has to wait. */
void script_run_stuff(struct trial *trial) {
    const struct script_step *step = trial->run->step;
    struct link *link = &trial->link;
    uint64_t sent = 0, messages = 0;
    size_t size = 0, left = 0; /* of the last text */
    uint8_t *text = memory_take(WRITER_HEADER_MAX + (size_t)step->payload.length);
    trial_flush(trial);
    while (sent < step->number && left == 0 && !link->broken && !trial_is_over(trial)) {
        struct writer_frame frame = trial_frame(trial, OPCODE_TEXT, NULL, 0);
        frame.payload = step->payload;
        frame.claimed = step->payload.length;
        size = left = writer_whole(&frame, text);
        messages++;
        do {
            left -= link_write(link, text + size - left, left);
        } while (left > 0 && !link->broken && !trial_is_over(trial) &&
                 link_wait(link, LINK_WRITABLE, clock_now() + STUFFED) != 0);
        sent += size - left;
    }
    transcript_add(&trial->transcript, TRANSCRIPT_SENT,
                   "%" PRIu64 " texts, %" PRIu64 " bytes in all, and nothing was read", messages,
                   sent);
    script_run_meanwhile(trial);
    struct trial_wanted wanted = {OPCODE_TEXT, false, step->payload, messages};
    trial_want(trial, &wanted);
    trial_put(trial, text + size - left, left);
    free(text);
    trial_wait_messages(trial);
}

struct flood {
    struct link *link;
    uint8_t *bytes; /* whole frames */
    size_t length;
    atomic_bool over;
};

/* Sends the bytes over and over, and throws away what comes back, so that the server always has
 * something to read, and room for its answer. */
static void *pour(void *argument) {
    struct flood *flood = argument;
    struct link *link = flood->link;
    size_t sent = 0;
    while (!flood->over && !link->ended && !link->broken) {
        int ready = link_wait(link, LINK_READABLE | LINK_WRITABLE, clock_now() + POURED);
        if ((ready & LINK_READABLE) != 0) {
            link_read(link);
        }
        if ((ready & LINK_WRITABLE) != 0) {
            sent += link_write(link, flood->bytes + sent, flood->length - sent);
            sent = sent == flood->length ? 0 : sent;
        }
    }
    link->start = link->end = 0;
    return NULL;
}

void script_run_flood(struct trial *trial) {
    enum { FLOOD_SIZE = 64 * 1024 };
    struct flood flood = {.link = &trial->link, .bytes = memory_take(FLOOD_SIZE)};
    struct writer_frame frame = trial_frame(trial, OPCODE_TEXT, NULL, 0);
    frame.payload = trial->run->step->payload;
    frame.claimed = frame.payload.length;
    while (flood.length + WRITER_HEADER_MAX + frame.payload.length <= FLOOD_SIZE) {
        flood.length += writer_whole(&frame, flood.bytes + flood.length);
    }
    pthread_t thread;
    trial_flush(trial);
    if (pthread_create(&thread, NULL, pour, &flood) != 0) {
        trial_skip(trial, "wscheck itself cannot start a thread");
    } else {
        transcript_add(&trial->transcript, TRANSCRIPT_SENT, "texts, one after the other, no end");
        script_run_meanwhile(trial);
        flood.over = true;
        pthread_join(thread, NULL);
    }
    free(flood.bytes);
}
