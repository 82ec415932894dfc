#include "wscheck/trial.h"

#include <stdio.h>

void trial_label_frame(struct trial *trial) {
    const struct reader_frame *frame = &trial->reader.frame;
    struct transcript_entry *entry = transcript_entry(&trial->transcript, trial->entry);
    if (entry == NULL) {
        return;
    }
    size_t header = entry->length - frame->length < entry->kept
                        ? (size_t)(entry->length - frame->length)
                        : entry->kept;
    uint8_t payload_bytes[TRANSCRIPT_BYTES];
    const uint8_t *payload = payload_bytes;
    size_t kept = entry->kept - header;
    char shown[160], code[32] = "";
    for (size_t i = 0; i < kept; i++) {
        payload_bytes[i] = entry->bytes[header + i] ^ trial->reader.masking_key[i % 4];
    }
    uint64_t length = frame->length;
    if (frame->opcode == OPCODE_CLOSE && length >= 2 && kept >= 2) {
        snprintf(code, sizeof code, " %u", (unsigned)payload[0] << 8 | payload[1]);
        payload += 2;
        kept -= 2;
        length -= 2;
    }
    const struct unpack *unpack = trial->reader.unpack;
    char inflated[200] = "";
    if (trial->reader.is_compressed && frame->opcode < OPCODE_CLOSE && frame->fin) {
        size_t start = unpack->inflated < UNPACK_START ? (size_t)unpack->inflated : UNPACK_START;
        char text[170];
        snprintf(inflated, sizeof inflated, ", inflated: %s",
                 payload_show(unpack->start, start, unpack->inflated, text, sizeof text));
    }
    snprintf(entry->label, sizeof entry->label, "%s%s%s%s: %s%s", writer_opcode_name(frame->opcode),
             code, frame->fin ? "" : ", more to follow (FIN 0)",
             (entry->bytes[0] & 0x40) != 0 ? ", compressed (RSV1)" : "",
             payload_show(payload, kept, length, shown, sizeof shown), inflated);
}
