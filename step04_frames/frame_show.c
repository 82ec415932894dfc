#include "step04_frames/frame_show.h"

#include "common/log.h"
#include "common/text.h"
#include "step04_frames/close.h"
#include "step04_frames/frame_draw.h"

#include <inttypes.h>

void frame_show_init(struct frame_show *show, uint64_t connection, const char *name, bool masked) {
    *show = (struct frame_show){.connection = connection, .name = name, .rules = {masked, 0}};
}

static void log_line(void *context, const char *text) {
    const struct frame_show *show = context;
    log_event(show->connection, "%s", text);
}

/* Logs the unmasked payload, of which `len` bytes are there. */
static void show_payload(const struct frame_show *show, const struct frame_header *header,
                         const uint8_t *payload, size_t len) {
    char text[400];
    const char *name = frame_opcode_name(header->opcode);
    struct close close;
    enum close_verdict verdict = CLOSE_OK;
    if (header->opcode == FRAME_CLOSE) {
        verdict = close_decode(payload, len, &close);
    }
    if (verdict != CLOSE_OK) {
        log_event(show->connection, "  close, breaks a rule: %s", close_verdict_sentence(verdict));
    } else if (header->opcode == FRAME_CLOSE && close.code == CLOSE_NO_CODE) {
        log_event(show->connection, "  close: without a code");
    } else if (header->opcode == FRAME_CLOSE) {
        log_event(show->connection, "  close: code %u, reason \"%s\"", (unsigned)close.code,
                  text_printable(close.reason, close.reason_length, text, sizeof text));
    } else if (header->opcode == FRAME_BINARY || header->rsv != 0) {
        log_event(show->connection, "  %s%s:", name,
                  header->rsv != 0 ? ", changed by an extension" : "");
        log_hexdump(show->connection, payload, len);
    } else {
        log_event(show->connection, "  %s: \"%s%s\"", name,
                  text_printable(payload, len, text, sizeof text),
                  len < header->payload_length ? " ..." : "");
    }
}

/* Shows the frame at `bytes`. Returns how many bytes are done with, or 0 if more are needed or the
 * frame breaks a rule. */
static size_t show_one(struct frame_show *show, uint8_t *bytes, size_t len) {
    struct frame_header header;
    enum frame_verdict verdict = frame_decode_header(bytes, len, &show->rules, &header);
    if (verdict == FRAME_INCOMPLETE) {
        return 0;
    }
    if (verdict != FRAME_OK) {
        log_event(show->connection, "%s %" PRIu64 " breaks a rule: %s", show->name,
                  show->frames + 1, frame_verdict_sentence(verdict));
        log_hexdump(show->connection, bytes, len < FRAME_HEADER_MAX ? len : FRAME_HEADER_MAX);
        show->ended = true;
        return 0;
    }
    size_t header_size = frame_header_size(&header);
    size_t shown = header.payload_length < FRAME_SHOW_PAYLOAD_MAX ? (size_t)header.payload_length
                                                                  : FRAME_SHOW_PAYLOAD_MAX;
    if (len - header_size < shown) {
        return 0;
    }
    show->frames++;
    log_event(show->connection, "%s %" PRIu64 ": %s%s, %" PRIu64 " bytes of payload", show->name,
              show->frames, frame_opcode_name(header.opcode), header.fin ? "" : ", more to follow",
              header.payload_length);
    frame_draw(&header, bytes, shown, log_line, show);
    if (header.masked) {
        frame_mask(bytes + header_size, bytes + header_size, shown, header.masking_key, 0);
    }
    show_payload(show, &header, bytes + header_size, shown);
    show->skip = header.payload_length - shown;
    show->ended = header.opcode == FRAME_CLOSE;
    return header_size + shown;
}

size_t frame_show_all(struct frame_show *show, uint8_t *bytes, size_t len) {
    size_t done = 0;
    while (done < len && !show->ended) {
        size_t used = show->skip < len - done ? (size_t)show->skip : len - done;
        if (used > 0) {
            show->skip -= used;
        } else {
            used = show_one(show, bytes + done, len - done);
        }
        if (used == 0) {
            break;
        }
        done += used;
    }
    return done;
}
