#include "common/clock.h"
#include "wscheck/driver.h"
#include "wscheck/sample.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STUFFED = 150 }; /* ms without room for another byte: the server has stopped reading */

/* Tells the trial which messages come next, before anything is sent: a server may send fragments
 * back while the rest of the message is still on its way to it. */
static void announce(struct script_run *run, size_t index) {
    const struct script *script = run->script;
    if (index < run->announced) {
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
        trial_want(run->trial, &wanted);
        run->announced = index + 1;
    }
}

static void send_one(struct script_run *run, const struct script_step *step,
                     struct writer_frame *frame) {
    struct trial *trial = run->trial;
    if (!trial->settings->driver->is_client) {
        frame->masked = step->masked;
    }
    if (!step->zero_key) {
        uint32_t key = trial_random(trial);
        memcpy(frame->masking_key, &key, sizeof key);
    }
    if (step->split > 0 && !run->trial->early) {
        trial_flush(trial);
    }
    trial_send_frame(trial, frame, step->cut, (size_t)step->split);
    if (run->sync) {
        trial_flush(trial);
        trial_pause(trial, 2);
    }
}

/* Sends a frame in fragments of `pieces` bytes. */
static void send_pieces(struct script_run *run, const struct script_step *step,
                        const struct writer_frame *whole) {
    uint64_t length = whole->payload.length, offset = whole->payload.offset;
    for (uint64_t done = 0; done < length && !run->trial->link.broken; done += step->pieces) {
        struct writer_frame frame = *whole;
        frame.opcode = done == 0 ? frame.opcode : OPCODE_CONTINUATION;
        frame.rsv = done == 0 ? frame.rsv : 0;
        frame.fin = done + step->pieces >= length;
        frame.payload.offset = offset + done;
        frame.payload.length = frame.fin ? length - done : step->pieces;
        frame.claimed = frame.payload.length;
        send_one(run, step, &frame);
    }
}

/* Of many pings each has a payload of its own, so that a pong tells which one it answers. */
static void number_ping(const struct script_step *step, struct writer_frame *frame, uint64_t i,
                        uint8_t number[24]) {
    if (step->times > 1 && frame->opcode == OPCODE_PING) {
        int length = snprintf((char *)number, 24, "ping %llu", (unsigned long long)i);
        frame->payload = (struct payload){number, (size_t)length, (uint64_t)length, 0};
        frame->claimed = frame->payload.length;
    }
}

/* Sends one message of a step, perhaps compressed and perhaps in pieces. */
static void send_message(struct script_run *run, const struct script_step *step,
                         struct writer_frame *frame) {
    uint8_t *compressed = NULL;
    if (step->deflated) {
        size_t length;
        compressed = trial_deflate(run->trial, &frame->payload, &length);
        frame->payload = (struct payload){compressed, length, length, 0};
        frame->claimed = length;
        frame->rsv = 4;
    }
    if (step->pieces > 0) {
        send_pieces(run, step, frame);
    } else {
        send_one(run, step, frame);
    }
    free(compressed);
}

/* How many windows a case slides through its sample: of small ones no more than the field's suite
 * has, of large ones a few. */
static uint64_t count_windows(const struct trial *trial, const struct script_step *step) {
    enum { FAIR_AMOUNT = 512 * 1024, MOST = 1000, LEAST = 4 };
    uint64_t count = FAIR_AMOUNT / step->slide;
    if (trial->settings->messages > 0) {
        return trial->settings->messages;
    }
    return count < LEAST ? LEAST : count > MOST ? MOST : count;
}

void script_run_frame(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    const struct sample *sample =
        step->slide > 0 ? sample_named((const char *)step->payload.unit) : NULL;
    uint64_t times = sample != NULL ? count_windows(trial, step) : step->times;
    size_t position = 0;
    uint8_t number[24];
    announce(run, (size_t)(step - run->script->steps));
    for (uint64_t i = 0; i < times && trial->verdict.failed < LEVEL_MUST && !trial->excused; i++) {
        struct writer_frame frame = step->frame;
        if (sample != NULL) {
            frame.payload = sample_window(sample, (size_t)step->slide, &position);
            frame.claimed = frame.payload.length;
        }
        number_ping(step, &frame, i, number);
        if (step->echo) {
            struct trial_wanted wanted = {step->frame.opcode, false, frame.payload, 1};
            trial_want(trial, &wanted);
        }
        send_message(run, step, &frame);
        if (step->echo && !run->trial->early) {
            trial_wait_messages(trial);
        }
    }
}

/* The bytes of one masked text frame. Free them. */
static uint8_t *text_frame(struct trial *trial, const struct payload *payload, size_t *size) {
    struct writer_frame frame = {.fin = true, .masked = true, .opcode = OPCODE_TEXT};
    uint32_t key = trial_random(trial);
    memcpy(frame.masking_key, &key, sizeof key);
    frame.payload = *payload;
    frame.claimed = payload->length;
    uint8_t *bytes = malloc(WRITER_HEADER_MAX + (size_t)payload->length);
    if (bytes == NULL) {
        abort();
    }
    *size = writer_header(&frame, bytes);
    writer_payload(&frame, 0, bytes + *size, (size_t)payload->length);
    *size += (size_t)payload->length;
    return bytes;
}

/* Sends texts without reading what comes back, until the server cannot take any more. It then
 * blocks in its write, or keeps what it could not write: both are well, if nobody else waits. */
void script_run_stuff(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    uint64_t sent = 0, messages = 0;
    size_t left = 0;
    bool stuck = false;
    uint8_t *frame = NULL;
    trial_flush(trial);
    while (sent < step->number && !stuck && !trial->link.broken && !trial_is_over(trial)) {
        free(frame);
        frame = text_frame(trial, &step->payload, &left);
        size_t size = left;
        messages++;
        while (left > 0 && !stuck && !trial->link.broken && !trial_is_over(trial)) {
            left -= link_write(&trial->link, frame + size - left, left);
            stuck = left > 0 && link_wait(&trial->link, LINK_WRITABLE, clock_now() + STUFFED) == 0;
        }
        sent += size - left;
        if (left > 0) {
            memmove(frame, frame + size - left, left);
        }
    }
    transcript_add(&trial->transcript, TRANSCRIPT_SENT,
                   "%llu texts, %llu bytes in all, and nothing was read",
                   (unsigned long long)messages, (unsigned long long)sent);
    script_run_meanwhile(trial);
    struct trial_wanted wanted = {OPCODE_TEXT, false, step->payload, messages};
    trial_want(trial, &wanted);
    trial_put(trial, frame, left);
    free(frame);
    trial_wait_messages(trial);
}
