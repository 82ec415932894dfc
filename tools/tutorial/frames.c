#include "tools/tutorial/frames.h"

#include "common/text.h"
#include "step04_frames/frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 72, BYTES_SHOWN = 16 };

static void add_hex(FILE *out, const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len && i < BYTES_SHOWN; i++) {
        fprintf(out, "%s%02x", i > 0 ? " " : "", bytes[i]);
    }
    fputs(len > BYTES_SHOWN ? " ..." : "", out);
}

/* Writes the unmasked payload, of which `len` bytes are there. `opcode` is that of its message. */
static void add_payload(FILE *out, uint8_t opcode, const uint8_t *payload, size_t len) {
    char text[TEXT_SIZE];
    if (opcode == FRAME_TEXT) {
        fprintf(out, "\"%s\"", text_printable(payload, len, text, sizeof text));
    } else if (opcode == FRAME_CLOSE && len >= 2) {
        fprintf(out, "code %u", (unsigned)payload[0] << 8 | payload[1]);
        if (len > 2) {
            fprintf(out, ", reason \"%s\"",
                    text_printable(payload + 2, len - 2, text, sizeof text));
        }
    } else {
        add_hex(out, payload, len);
    }
}

/* Writes the sentence about a frame with a good header. Returns how many bytes of payload are
 * there. */
static size_t add_frame(FILE *out, const struct frame_header *header, uint8_t message_opcode,
                        const uint8_t *payload, size_t len) {
    size_t here = header->payload_length < len ? (size_t)header->payload_length : len;
    uint8_t *plain = lines_grow(NULL, here + 1, 1);
    memcpy(plain, payload, here);
    fprintf(out, "%s, %s, ", frame_opcode_name(header->opcode),
            header->fin ? "final" : "more to follow");
    if (header->masked) {
        frame_mask(plain, payload, here, header->masking_key, 0);
        fputs("masked with ", out);
        add_hex(out, header->masking_key, sizeof header->masking_key);
    } else {
        fputs("not masked", out);
    }
    fprintf(out, ", %" PRIu64 " byte%s", header->payload_length,
            header->payload_length == 1 ? "" : "s");
    if (here < header->payload_length) {
        fprintf(out, ", of which %zu %s here", here, here == 1 ? "is" : "are");
    }
    if (here > 0) {
        fputs(": ", out);
        add_payload(out, message_opcode, plain, here);
    }
    free(plain);
    return here;
}

void frames_describe(const uint8_t *bytes, size_t len, bool from_client, struct lines *lines) {
    const struct frame_rules rules = {.masked = from_client};
    uint8_t message_opcode = FRAME_BINARY;
    enum frame_verdict verdict = FRAME_OK;
    for (size_t done = 0; done < len && verdict == FRAME_OK;) {
        struct frame_header header;
        char *sentence = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&sentence, &size);
        if (out == NULL) {
            return;
        }
        verdict = frame_decode_header(bytes + done, len - done, &rules, &header);
        if (verdict == FRAME_INCOMPLETE) {
            fputs("incomplete", out);
        } else if (verdict != FRAME_OK) {
            fprintf(out, "refused: %s", frame_verdict_sentence(verdict));
        } else {
            done += frame_header_size(&header);
            uint8_t opcode = header.opcode == FRAME_CONTINUATION ? message_opcode : header.opcode;
            if (!frame_is_control(header.opcode)) {
                message_opcode = header.fin ? FRAME_BINARY : opcode;
            }
            done += add_frame(out, &header, opcode, bytes + done, len - done);
        }
        fclose(out);
        lines_add(lines, sentence, size);
        free(sentence);
    }
}
